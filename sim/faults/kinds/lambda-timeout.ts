import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { callNumber, lambdaSelector } from '../families/lambda-fault.ts'

/** The answer of a call never comes although it happened; Lambda ends the invocation at its time limit. */
export const lambdaTimeout = z
  .strictObject({
    kind: z.literal('lambda-timeout'),
    in: lambdaSelector,
    call: callNumber,
    after: duration.default(60_000).describe('Time limit of the function; a minute by default'),
    ...shareShape,
    ...windowShape,
  })
  .describe('An invocation of a function hangs until its time limit')
