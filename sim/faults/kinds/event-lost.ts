import { z } from 'zod'
import { type CopiesOf, eventSelector } from '../families/event-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/** The event never reaches the function. [eventbridge: service events are best effort] */
export const eventLost = z
  .strictObject({ kind: z.literal('event-lost'), in: eventSelector, ...shareShape, ...windowShape })
  .describe('Events get lost on their way to a function')

export const makeEventLost = (): CopiesOf => () => []
