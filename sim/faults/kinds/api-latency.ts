import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { apiSelector, isHit } from '../families/api-fault.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The operation happens at once; its response is delayed, in simulated time. */
export const apiLatency = defineFault({
  kind: 'api-latency',
  family: 'api',
  schema: z
    .strictObject({
      in: apiSelector,
      delay: duration.describe('Mean time until the response arrives'),
      jitter: duration.default(0).describe('Uniform deviation from the delay, in both directions'),
      ...shareShape,
      ...windowShape,
    })
    .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' }),
  meaning: 'Responses of AWS are delayed',
  make: ({ share, delay, jitter }) => ({
    fateOf: ({ chance }) =>
      isHit(share, chance) ? { delayMs: Math.round(delay + (2 * chance(1) - 1) * jitter) } : null,
  }),
})
