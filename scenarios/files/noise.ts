import { z } from 'zod'
import { duration, memory, percent, percentPerDay } from '../../controller/units/quantity.ts'
import type { ByScope, PlantNoise, Scope } from '../../sim/plant/noise-settings.ts'
import { DEFAULT_PRESET, PRESET_NAMES, PRESETS, TYPICAL } from '../../sim/plant/presets.ts'

const upTo = (most: number) => percent.refine((value) => value <= most, { message: `must be at most ${most} %` })
const share = upTo(100)
const minutes = duration.refine((ms) => ms >= 60_000, { message: 'must be at least 1min' })
/** Standard deviation of a logarithm: with 2, one in 40 is 50 times as long as the median. */
const spread = z.number().nonnegative().max(2).describe('Standard deviation of the logarithm of the length')

/** A group of the noise: what is left out is that of the preset; `none` where a plant has nothing of the kind. */
const group = <Shape extends z.ZodRawShape>(shape: Shape, meaning: string) =>
  z
    .union([z.literal('none'), z.strictObject(shape).partial()], {
      error: ({ input }) => `${JSON.stringify(input)} is neither "none" nor a group of settings`,
    })
    .describe(meaning)

const episodic = {
  every: minutes.describe('Mean time from one to the next'),
  median: minutes.describe('Median length'),
  spread,
}

const byScope = <Shape extends z.ZodRawShape>(shape: Shape, meaning: string) =>
  z
    .strictObject({
      device: group(shape, `${meaning} of one device`),
      line: group(shape, `${meaning} of all devices of a line`),
      plant: group(shape, `${meaning} of the whole plant`),
    })
    .partial()
    .describe(`${meaning}, by what they have in common`)

const preset = z
  .enum(PRESET_NAMES)
  .describe(
    `What is left out; ${DEFAULT_PRESET} by default. quiet: white noise alone; typical: a plant that is run well; rough: an old one`,
  )

const settings = z
  .strictObject({
    preset,
    memorySigma: memory.describe('Spread of the memory gauge from sample to sample'),
    deviceEffect: upTo(20).describe('Spread of the devices of a line around its cycle time'),
    errorsPerDeviceHour: z.number().nonnegative().max(600).describe('At full volume'),
    connectionFailures: share.describe('Connection attempts that fail'),
    lineEffect: upTo(50).describe("Half range of the lines around the fleet's cycle time; 0 % for a line with its own"),
    cycleSpread: upTo(50).describe("Spread of single cycles around the device's mean"),
    wander: group(
      { spread: upTo(20), timeConstant: minutes.describe('After it the correlation is 1/e') },
      "A device's cycle time wanders around its mean (AR(1) from minute to minute)",
    ),
    stoppages: group(
      { share: upTo(20).describe('Of all cycles'), median: duration.describe('Of the additional time'), spread },
      'Cycles that take far longer (log-normal)',
    ),
    handover: group({ slower: upTo(200), for: minutes }, 'Each shift begins with longer cycles'),
    changeovers: group(
      {
        every: duration.refine((ms) => ms >= 600_000, { message: 'must be at least 10min' }).describe('Mean time'),
        spread: upTo(20).describe("Spread of the products' cycle times, common to the line"),
        standstill: duration.describe('The line stands still'),
      },
      'A line changes its product',
    ),
    days: group(
      { line: upTo(20), plant: upTo(20) },
      "Spread of the days' cycle times, common to a line and to the plant",
    ),
    trend: percentPerDay
      .refine((value) => Math.abs(value) <= 2, { message: 'must be from -2 to 2 %/d' })
      .describe('Change of cycle times in a day'),
    toolWear: group(
      { rise: upTo(100), life: duration.refine((ms) => ms >= 3_600_000, { message: 'must be at least 1h' }) },
      'Cycle times rise until the tool is changed',
    ),
    errorDispersion: z
      .number()
      .nonnegative()
      .max(10)
      .refine((value) => value === 0 || value >= 0.01, { message: 'must be 0 or at least 0.01' })
      .describe("Variance of a device's hourly error rate over its squared mean (negative binomial); 0: Poisson"),
    errorBursts: byScope({ ...episodic, factor: z.number().min(1).max(100) }, 'Bursts of errors'),
    connectionBursts: byScope(
      { ...episodic, failures: share.describe('Connection attempts that fail meanwhile, beside the usual ones') },
      'Bad periods of the link',
    ),
    memoryWarmUp: group({ by: memory, timeConstant: minutes }, 'A young process has less memory'),
    garbageCollection: group(
      {
        amplitude: memory.describe('From trough to peak'),
        period: minutes,
        inPhase: z.boolean().describe('All devices at the same times; else from the start of each process'),
      },
      'Memory rises and falls as a sawtooth',
    ),
    outages: byScope(episodic, 'Losses of the connection'),
    sampleLoss: group({ share: upTo(50), burst: minutes.describe('Mean length') }, 'Samples are lost in bursts'),
    rounding: z
      .strictObject({
        memory: memory.describe('Step of the memory gauge'),
        cycleTime: duration.describe('Step of cycle times'),
        cpu: share.describe('Step of the CPU gauge'),
      })
      .partial()
      .describe('Steps in which devices measure'),
  })
  .partial()

/** A preset by its name, or a preset with changes. */
export const noiseSchema = z
  .union([preset, settings], {
    error: ({ input }) =>
      typeof input === 'string'
        ? `"${input}" is no preset; one of ${PRESET_NAMES.join(', ')}`
        : `${JSON.stringify(input)} is neither a preset nor a group of settings`,
  })
  .describe('How healthy stations scatter: quiet, typical or rough, or a preset with changes')

