import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { type ApiFault, apiSelector, isHit } from '../families/api-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The operation happens at once; its answer takes its time, on the virtual clock. */
export const apiLatency = z
  .strictObject({
    kind: z.literal('api-latency'),
    in: apiSelector,
    delay: duration.describe('Time until the answer is back'),
    jitter: duration.default(0).describe('Uniformly so much more or less'),
    ...shareShape,
    ...windowShape,
  })
  .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' })
  .describe('Answers of AWS come late')

export const makeApiLatency = (spec: z.output<typeof apiLatency>): ApiFault => ({
  window: spec,
  fateOf: ({ chance }) =>
    isHit(spec.share, chance) ? { delayMs: Math.round(spec.delay + (2 * chance(1) - 1) * spec.jitter) } : null,
})
