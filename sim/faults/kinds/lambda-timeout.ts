import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { callNumber, lambdaSelector } from '../families/lambda-fault.ts'

/** The response of a call never arrives although the call happened; Lambda ends the invocation at its time limit. */
export const lambdaTimeout = defineFault({
  kind: 'lambda-timeout',
  family: 'lambda',
  schema: z.strictObject({
    in: lambdaSelector,
    call: callNumber,
    after: duration.default(60_000).describe('Time limit of the function'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'An invocation of a function hangs until its time limit',
  make: ({ call, after: timeoutMs }) => ({ effect: 'end', call, when: 'after', timeoutMs }),
})
