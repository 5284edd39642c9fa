import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'

/** What people may be made to do: the names of the controller's operations. */
const OPERATIONS = ['pause', 'resume', 'abort', 'skip', 'retry', 'promote', 'freeze', 'unfreeze'] as const

/** A person operates the rollout: right or wrong, in time or too late. Whether it is carried out is the controller's say. */
export const operator = z
  .strictObject({
    kind: z.literal('operator'),
    do: z.enum(OPERATIONS).describe('The operation of the controller that is asked for'),
    at: duration.describe('Time after the start of the rehearsal'),
    by: z.string().min(1).default('operator').describe('Who asks, as the audit trail names them'),
    reason: z.string().min(1).describe('Why, as the audit trail has it'),
  })
  .describe('A person operates the rollout')
export type OperatorAct = z.output<typeof operator>

/** Somebody adds a device to a thing group where it does not belong, perhaps to put it right later. */
export const wrongGroup = z
  .strictObject({
    kind: z.literal('wrong-group'),
    device: z.string().describe('The device that is moved'),
    group: z.enum(['canary', 'early', 'production']).describe('The thing group that it is added to'),
    move: z.boolean().default(false).describe('Taken out of its own group; otherwise it is in both'),
    at: duration.describe('Time after the start of the rehearsal'),
    for: duration.optional().describe('Put right after this long; never by default'),
  })
  .describe('Somebody puts a device into a wrong thing group')
export type WrongGroup = z.output<typeof wrongGroup>
