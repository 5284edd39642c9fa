import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { type CopiesOf, eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** Each event is held back for a time of its own, so that later ones overtake it. [eventbridge: no order] */
export const eventReordered = z
  .strictObject({
    kind: z.literal('event-reordered'),
    in: eventSelector,
    within: duration.describe('Longest time that an event is held back'),
    ...shareShape,
    ...windowShape,
  })
  .describe('Events overtake each other')

export const makeEventReordered =
  ({ within }: z.output<typeof eventReordered>): CopiesOf =>
  (chance) => [Math.round(chance(1) * within)]
