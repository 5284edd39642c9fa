import { z } from 'zod'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { callNumber, lambdaSelector } from '../families/lambda-fault.ts'

/** The runtime dies between two AWS calls, as when it is out of memory: earlier calls have happened, later ones never do. */
export const lambdaKilled = defineFault({
  kind: 'lambda-killed',
  family: 'lambda',
  schema: z.strictObject({
    in: lambdaSelector,
    call: callNumber,
    when: z.enum(['before', 'after']).default('before').describe('Before or after that call happens'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'An invocation of a function is killed between two AWS calls',
  make: ({ call, when }) => ({ effect: 'end', call, when, timeoutMs: null }),
})
