import { UnexpectedEvent } from '../errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { startOutcome } from '../reconcile/reconcile.ts'
import { type StartRequest, startRollout } from '../reconcile/start.ts'
import type { Release, Rollout } from '../rollout/rollout.ts'
import { environment } from './environment.ts'
import { timeOf } from './event-time.ts'
import { decisionFields, logged } from './logged.ts'

/** What a release pipeline sends: the time of its request, and the request as `detail`. */
export const makeStart =
  (ports: Ports, policy: Policy, nowMs: () => number) =>
  async (event: unknown): Promise<Rollout> =>
    startRollout(ports, policy, { ...requestOf(event), askedAtMs: timeOf(event) }, nowMs())

/** AWS Lambda entry point for the release pipeline. */
export const handler = logged(
  'start',
  async (event) => {
    const { ports, policy, nowMs } = await environment()
    return makeStart(ports, policy, nowMs)(event)
  },
  (rollout) => decisionFields(startOutcome(rollout)),
)

/** The `detail` of a start event: who requests which release, and why. */
interface StartDetail {
  readonly release: Release
  readonly actor: string
  readonly reason: string
}

function requestOf(event: unknown): StartRequest {
  const detail = (event as { detail?: Partial<StartDetail> } | null)?.detail
  if (detail?.release === undefined || detail.actor === undefined || detail.reason === undefined) {
    throw new UnexpectedEvent('a start event needs detail.release, detail.actor and detail.reason')
  }
  const { release, actor, reason: operatorReason } = detail
  return { release, actor, reason: { code: 'START_REQUESTED', data: { actor, operatorReason } } }
}
