import { z } from 'zod'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { lambdaSelector } from '../families/lambda-fault.ts'

/**
 * One event, two concurrent invocations: asynchronous invocation delivers at least once. They alternate at every AWS call,
 * which is where one can interfere with the other. [source: lambda-async]
 */
export const lambdaDuplicate = defineFault({
  kind: 'lambda-duplicate',
  family: 'lambda',
  schema: z.strictObject({ in: lambdaSelector, ...shareShape, ...windowShape }),
  meaning: 'A function is invoked twice concurrently for one event',
  make: () => ({ effect: 'duplicate' }),
})
