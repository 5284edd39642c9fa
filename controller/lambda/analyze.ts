import type { Policy } from '../policy.ts'
import type { Ports } from '../ports.ts'
import { type Outcome, reconcile } from '../reconcile.ts'
import { environment } from './environment.ts'
import { timeOf } from './event-time.ts'
import { decisionFields, logged } from './logged.ts'

/** The analyzer for given ports: what the schedule calls every 5 minutes. */
export const makeAnalyze =
  (ports: Ports, policy: Policy) =>
  (event: unknown): Promise<Outcome> =>
    reconcile(ports, policy, timeOf(event))

/** AWS Lambda entry point of the rule `rate(5 minutes)`. [seed: every 5 minutes] */
export const handler = logged(
  'analyze',
  async (event) => {
    const { ports, policy } = await environment()
    return makeAnalyze(ports, policy)(event)
  },
  decisionFields,
)
