import { closest } from 'fastest-levenshtein'
import { hoursText } from '../../controller/messages/wording.ts'
import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import { OPERATIONS } from '../../controller/rollout/operations.ts'
import type { HoldbackStatus, RolloutStatus, Status } from '../../controller/rollout/status.ts'
import { textOf } from '../../reports/messages/registry.ts'
import { countText } from '../../reports/numbers/format.ts'
import { printable, printableLine } from '../../reports/numbers/printable.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { REGION } from '../../sim/twin/account.ts'
import { EXIT } from '../support/exit-codes.ts'
import { ownName } from '../support/own-name.ts'
import { NoRehearsal } from '../support/user-error.ts'
import type { CtlOptions } from './commands/ctl.ts'
import type { Io } from './io.ts'

const KNOWN = ['status', ...OPERATIONS]

/**
 * `rehearse ctl`: invokes the controller's function `operate` through Lambda's Invoke API, as `aws lambda invoke` does.
 * Returns the exit code: 0 accepted (or repeated), 1 refused. @throws NoRehearsal
 */
export async function ctl(operation: string, options: CtlOptions, io: Pick<Io, 'stdout' | 'stderr'>): Promise<number> {
  if (!KNOWN.includes(operation)) {
    const nearest = closest(operation, KNOWN)
    const known = `did you mean "${nearest}"? One of ${KNOWN.join(', ')}`
    io.stderr.write(terminalText(`rehearse: unknown operation "${operation}"; ${known}\n`))
    return EXIT.usage
  }
  if (operation !== 'status' && options.reason === undefined) {
    io.stderr.write(`rehearse: ${operation} needs --reason "…", for the audit trail\n`)
    return EXIT.usage
  }
  const { actor = ownName(), reason, id, endpoint } = options
  const answer = await invoke(endpoint, { operation, actor, reason, id })
  if (options.json) io.stdout.write(printable(`${JSON.stringify(answer, null, 2)}\n`))
  else {
    const lines = operation === 'status' ? statusLines(answer.status) : answerLines(answer)
    io.stdout.write(terminalText(`${lines.map(printableLine).join('\n')}\n`))
  }
  return answer.result === 'refused' ? EXIT.notMet : EXIT.met
}

/** The twin takes the service's name from the signature and does not verify it. */
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
  accepted: 'accepted',
  repeated: 'already accepted',
  refused: 'refused',
}

const answerLines = ({ operation, result, answer, status }: OperationAnswer): string[] => [
  `${operation} ${MARKS[result]}: ${textOf(answer)}`,
  ...(status.rollout === null ? [] : [`  ${rolloutLine(status.rollout)}`]),
]

function statusLines({ rollout, changeFreeze, atMs }: Status): string[] {
  const freeze = changeFreeze === null ? [] : [`change freeze by ${changeFreeze.actor}: ${changeFreeze.reason}`]
  if (rollout === null) return [`${time(atMs)}  no rollout`, ...freeze]
  const { paused, because, verdict, findings, devices, holdback, eta, operations } = rollout
  return [
    `${time(atMs)}  ${rolloutLine(rollout)}`,
    ...freeze,
    ...(paused === null ? [] : [`paused by ${paused.actor} at ${time(paused.atMs)}: ${textOf(paused.reason)}`]),
    row('reason', textOf(because)),
    row('devices', `${devices.installed} of ${devices.members} have the release`),
    ...(holdback === undefined ? [] : [row('held back', heldText(holdback, rollout))]),
    row(
      'verdict',
      `${verdict ?? 'none'}${findings.length === 0 ? '' : `: ${findings.map(({ reason }) => textOf(reason)).join('; ')}`}`,
    ),
    row(
      'ETA',
      eta === null
        ? 'unknown'
        : `${time(eta.atMs)}: ${hoursText(eta.workMs)} of installation and monitoring, ${hoursText(eta.waitingMs)} of waiting for gates`,
    ),
    ...operations.map(({ atMs: doneAtMs, operation, actor, reason }) =>
      row('operation', `${time(doneAtMs)} ${operation} by ${actor}: ${reason}`),
    ),
  ]
}

const heldText = ({ devices, lines, sinceMs, releasedAtMs }: HoldbackStatus, { replaces }: RolloutStatus): string =>
  releasedAtMs === null
    ? `${countText(devices, 'device')} on ${countText(lines, 'line')} since ${time(sinceMs)}: the controls of production on ${replaces}; they follow when its window has passed`
    : `${countText(devices, 'device')} on ${countText(lines, 'line')} since ${time(sinceMs)}, released at ${time(releasedAtMs)} to follow the others`

const rolloutLine = ({ subject, version, replaces, stage, state, stateSinceMs, paused }: RolloutStatus): string =>
  `${replaces} -> ${version}${subject === undefined ? '' : `, ${subject} first`}: ${stage} ${state} since ${time(stateSinceMs)}${paused === null ? '' : ', paused'}`

const row = (label: string, text: string): string => `  ${label.padEnd(11)}${text}`
const time = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
