import type { Policy } from '../policy.ts'
import type { Ports } from '../ports.ts'
import { type Outcome, reconcile } from '../reconcile.ts'
import { environment, timeOf } from './environment.ts'

/** The analyzer for given ports: what the schedule calls every 5 minutes. */
export const makeAnalyze =
  (ports: Ports, policy: Policy) =>
  (event: unknown): Promise<Outcome> =>
    reconcile(ports, policy, timeOf(event))

/** AWS Lambda entry point of the rule `rate(5 minutes)`. [seed: every 5 minutes] */
export const handler = (event: unknown): Promise<Outcome> => {
  const { ports, policy } = environment()
  return makeAnalyze(ports, policy)(event)
}
