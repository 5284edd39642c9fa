import { z } from 'zod'
import { ROLLOUT_HALTED_EVENT, STAGE_PASSED_EVENT } from '../../../controller/contract.ts'
import type { Chance } from './fault.ts'

/** The event of a rule with a schedule, and what is put on the bus by the twin and by the controller. */
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
    message: 'says nowhere; give detailType, or events: all',
  })
export type EventSelector = z.output<typeof eventSelector>

/** What a fault makes of one copy of an event that it hits: how much later each copy of it comes; none when it is lost. */
export type CopiesOf = (chance: Chance) => readonly number[]
