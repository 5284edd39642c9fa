import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { type CopiesOf, eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event still carries the time at which it happened. [eventbridge: order by time] */
export const eventLate = z
  .strictObject({
    kind: z.literal('event-late'),
    in: eventSelector,
    delay: duration.describe('So much later than usual'),
    jitter: duration.default(0).describe('Uniformly so much more or less'),
    ...shareShape,
    ...windowShape,
  })
  .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' })
  .describe('Events come late')

export const makeEventLate =
  ({ delay, jitter }: z.output<typeof eventLate>): CopiesOf =>
  (chance) => [Math.round(delay + (2 * chance(1) - 1) * jitter)]
