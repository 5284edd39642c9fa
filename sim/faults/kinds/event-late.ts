import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event still carries the time at which it happened. [source: event-delivery] */
export const eventLate = defineFault({
  kind: 'event-late',
  family: 'event',
  schema: z
    .strictObject({
      in: eventSelector,
      delay: duration.describe('Mean additional delay'),
      jitter: duration.default(0).describe('Uniform deviation from the delay, in both directions'),
      ...shareShape,
      ...windowShape,
    })
    .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' }),
  meaning: 'Events are delivered late',
  make: ({ delay, jitter }) => ({
    copyDelaysMs: (chance) => [Math.round(delay + (2 * chance(1) - 1) * jitter)],
  }),
})
