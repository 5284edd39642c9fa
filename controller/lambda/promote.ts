import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { advance, type Outcome } from '../reconcile/reconcile.ts'
import { environment } from './environment.ts'
import { decisionFields, logged } from './logged.ts'

/** The promoter for given ports: what the event of a passed stage calls. Nothing is asked of the event itself. */
export const makePromote =
  (ports: Ports, policy: Policy, nowMs: () => number) =>
  (_event: unknown): Promise<Outcome> =>
    advance(ports, policy, nowMs())

/** AWS Lambda entry point of the rule on "Firmware Rollout Stage Passed". [source: promotion-trigger] */
export const handler = logged(
  'promote',
  async (event) => {
    const { ports, policy, nowMs } = await environment()
    return makePromote(ports, policy, nowMs)(event)
  },
  decisionFields,
)
