import { UnexpectedEvent } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { Ports } from '../ports.ts'
import type { Rollout } from '../rollout.ts'
import { type StartRequest, startOutcome, startRollout } from '../start.ts'
import { environment } from './environment.ts'
import { timeOf } from './event-time.ts'
import { logged } from './logged.ts'

/** What a release pipeline sends: the time, and the request as `detail`. */
export const makeStart =
  (ports: Ports, policy: Policy) =>
  async (event: unknown): Promise<Rollout> =>
    startRollout(ports, policy, requestOf(event), timeOf(event))

/** AWS Lambda entry point for the release pipeline. */
export const handler = logged(
  'start',
  async (event) => {
    const { ports, policy } = await environment()
    return makeStart(ports, policy)(event)
  },
  startOutcome,
)

function requestOf(event: unknown): StartRequest {
  const detail = (event as { detail?: Partial<StartRequest> } | null)?.detail
  if (detail?.release === undefined || detail.actor === undefined || detail.reason === undefined) {
    throw new UnexpectedEvent('a start event needs detail.release, detail.actor and detail.reason')
  }
  return detail as StartRequest
}
