import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { type OperationAnswer, operate } from '../reconcile/operate.ts'
import { environment } from './environment.ts'
import { logged } from './logged.ts'

/**
 * The function that operators call: `{"operation": "pause", "actor": "jo", "reason": "noise on line 3", "id": "…"}`, bare or
 * as the `detail` of an event. An operator's request carries no time, so the clock is the function's own.
 */
export const makeOperate =
  (ports: Ports, policy: Policy, nowMs: () => number) =>
  (event: unknown): Promise<OperationAnswer> =>
    operate(ports, policy, (event as { detail?: unknown } | null)?.detail ?? event, nowMs())

/** AWS Lambda entry point: `aws lambda invoke --function-name operate --payload …`. */
export const handler = logged(
  'operate',
  async (event) => {
    const { ports, policy, nowMs } = await environment()
    return makeOperate(ports, policy, nowMs)(event)
  },
  ({ operation, actor, reason, result, answer }) => ({ operation, actor, reason, result, answer }),
)
