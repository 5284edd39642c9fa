import { z } from 'zod'
import { duration, memory, percent } from '../../controller/units/quantity.ts'
import { shiftProblem, wallTime, zone } from '../../controller/units/wall-time.ts'
import { DEFAULT_PLANT, type PlantSettings } from '../../sim/plant/settings.ts'
import { splitProblem } from './fleet.ts'

const share = percent.refine((value) => value <= 100, { message: 'is more than 100 %' })
const name = z
  .string()
  .regex(/^[a-zA-Z0-9_.,@/:# -]{1,100}$/, { error: ({ input }) => `"${input}" has characters that AWS IoT refuses` })

const line = z.strictObject({
  name: name.optional(),
  product: name.optional(),
  devices: z.int().positive().optional().describe('devicesPerLine by default'),
})

const quarter = wallTime.refine((time) => Number(time.slice(3)) % 15 === 0, {
  error: ({ input }) => `"${input}" is not on a quarter of an hour`,
})

const shift = z.strictObject({
  name: z.string().min(1),
  from: quarter,
  to: quarter,
  volume: share.describe('Of full volume; 0 % where the plant stands, and then nothing is deployed for lack of cycles'),
  cycleTime: duration.refine((ms) => ms >= 1_000, { message: 'is shorter than a second' }).describe('Mean of a cycle'),
})

const noise = z
  .strictObject({
    memorySigma: memory.describe('Spread of the memory gauge; 15 MiB by default'),
    deviceEffect: percent
      .refine((value) => value <= 20, { message: 'is more than 20 %' })
      .describe('Spread of devices of a line about its cycle time; 2 % by default'),
    errorsPerDeviceHour: z.number().nonnegative().max(600).describe('At full volume; 2 by default'),
    connectionFailures: share.describe('Connection attempts that fail; 0.5 % by default'),
  })
  .partial()

/** The description of a plant: a file of its own, or a part of the scenario. Left out, it is the seed's plant. */
export const fleetSchema = z
  .strictObject({
    lines: z
      .union([z.int().positive(), z.array(line).min(1)], {
        error: ({ input }) => `${JSON.stringify(input)} is neither a number of lines nor a list of them`,
      })
      .default(17)
      .describe('How many, or each of them'),
    devicesPerLine: z.int().positive().default(20),
    stages: z
      .strictObject({
        early: share.optional().describe('By default what the policy wants; it must not differ from that'),
      })
      .optional()
      .describe(
        'How each line is split: a share is early, the canaries are those of the policy, the rest is production',
      ),
    zone: zone.optional(),
    shifts: z.array(shift).min(1).optional().describe('They cover the day, each of its minutes once'),
    weekendVolume: share.optional().describe('Factor on Saturdays and Sundays; 60 % by default'),
    noise: noise.optional(),
  })
  .superRefine((fleet, context) => {
    const split = splitProblem(fleet)
    if (split !== null) context.addIssue({ code: 'custom', path: ['lines'], message: split })
    const shifts = fleet.shifts === undefined ? null : shiftProblem(fleet.shifts)
    if (shifts !== null) context.addIssue({ code: 'custom', path: ['shifts'], message: shifts })
  })
  .describe('A plant: its lines, its devices, its shifts, and how they vary')

export type FleetFile = z.output<typeof fleetSchema>

/** The plant that the twin builds. */
export function plantOf({ shifts, weekendVolume, noise }: FleetFile): PlantSettings {
  const usual = DEFAULT_PLANT.noise
  return {
    shifts:
      shifts?.map(({ volume, cycleTime, ...times }) => ({ ...times, volume: volume / 100, cycleMs: cycleTime })) ??
      DEFAULT_PLANT.shifts,
    weekendVolume: weekendVolume === undefined ? DEFAULT_PLANT.weekendVolume : weekendVolume / 100,
    noise: {
      memorySigmaMiB: noise?.memorySigma ?? usual.memorySigmaMiB,
      deviceEffect: noise?.deviceEffect === undefined ? usual.deviceEffect : noise.deviceEffect / 100,
      errorsPerDeviceHour: noise?.errorsPerDeviceHour ?? usual.errorsPerDeviceHour,
      connectionFailureShare:
        noise?.connectionFailures === undefined ? usual.connectionFailureShare : noise.connectionFailures / 100,
    },
  }
}
