import { z } from 'zod'
import { duration, memory, percent } from '../../controller/units/quantity.ts'
import { shiftProblem, wallTime, zone } from '../../controller/units/wall-time.ts'
import { DEFAULT_PLANT, type PlantSettings } from '../../sim/plant/settings.ts'
import { splitProblem } from './fleet.ts'

const share = percent.refine((value) => value <= 100, { message: 'must be at most 100 %' })
const name = z
  .string()
  .regex(/^[a-zA-Z0-9_.,@/:# -]{1,100}$/, { error: ({ input }) => `"${input}" has characters that AWS IoT refuses` })

const line = z.strictObject({
  name: name.optional(),
  product: name.optional(),
  devices: z.int().positive().optional().describe('devicesPerLine by default'),
})

const quarter = wallTime.refine((time) => Number(time.slice(3)) % 15 === 0, {
  error: ({ input }) => `"${input}" is not a quarter hour, such as "06:15"`,
})

const shift = z.strictObject({
  name: z.string().min(1),
  from: quarter,
  to: quarter,
  volume: share.describe(
    'Share of full volume; 0 % where the plant stands still, and then nothing is deployed for lack of cycles',
  ),
  cycleTime: duration.refine((ms) => ms >= 1_000, { message: 'must be at least 1s' }).describe('Mean cycle time'),
})

const noise = z
  .strictObject({
    memorySigma: memory.describe('Spread of the memory gauge; 15 MiB by default'),
    deviceEffect: percent
      .refine((value) => value <= 20, { message: 'must be at most 20 %' })
      .describe('Spread of the devices of a line around its cycle time; 2 % by default'),
    errorsPerDeviceHour: z.number().nonnegative().max(600).describe('At full volume; 2 by default'),
    connectionFailures: share.describe('Connection attempts that fail; 0.5 % by default'),
  })
  .partial()

/** The plant: a file of its own, or a part of the scenario. What is left out is that of the default plant. */
export const fleetSchema = z
  .strictObject({
    lines: z
      .union([z.int().positive(), z.array(line).min(1)], {
        error: ({ input }) => `${JSON.stringify(input)} is neither a number of lines nor a list of lines`,
      })
      .default(17)
      .describe('Number of lines, or a list of lines'),
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
    shifts: z.array(shift).min(1).optional().describe('Each minute of the day belongs to exactly one shift'),
    weekendVolume: share.optional().describe('Factor on Saturdays and Sundays; 60 % by default'),
    noise: noise.optional(),
  })
  .superRefine((fleet, context) => {
    const split = splitProblem(fleet)
    if (split !== null) context.addIssue({ code: 'custom', path: ['lines'], message: split })
    const shifts = fleet.shifts === undefined ? null : shiftProblem(fleet.shifts)
    if (shifts !== null) context.addIssue({ code: 'custom', path: ['shifts'], message: shifts })
  })
  .describe('A plant: its lines, devices, shifts and noise')

export type FleetFile = z.output<typeof fleetSchema>

/** The plant settings that the twin is built with. */
export function plantOf({ shifts, weekendVolume, noise }: FleetFile): PlantSettings {
  const defaults = DEFAULT_PLANT.noise
  return {
    shifts:
      shifts?.map(({ volume, cycleTime, ...times }) => ({ ...times, volume: volume / 100, cycleMs: cycleTime })) ??
      DEFAULT_PLANT.shifts,
    weekendVolume: weekendVolume === undefined ? DEFAULT_PLANT.weekendVolume : weekendVolume / 100,
    noise: {
      memorySigmaMiB: noise?.memorySigma ?? defaults.memorySigmaMiB,
      deviceEffect: noise?.deviceEffect === undefined ? defaults.deviceEffect : noise.deviceEffect / 100,
      errorsPerDeviceHour: noise?.errorsPerDeviceHour ?? defaults.errorsPerDeviceHour,
      connectionFailureShare:
        noise?.connectionFailures === undefined ? defaults.connectionFailureShare : noise.connectionFailures / 100,
    },
  }
}
