import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { type Outcome, reconcile } from '../reconcile/reconcile.ts'
import { environment } from './environment.ts'
import { timeOf } from './event-time.ts'
import { decisionFields, logged } from './logged.ts'

/**
 * The analyzer for given ports: what the schedule calls every 5 minutes. The clock is the function's own, since what it
 * reads is as it is now, however late the event comes; the event's time only tells events apart.
 */
export const makeAnalyze =
  (ports: Ports, policy: Policy, nowMs: () => number) =>
  async (event: unknown): Promise<Outcome> =>
    reconcile(ports, policy, { nowMs: nowMs(), eventAtMs: timeOf(event) })

/** AWS Lambda entry point of the rule `rate(5 minutes)`. [source: analysis-period] */
export const handler = logged(
  'analyze',
  async (event) => {
    const { ports, policy, nowMs } = await environment()
    return makeAnalyze(ports, policy, nowMs)(event)
  },
  decisionFields,
)
