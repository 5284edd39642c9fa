import { z } from 'zod'
import { defineFault } from '../families/define-fault.ts'
import { eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event never reaches the function. [source: event-delivery] */
export const eventLost = defineFault({
  kind: 'event-lost',
  family: 'event',
  schema: z.strictObject({ in: eventSelector, ...shareShape, ...windowShape }),
  meaning: 'Events are lost before they reach a function',
  make: () => ({ copyDelaysMs: () => [] }),
})
