import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { type CopiesOf, eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event reaches the function twice. [eventbridge: at least once] */
export const eventDuplicated = z
  .strictObject({
    kind: z.literal('event-duplicated'),
    in: eventSelector,
    after: duration.default(1_000).describe('The copy comes so much later; a second by default'),
    ...shareShape,
    ...windowShape,
  })
  .describe('Events come twice')

export const makeEventDuplicated = ({ after }: z.output<typeof eventDuplicated>): CopiesOf => {
  const copies = [0, after]
  return () => copies
}
