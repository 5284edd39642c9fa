import { z } from 'zod'
import { duration, percent, shown } from '../../controller/units/quantity.ts'
import { shiftProblem, wallTime, zone } from '../../controller/units/wall-time.ts'
import { DEFAULT_PLANT, type LineSettings, type PlantSettings, type PlantShift } from '../../sim/plant/settings.ts'
import { countProblem } from './fleet.ts'
import { metricsSchema, plantMetricsOf } from './metrics.ts'
import { noiseOf, noiseSchema } from './noise.ts'

const share = percent.refine((value) => value <= 100, { message: 'must be at most 100 %' })
const name = z
  .string()
  .regex(/^[a-zA-Z0-9_.,@/:# -]{1,100}$/, { error: ({ input }) => `"${input}" has characters that AWS IoT refuses` })

const quarter = wallTime.refine((time) => Number(time.slice(3)) % 15 === 0, {
  error: ({ input }) => `"${input}" is not a quarter hour, such as "06:15"`,
})

const cycleTime = duration.refine((ms) => ms >= 1_000, { message: 'must be at least 1s' })

const shift = z.strictObject({
  name: z.string().regex(/^[^/\p{Cc}]{1,40}$/u, { message: 'is not a name of 1 to 40 characters without "/"' }),
  from: quarter,
  to: quarter,
  volume: share.describe(
    'Share of full volume; 0 % where the plant stands still, and then nothing is deployed for lack of cycles',
  ),
  cycleTime: cycleTime.describe('Mean cycle time'),
})

/** Each minute of the day belongs to exactly one. */
const shifts = z.array(shift).min(1)

const line = z.strictObject({
  name: name.optional(),
  product: name.optional(),
  devices: z.int().positive().optional().describe('devicesPerLine by default'),
  shifts: shifts
    .optional()
    .describe(
      "Those of the plant by default. The judge's strata and the gates of the policy remain the plant's shifts: where a " +
        "line changes at other times, a stratum holds two of its shifts, and its week's mean is over both",
    ),
  weekendVolume: share.optional().describe('That of the plant by default'),
  cycleTime: cycleTime.optional().describe('In all shifts of the line; then it has no random line effect'),
  noise: noiseSchema.optional().describe("A preset, a preset with changes, or changes of the plant's noise"),
})

/** The plant: a file of its own, or a part of the scenario. What is left out is that of the default plant. */
export const fleetSchema = z
  .strictObject({
    lines: z
      .union([z.int().positive(), z.array(line).min(1)], {
        error: ({ input }) => `${shown(input)} is neither a number of lines nor a list of lines`,
      })
      .default(17)
      .describe('Number of lines, or a list of lines'),
    devicesPerLine: z.int().positive().default(20),
    stages: z
      .strictObject({
        early: share
          .optional()
          .describe('By default what the policy says; where that says nothing, this is what it wants'),
      })
      .optional()
      .describe(
        'Where the thing groups are not as the policy wants: the share of each line that is in the group early',
      ),
    zone: zone.optional(),
    shifts: shifts.optional().describe('Each minute of the day belongs to exactly one shift'),
    weekendVolume: share.optional().describe('Factor on Saturdays and Sundays; 60 % by default'),
    noise: noiseSchema.optional(),
    metrics: metricsSchema.optional(),
  })
  .superRefine((fleet, context) => {
    const count = countProblem(fleet)
    // Nothing else is computed of a fleet that is too large.
    if (count !== null) return context.addIssue({ code: 'custom', path: ['lines'], message: count })
    const check = (own: { readonly shifts?: ShiftFile }, path: (string | number)[]): void => {
      const problem = own.shifts === undefined ? null : shiftProblem(own.shifts)
      if (problem !== null) context.addIssue({ code: 'custom', path: [...path, 'shifts'], message: problem })
    }
    check(fleet, [])
    if (typeof fleet.lines !== 'number') for (const [index, one] of fleet.lines.entries()) check(one, ['lines', index])
  })
  .describe('A plant: its lines, devices, shifts, noise and metrics of its own')

export type FleetFile = z.output<typeof fleetSchema>

/** The plant settings that the twin is built with. */
export function plantOf(fleet: FleetFile): PlantSettings {
  const plant = {
    shifts: shiftsOf(fleet.shifts) ?? DEFAULT_PLANT.shifts,
    weekendVolume: volumeOf(fleet.weekendVolume) ?? DEFAULT_PLANT.weekendVolume,
    noise: noiseOf(fleet.noise),
    ...(fleet.metrics !== undefined && { metrics: plantMetricsOf(fleet.metrics) }),
  }
  const lines = typeof fleet.lines === 'number' ? [] : fleet.lines
  const own = lines.flatMap((one, index) => (isDifferent(one) ? [[index + 1, lineOf(one, plant)] as const] : []))
  return own.length === 0 ? plant : { ...plant, byLine: Object.fromEntries(own) }
}

type LineFile = z.output<typeof line>
type ShiftFile = z.output<typeof shifts> | undefined

const isDifferent = ({ shifts: own, weekendVolume, cycleTime: ownMs, noise }: LineFile): boolean =>
  own !== undefined || weekendVolume !== undefined || ownMs !== undefined || noise !== undefined

function lineOf(one: LineFile, plant: LineSettings): LineSettings {
  const ofLine = shiftsOf(one.shifts) ?? plant.shifts
  const noise = noiseOf(one.noise, plant.noise)
  const { cycleTime: cycleMs } = one
  const saysEffect = typeof one.noise === 'object' && one.noise.lineEffect !== undefined
  return {
    shifts: cycleMs === undefined ? ofLine : ofLine.map((own) => ({ ...own, cycleMs })),
    weekendVolume: volumeOf(one.weekendVolume) ?? plant.weekendVolume,
    noise: cycleMs === undefined || saysEffect ? noise : { ...noise, lineEffect: 0 },
  }
}

const shiftsOf = (file: ShiftFile): readonly PlantShift[] | undefined =>
  file?.map(({ volume, cycleTime: cycleMs, ...times }) => ({ ...times, volume: volume / 100, cycleMs }))

const volumeOf = (pct: number | undefined): number | undefined => (pct === undefined ? undefined : pct / 100)
