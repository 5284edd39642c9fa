import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import type { Outcome } from '../../controller/reconcile/reconcile.ts'
import type { Rollout } from '../../controller/rollout/rollout.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'

/** The controller's functions by name, as they would be deployed. */
export interface Functions {
  readonly analyze: (event: unknown) => Promise<Outcome>
  readonly promote: (event: unknown) => Promise<Outcome>
  readonly start: (event: unknown) => Promise<Rollout>
  readonly operate: (event: unknown) => Promise<OperationAnswer>
}

export type FunctionName = keyof Functions
/** What a function returns. */
export type Result = Outcome | Rollout | OperationAnswer

/** The invocations that one event leads to when faults act on the function; null where none does. */
export interface InvocationFaults {
  invocations(name: FunctionName, event: unknown): readonly (() => Promise<Result>)[] | null
}

/** Who invoked a function by a request of their own. */
export interface Caller {
  /** Null for the user of the dashboard. */
  readonly client: OutsideClient | null
  resolve(result: Result): void
  reject(error: unknown): void
}

/** One event for one function. */
export interface Invocation {
  readonly name: FunctionName
  readonly event: unknown
  /** Earlier attempts that failed. */
  readonly failures: number
  /** Somebody outside who waits for the result, or for the error that the function failed with. */
  readonly caller?: Caller
  /** The client from outside whose event or rule led to it. */
  readonly foreign?: OutsideClient
}
