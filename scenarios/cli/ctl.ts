import { closest } from 'fastest-levenshtein'
import { hoursText } from '../../controller/messages/wording.ts'
import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import { OPERATIONS } from '../../controller/rollout/operations.ts'
import type { RolloutStatus, Status } from '../../controller/rollout/status.ts'
import { textOf } from '../../reports/messages/registry.ts'
import { REGION } from '../../sim/twin/account.ts'
import { EXIT } from '../support/exit-codes.ts'
import { ownName } from '../support/own-name.ts'
import { NoRehearsal } from '../support/user-error.ts'
import type { Io } from './io.ts'

export interface CtlOptions {
  readonly actor?: string
  readonly reason?: string
  readonly id?: string
  readonly endpoint: string
  readonly json?: boolean
}

const KNOWN = ['status', ...OPERATIONS]

/**
 * `rehearse ctl`: invokes the controller's function `operate` by Lambda's API, as `aws lambda invoke` does.
 * Returns the exit code: 0 done (or done before), 1 refused. @throws NoRehearsal
 */
export async function ctl(operation: string, options: CtlOptions, io: Pick<Io, 'stdout' | 'stderr'>): Promise<number> {
  if (!KNOWN.includes(operation)) {
    const nearest = closest(operation, KNOWN)
    io.stderr.write(
      `rehearse: unknown operation "${operation}"; did you mean "${nearest}"? One of ${KNOWN.join(', ')}\n`,
    )
    return EXIT.usage
  }
  if (operation !== 'status' && options.reason === undefined) {
    io.stderr.write(`rehearse: ${operation} needs --reason "…", for the audit trail\n`)
    return EXIT.usage
  }
  const { actor = ownName(), reason, id, endpoint } = options
  const answer = await invoke(endpoint, { operation, actor, reason, id })
  if (options.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  else io.stdout.write(`${(operation === 'status' ? statusLines(answer.status) : answerLines(answer)).join('\n')}\n`)
  return answer.result === 'refused' ? EXIT.notMet : EXIT.met
}

/** The twin reads the service out of the signature and checks nothing of it. */
const SIGNATURE = `AWS4-HMAC-SHA256 Credential=rehearse/20260101/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0`

async function invoke(endpoint: string, payload: object): Promise<OperationAnswer> {
  let response: Response
  try {
    response = await fetch(new URL('/2015-03-31/functions/operate/invocations', endpoint), {
      method: 'POST',
      headers: { authorization: SIGNATURE, 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    })
  } catch (error) {
    throw new NoRehearsal(endpoint, error)
  }
  const answer = (await response.json().catch(() => null)) as Partial<OperationAnswer> | null
  if (response.ok && answer?.result !== undefined) return answer as OperationAnswer
  throw new NoRehearsal(endpoint, answer)
}

const MARKS: Readonly<Record<OperationAnswer['result'], string>> = {
  accepted: 'done',
  repeated: 'done before',
  refused: 'refused',
}

const answerLines = ({ operation, result, answer, status }: OperationAnswer): string[] => [
  `${operation} ${MARKS[result]}: ${textOf(answer)}`,
  ...(status.rollout === null ? [] : [`  ${standing(status.rollout)}`]),
]

function statusLines({ rollout, changeFreeze, atMs }: Status): string[] {
  const stopped = changeFreeze === null ? [] : [`line stopped by ${changeFreeze.actor}: ${changeFreeze.reason}`]
  if (rollout === null) return [`${time(atMs)}  no rollout`, ...stopped]
  const { paused, because, verdict, findings, devices, eta, operations } = rollout
  return [
    `${time(atMs)}  ${standing(rollout)}`,
    ...stopped,
    ...(paused === null ? [] : [`paused by ${paused.actor} at ${time(paused.atMs)}: ${textOf(paused.reason)}`]),
    row('because', textOf(because)),
    row('devices', `${devices.installed} of ${devices.members} have it`),
    row(
      'verdict',
      `${verdict ?? 'none'}${findings.length === 0 ? '' : `: ${findings.map(({ reason }) => textOf(reason)).join('; ')}`}`,
    ),
    row(
      'done by',
      eta === null
        ? 'nobody can tell'
        : `${time(eta.atMs)}: ${hoursText(eta.workMs)} of installing and watching, ${hoursText(eta.waitingMs)} of waiting for gates`,
    ),
    ...operations.map(({ atMs: doneAtMs, operation, actor, reason }) =>
      row('operation', `${time(doneAtMs)} ${operation} by ${actor}: ${reason}`),
    ),
  ]
}

const standing = ({ subject, version, replaces, stage, state, stateSinceMs, paused }: RolloutStatus): string =>
  `${replaces} -> ${version}${subject === undefined ? '' : `, ${subject} first`}: ${stage} ${state} since ${time(stateSinceMs)}${paused === null ? '' : ', paused'}`

const row = (label: string, text: string): string => `  ${label.padEnd(11)}${text}`
const time = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
