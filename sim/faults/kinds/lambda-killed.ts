import { z } from 'zod'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { callNumber, lambdaSelector } from '../families/lambda-fault.ts'

/** The runtime dies between two calls of AWS, as when its memory is used up: what it did stands, the rest never happens. */
export const lambdaKilled = z
  .strictObject({
    kind: z.literal('lambda-killed'),
    in: lambdaSelector,
    call: callNumber,
    when: z.enum(['before', 'after']).default('before').describe('Before the call is made, or when it has happened'),
    ...shareShape,
    ...windowShape,
  })
  .describe('An invocation of a function dies half-way')
