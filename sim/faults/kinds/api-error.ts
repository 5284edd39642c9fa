import { z } from 'zod'
import { failed } from '../../cloud/service-errors.ts'
import { type ApiFault, apiSelector, isHit } from '../families/api-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The service breaks down and does nothing of what it is asked for. */
export const apiError = z
  .strictObject({
    kind: z.literal('api-error'),
    in: apiSelector,
    status: z
      .union([z.literal(500), z.literal(503)])
      .default(500)
      .describe('500: the service failed; 503: it cannot be reached'),
    ...shareShape,
    ...windowShape,
  })
  .describe('Calls of AWS are answered with an error of the server')

export const makeApiError = (spec: z.output<typeof apiError>): ApiFault => ({
  window: spec,
  fateOf: ({ service, chance }) => (isHit(spec.share, chance) ? { refusal: failed(service, spec.status) } : null),
})
