import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** Each event is delayed by a draw of its own, so that later events overtake it. [source: event-delivery] */
export const eventReordered = defineFault({
  kind: 'event-reordered',
  family: 'event',
  schema: z.strictObject({
    in: eventSelector,
    within: duration.describe('Longest delay of an event'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'Events are delivered out of order',
  make: ({ within }) => ({ copyDelaysMs: (chance) => [Math.round(chance(1) * within)] }),
})
