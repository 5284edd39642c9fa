import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event reaches the function twice. [source: event-delivery] */
export const eventDuplicated = defineFault({
  kind: 'event-duplicated',
  family: 'event',
  schema: z.strictObject({
    in: eventSelector,
    after: duration.default(1_000).describe('Delay of the copy'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'Events are delivered twice',
  make({ after }) {
    const copiesMs = [0, after]
    return { copyDelaysMs: () => copiesMs }
  },
})
