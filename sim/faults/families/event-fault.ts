import { z } from 'zod'
import { ROLLOUT_HALTED_EVENT, STAGE_PASSED_EVENT } from '../../../controller/contract.ts'
import type { Chance } from './chance.ts'
import type { FaultWindow } from './fault-window.ts'

/** The event of a rule with a schedule, and the events that the twin and the controller put on the bus. */
const DETAIL_TYPES = [
  'Scheduled Event',
  STAGE_PASSED_EVENT,
  ROLLOUT_HALTED_EVENT,
  'Greengrass V2 Effective Deployment Status Change',
  'Greengrass V2 Installed Component Status Change',
] as const

/** Which deliveries from the event bus to a function. */
export const eventSelector = z
  .strictObject({
    detailType: z.enum(DETAIL_TYPES).optional().describe('Only events of this detail type; "Scheduled Event": ticks'),
    events: z.literal('all').optional().describe('Every event'),
  })
  .refine(({ detailType, events }) => detailType !== undefined || events !== undefined, {
    message: 'has no target; set detailType, or events: all',
  })
export type EventSelector = z.output<typeof eventSelector>

/** What every fault of the family has. */
export interface EventFaultSpec extends FaultWindow {
  readonly in: EventSelector
  /** In per cent. */
  readonly share: number
}

export interface EventFault {
  /** For one event that the fault acts on: the extra delay of each copy that is delivered; empty if the event is lost. */
  copyDelaysMs(chance: Chance): readonly number[]
}
