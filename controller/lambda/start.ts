import { UnexpectedEvent } from '../errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import type { Outcome } from '../reconcile/reconcile.ts'
import { type StartRequest, startRollout } from '../reconcile/start.ts'
import { type Rollout, stageOf } from '../rollout/rollout.ts'
import { environment } from './environment.ts'
import { timeOf } from './event-time.ts'
import { decisionFields, logged } from './logged.ts'

/** What a release pipeline sends: the time of its request, and the request as `detail`. */
export const makeStart =
  (ports: Ports, policy: Policy, nowMs: () => number) =>
  async (event: unknown): Promise<Rollout> =>
    startRollout(ports, policy, { ...requestOf(event), askedAtMs: timeOf(event) }, nowMs())

/** What a start came to, in the words of every other invocation. */
export const startOutcome = (rollout: Rollout): Outcome => ({
  rolloutId: rollout.id,
  ...(rollout.subject !== undefined && { subject: rollout.subject }),
  state: rollout.state,
  stage: stageOf(rollout).name,
  verdict: null,
  decision: { kind: 'wait', reason: `started: ${rollout.reason}` },
})

/** AWS Lambda entry point for the release pipeline. */
export const handler = logged(
  'start',
  async (event) => {
    const { ports, policy, nowMs } = await environment()
    return makeStart(ports, policy, nowMs)(event)
  },
  (rollout) => decisionFields(startOutcome(rollout)),
)

function requestOf(event: unknown): StartRequest {
  const detail = (event as { detail?: Partial<StartRequest> } | null)?.detail
  if (detail?.release === undefined || detail.actor === undefined || detail.reason === undefined) {
    throw new UnexpectedEvent('a start event needs detail.release, detail.actor and detail.reason')
  }
  return detail as StartRequest
}
