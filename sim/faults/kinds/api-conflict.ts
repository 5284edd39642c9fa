import { z } from 'zod'
import { conflict } from '../../cloud/service-errors.ts'
import { apiSelector, isHit } from '../families/api-fault.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/**
 * Another client changes the same resource, so the service refuses: ConflictException of Greengrass, a failed condition
 * of the store. SDK clients do not retry that by themselves.
 */
export const apiConflict = defineFault({
  kind: 'api-conflict',
  family: 'api',
  schema: z.strictObject({ in: apiSelector, ...shareShape, ...windowShape }),
  meaning: 'AWS calls are refused because of a concurrent change',
  make: ({ share }) => ({
    fateOf: ({ service, isConditional, chance }) =>
      isConditional && isHit(share, chance) ? { refusal: conflict(service) } : null,
  }),
})
