import { z } from 'zod'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { lambdaSelector } from '../families/lambda-fault.ts'

/**
 * One event, two invocations at the same time: asynchronous invocation delivers at least once. They take turns at every
 * call of AWS, which is where they can get between each other. [lambda: asynchronous invocation]
 */
export const lambdaDuplicate = z
  .strictObject({ kind: z.literal('lambda-duplicate'), in: lambdaSelector, ...shareShape, ...windowShape })
  .describe('A function is invoked twice at once for one event')
