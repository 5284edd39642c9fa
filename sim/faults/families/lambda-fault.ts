import { z } from 'zod'
import type { FaultWindow } from './fault-window.ts'

/** Which of the controller's functions. */
export const lambdaSelector = z.strictObject({
  lambda: z.enum(['analyze', 'promote', 'start']).describe('Function of the controller'),
})
export type LambdaSelector = z.output<typeof lambdaSelector>

/** Calls are those that the function awaits: reading the fleet, the store, a deployment, an event. */
export const callNumber = z.int().positive().describe('Number of the AWS call of the invocation, from 1')

/** What every fault of the family has. */
export interface LambdaFaultSpec extends FaultWindow {
  readonly in: LambdaSelector
  /** In per cent. */
  readonly share: number
}

/** One event invokes the function twice at the same time, or the invocation ends at one of its AWS calls. */
export type LambdaFault =
  | { readonly effect: 'duplicate' }
  | {
      readonly effect: 'end'
      /** Number of the call at which the invocation ends, from 1. */
      readonly call: number
      readonly when: 'before' | 'after'
      /** Null: the runtime exits at once; else Lambda ends the invocation after this time. */
      readonly timeoutMs: number | null
    }
