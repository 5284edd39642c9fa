import { z } from 'zod'
import { conflict } from '../../cloud/service-errors.ts'
import { type ApiFault, apiSelector, isHit } from '../families/api-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/**
 * Somebody else is changing the same thing, so the service refuses: ConflictException of Greengrass, a failed condition
 * of the store. SDK clients do not try that again by themselves.
 */
export const apiConflict = z
  .strictObject({ kind: z.literal('api-conflict'), in: apiSelector, ...shareShape, ...windowShape })
  .describe('Calls of AWS are refused because of a change at the same time')

export const makeApiConflict = (spec: z.output<typeof apiConflict>): ApiFault => ({
  window: spec,
  fateOf: ({ service, isConditional, chance }) =>
    isConditional && isHit(spec.share, chance) ? { refusal: conflict(service) } : null,
})
