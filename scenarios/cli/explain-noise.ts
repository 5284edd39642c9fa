import { writtenPercent } from '../../controller/units/quantity.ts'
import type { ByScope, Episodic, ErrorBursts, PlantNoise } from '../../sim/plant/noise-settings.ts'
import { SCOPES } from '../../sim/plant/noise-settings.ts'
import { PRESET_NAMES, PRESETS } from '../../sim/plant/presets.ts'
import type { LineSettings, PlantSettings } from '../../sim/plant/settings.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What the noise of a plant consists of: a line for what every plant has, and one for each further kind. */
export function noiseTexts(noise: PlantNoise): readonly string[] {
  const preset = PRESET_NAMES.find((name) => PRESETS[name] === noise)
  return [
    `${preset === undefined ? '' : `${preset}: `}memory ${noise.memorySigmaMiB} MiB, lines ${pct(noise.lineEffect)}, ` +
      `devices ${pct(noise.deviceEffect)}, cycles ${pct(noise.cycleSigma)}, ${noise.errorsPerDeviceHour} errors per ` +
      `device-hour, ${pct(noise.connectionFailureShare)} of connections fail`,
    ...cycleTexts(noise),
    ...errorTexts(noise),
    ...memoryTexts(noise),
    ...badLinkTexts(noise),
    ...SCOPES.flatMap((scope) => episodeText(`connection of ${OF[scope]} lost`, noise.outages, scope)),
    ...(noise.sampleLoss === null
      ? []
      : [`${pct(noise.sampleLoss.share)} of samples lost, in bursts of ${time(noise.sampleLoss.burstMs)}`]),
    ...roundingTexts(noise),
  ]
}

/** A row for each line that differs from the plant. */
export const lineTexts = ({ byLine = {}, ...plant }: PlantSettings): readonly string[] =>
  Object.entries(byLine).map(([line, own]) => `line ${line}: ${differences(own, plant).join(', ')}`)

function differences(own: LineSettings, plant: LineSettings): readonly string[] {
  const cycles = own.shifts.map(({ name, from, to, volume, cycleMs }) => {
    return `${name} ${from}-${to} ${pct(volume)} ${cycleMs / 1000} s`
  })
  const other = noiseTexts(plant.noise)
  return [
    ...(own.shifts === plant.shifts ? [] : cycles),
    ...(own.weekendVolume === plant.weekendVolume ? [] : [`${pct(own.weekendVolume)} at the weekend`]),
    ...noiseTexts(own.noise).filter((row) => !other.includes(row)),
  ]
}

const OF = { device: 'a device', line: 'a line', plant: 'the plant' } as const

const cycleTexts = ({
  wander,
  stoppages,
  handover,
  changeovers,
  days,
  trendPerDay,
  toolWear,
}: PlantNoise): string[] => [
  ...(wander === null ? [] : [`cycle times wander by ${pct(wander.sigma)} within ${time(wander.timeConstantMs)}`]),
  ...(stoppages === null
    ? []
    : [`${pct(stoppages.share)} of cycles stop for ${time(stoppages.medianMs)} (spread ${stoppages.spread})`]),
  ...(handover === null ? [] : [`${pct(handover.slower)} slower for ${time(handover.lastsMs)} after a shift begins`]),
  ...(changeovers === null
    ? []
    : [
        `another product every ${time(changeovers.everyMs)}: ${pct(changeovers.sigma)}, ` +
          `${time(changeovers.standstillMs)} of standstill`,
      ]),
  ...(days === null ? [] : [`days ${pct(days.line)} on a line, ${pct(days.plant)} in the plant`]),
  ...(trendPerDay === 0 ? [] : [`cycle times ${trendPerDay > 0 ? '+' : ''}${pct(trendPerDay)} a day`]),
  ...(toolWear === null ? [] : [`tools wear by ${pct(toolWear.rise)} in ${time(toolWear.lifeMs)}`]),
]

const errorTexts = ({ errorDispersion, errorBursts }: PlantNoise): string[] => [
  ...(errorDispersion === 0 ? [] : [`hourly error rates with a dispersion of ${errorDispersion}`]),
  ...SCOPES.flatMap((scope) => {
    const burst: ErrorBursts | null = errorBursts[scope]
    return burst === null ? [] : episodeText(`errors of ${OF[scope]} x ${burst.factor}`, errorBursts, scope)
  }),
]

const badLinkTexts = ({ connectionBursts }: PlantNoise): string[] =>
  SCOPES.flatMap((scope) => {
    const own = connectionBursts[scope]
    if (own === null) return []
    return episodeText(`${pct(own.failureShare)} more of connections of ${OF[scope]} fail`, connectionBursts, scope)
  })

const memoryTexts = ({ memoryWarmUp, garbageCollection }: PlantNoise): string[] => [
  ...(memoryWarmUp === null
    ? []
    : [`memory warms up by ${memoryWarmUp.mebibytes} MiB within ${time(memoryWarmUp.timeConstantMs)}`]),
  ...(garbageCollection === null
    ? []
    : [
        `garbage collection of ${garbageCollection.mebibytes} MiB every ${time(garbageCollection.periodMs)}, ` +
          `${garbageCollection.inPhase ? '' : 'not '}in phase`,
      ]),
]

function roundingTexts({ rounding: { memoryMiB, cycleTimeMs, cpuPct } }: PlantNoise): string[] {
  const steps = [
    ...(memoryMiB === 0 ? [] : [`memory to ${memoryMiB} MiB`]),
    ...(cycleTimeMs === 0 ? [] : [`cycle times to ${cycleTimeMs / 1000} s`]),
    ...(cpuPct === 0 ? [] : [`CPU to ${cpuPct} %`]),
  ]
  return steps.length === 0 ? [] : [`rounded: ${steps.join(', ')}`]
}

function episodeText(what: string, scopes: ByScope<Episodic>, scope: (typeof SCOPES)[number]): string[] {
  const own = scopes[scope]
  return own === null ? [] : [`${what} every ${time(own.everyMs)} for ${time(own.medianMs)} (spread ${own.spread})`]
}

const pct = (share: number): string => writtenPercent(Math.round(share * 1e6) / 1e4)

function time(ms: number): string {
  const [unit, name] =
    ms >= 2 * DAY_MS
      ? [DAY_MS, 'd']
      : ms >= 2 * HOUR_MS
        ? [HOUR_MS, 'h']
        : ms >= 2 * MINUTE_MS
          ? [MINUTE_MS, 'min']
          : [1000, 's']
  return `${Math.round((ms / Number(unit)) * 10) / 10} ${name}`
}
