import { z } from 'zod'
import { failed } from '../../cloud/service-errors.ts'
import { apiSelector, isHit } from '../families/api-fault.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The service fails and does not perform the operation. */
export const apiError = defineFault({
  kind: 'api-error',
  family: 'api',
  schema: z.strictObject({
    in: apiSelector,
    status: z
      .union([z.literal(500), z.literal(503)])
      .default(500)
      .describe('HTTP status; 500: the service failed, 503: it is unavailable'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'AWS calls return a server error',
  make: ({ share, status }) => ({
    fateOf: ({ service, chance }) => (isHit(share, chance) ? { refusal: failed(service, status) } : null),
  }),
})