export type NoiseFile = z.output<typeof noiseSchema>
type Settings = z.output<typeof settings>

const shareOf = (value: number | undefined): number | undefined => (value === undefined ? undefined : value / 100)

/** The noise that a file describes; `parent` is that of the plant, where a line has its own. */
export function noiseOf(file: NoiseFile | undefined, parent?: PlantNoise): PlantNoise {
  if (file === undefined) return parent ?? PRESETS[DEFAULT_PRESET]
  if (typeof file === 'string') return PRESETS[file]
  const base = file.preset === undefined ? (parent ?? PRESETS[DEFAULT_PRESET]) : PRESETS[file.preset]
  return {
    ...base,
    ...numbersOf(file),
    ...cycleGroups(file, base),
    ...memoryGroups(file, base),
    errorBursts: scopesOf(file.errorBursts, base.errorBursts, TYPICAL.errorBursts, burstOf),
    connectionBursts: scopesOf(
      file.connectionBursts,
      base.connectionBursts,
      TYPICAL.connectionBursts,
      ({ failures, ...own }) => ({ ...episodeOf(own), failureShare: shareOf(failures) }),
    ),
    outages: scopesOf(file.outages, base.outages, TYPICAL.outages, episodeOf),
    sampleLoss: groupOf(file.sampleLoss, base.sampleLoss, TYPICAL.sampleLoss, ({ share, burst }) => ({
      share: shareOf(share),
      burstMs: burst,
    })),
    rounding: {
      ...base.rounding,
      ...defined({
        memoryMiB: file.rounding?.memory,
        cycleTimeMs: file.rounding?.cycleTime,
        cpuPct: file.rounding?.cpu,
      }),
    },
  }
}

const numbersOf = (file: Settings): Partial<PlantNoise> =>
  defined({
    memorySigmaMiB: file.memorySigma,
    deviceEffect: shareOf(file.deviceEffect),
    errorsPerDeviceHour: file.errorsPerDeviceHour,
    connectionFailureShare: shareOf(file.connectionFailures),
    lineEffect: shareOf(file.lineEffect),
    cycleSigma: shareOf(file.cycleSpread),
    trendPerDay: shareOf(file.trend),
    errorDispersion: file.errorDispersion,
  })

const cycleGroups = (
  file: Settings,
  base: PlantNoise,
): Pick<PlantNoise, 'wander' | 'stoppages' | 'handover' | 'changeovers' | 'days' | 'toolWear'> => ({
  wander: groupOf(file.wander, base.wander, TYPICAL.wander, (own) => ({
    sigma: shareOf(own.spread),
    timeConstantMs: own.timeConstant,
  })),
  stoppages: groupOf(file.stoppages, base.stoppages, TYPICAL.stoppages, (own) => ({
    share: shareOf(own.share),
    medianMs: own.median,
    spread: own.spread,
  })),
  handover: groupOf(file.handover, base.handover, TYPICAL.handover, (own) => ({
    slower: shareOf(own.slower),
    lastsMs: own.for,
  })),
  changeovers: groupOf(file.changeovers, base.changeovers, TYPICAL.changeovers, (own) => ({
    everyMs: own.every,
    sigma: shareOf(own.spread),
    standstillMs: own.standstill,
  })),
  days: groupOf(file.days, base.days, TYPICAL.days, (own) => ({
    line: shareOf(own.line),
    plant: shareOf(own.plant),
  })),
  toolWear: groupOf(file.toolWear, base.toolWear, TYPICAL.toolWear, (own) => ({
    rise: shareOf(own.rise),
    lifeMs: own.life,
  })),
})

const memoryGroups = (file: Settings, base: PlantNoise): Pick<PlantNoise, 'memoryWarmUp' | 'garbageCollection'> => ({
  memoryWarmUp: groupOf(file.memoryWarmUp, base.memoryWarmUp, TYPICAL.memoryWarmUp, (own) => ({
    mebibytes: own.by,
    timeConstantMs: own.timeConstant,
  })),
  garbageCollection: groupOf(file.garbageCollection, base.garbageCollection, TYPICAL.garbageCollection, (own) => ({
    mebibytes: own.amplitude,
    periodMs: own.period,
    inPhase: own.inPhase,
  })),
})

interface EpisodeFile {
  readonly every?: number | undefined
  readonly median?: number | undefined
  readonly spread?: number | undefined
}

const episodeOf = ({ every, median, spread: own }: EpisodeFile) => ({
  everyMs: every,
  medianMs: median,
  spread: own,
})
const burstOf = (own: EpisodeFile & { readonly factor?: number | undefined }) => ({
  ...episodeOf(own),
  factor: own.factor,
})

/** A group of the file over that of the preset, or over that of `typical` where the preset has none. */
function groupOf<File extends object, Group extends object>(
  file: File | 'none' | undefined,
  base: Group | null,
  typical: Group,
  read: (file: File) => { readonly [Key in keyof Group]: Group[Key] | undefined },
): Group | null {
  if (file === undefined) return base
  return file === 'none' ? null : { ...(base ?? typical), ...defined(read(file)) }
}

function scopesOf<File extends object, Group extends object>(
  file: Readonly<Partial<Record<Scope, File | 'none' | undefined>>> | undefined,
  base: ByScope<Group>,
  typical: ByScope<Group>,
  read: (file: File) => { readonly [Key in keyof Group]: Group[Key] | undefined },
): ByScope<Group> {
  const of = (scope: Scope): Group | null => groupOf(file?.[scope], base[scope], typical[scope] as Group, read)
  return { device: of('device'), line: of('line'), plant: of('plant') }
}

/** Without what is undefined. */
const defined = <Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
