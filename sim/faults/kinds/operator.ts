import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { OPERATIONS } from '../families/operator-request.ts'

/** An operator requests an operation: right or wrong, in time or too late. The controller decides whether to accept it. */
export const operator = defineFault({
  kind: 'operator',
  family: 'operator',
  schema: z.strictObject({
    do: z.enum(OPERATIONS).describe('The operation of the controller that is requested'),
    at: duration.describe('Time after the start of the rehearsal'),
    by: z.string().min(1).default('operator').describe('Name of the operator in the audit trail'),
    reason: z.string().min(1).describe('Reason in the audit trail'),
    id: z.string().min(1).optional().describe('Idempotency key of the request; the same again is one request'),
  }),
  meaning: 'An operator controls the rollout',
  make: ({ do: operation, at: atMs, by: actor, reason, id }) => ({ atMs, operation, actor, reason, id }),
  endMs: ({ at }) => at,
})
