import { PRESETS, type PresetName } from '../../sim/plant/presets.ts'
import type { LineSettings } from '../../sim/plant/settings.ts'
import { dayEffects, handover, trend } from './calendar-effects.ts'
import { changeovers, standstills } from './changeovers.ts'
import type { Metric } from './columns.ts'
import { type CountKind, type CountRule, countRules, type Undecided } from './counters.ts'
import { connections, errors } from './counts.ts'
import { differences, shiftCycleTimes, volumes } from './cycle-times.ts'
import { allNotEstimable, type Estimate, figureOf, noColumn, type Unit } from './estimate.ts'
import { fluctuations } from './fluctuations.ts'
import { gaps } from './gaps.ts'
import { type Grid, gridOf, type TooLarge } from './grid.ts'
import { factorsOf, type Levels, levelsOf, lineMeans, ownResiduals } from './levels.ts'
import { memory } from './memory.ts'
import { meanOf } from './numbers.ts'
import { withoutRare } from './rare.ts'
import type { Recorded } from './read.ts'
import { rounding } from './rounding.ts'
import { lawIn, stoppages } from './stoppages.ts'

export interface FitOptions {
  /** Of the plant: shifts and days are in its local time. */
  readonly zone: string
  /** Shifts and volumes, where the recording does not tell. */
  readonly plant: LineSettings
  /** Holds what cannot be estimated. */
  readonly preset: PresetName
  readonly counts: ReadonlyMap<Metric, CountKind>
}

/** A line as it was recorded. */
export interface FittedLine {
  readonly name: string
  readonly devices: number
  /** Of cycle times, beside the mean of all devices. */
  readonly factor: number
}

export interface Fit {
  readonly zone: string
  readonly plant: LineSettings
  readonly preset: PresetName
  readonly lines: readonly FittedLine[]
  readonly rows: number
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  readonly rules: ReadonlyMap<Metric, CountRule>
  readonly unused: readonly string[]
  readonly estimates: readonly Estimate[]
}

/** Estimates the figures of a plant file from a recording. Pure; the same recording gives the same figures. */
export function fit(recorded: Recorded, options: FitOptions): Fit | Undecided | TooLarge {
  const rules = countRules(recorded.devices, options.counts)
  if ('undecided' in rules) return rules
  const grid = gridOf(recorded.devices, rules, { isLong: recorded.isLong, zone: options.zone, plant: options.plant })
  if ('days' in grid) return grid
  const levels = grid.devices.every(({ cycleMs }) => cycleMs !== null)
    ? levelsOf(grid, options.plant.shifts.length)
    : null
  const rounded = rounding(recorded.devices, rules)
  const ofCycles =
    levels === null ? withoutCycleTimes(options.plant) : cycleEstimates(grid, levels, options.plant, rounded)
  const volumeAt = volumeOf(grid, ofCycles, options.plant)
  return {
    ...options,
    lines: linesOf(grid, levels),
    rows: recorded.rows,
    fromMs: Math.min(...grid.devices.map(({ firstMs }) => firstMs)),
    toMs: Math.max(...grid.devices.map(({ lastMs }) => lastMs)),
    stepMs: grid.stepMs,
    rules,
    unused: recorded.unused,
    estimates: withoutRare(
      [
        ...ofCycles,
        ...errors(grid, volumeAt),
        ...connections(grid),
        ...memory(grid, figureOf(rounded, 'noise.rounding.memory') ?? 0),
        ...gaps(grid),
        ...rounded,
      ],
      PRESETS[options.preset],
    ),
  }
}

function cycleEstimates(
  grid: Grid,
  levels: readonly Levels[],
  plant: LineSettings,
  rounded: readonly Estimate[],
): readonly Estimate[] {
  const means = lineMeans(grid, levels)
  const own = ownResiduals(grid, levels, means)
  const still = standstills(grid, levels)
  const stopping = stoppages(grid, levels)
  const roundingMs = figureOf(rounded, 'noise.rounding.cycleTime') ?? 0
  const fluctuating = fluctuations(grid, levels, own, roundingMs, lawIn(stopping))
  // A tool is in the middle of its life on average.
  const wear = (figureOf(fluctuating, 'noise.toolWear.rise') ?? 0) / 2
  return [
    ...shiftCycleTimes(grid, levels, plant, wear),
    ...volumes(grid, levels, plant, still),
    ...differences(grid, levels, plant.shifts.length, own),
    ...fluctuating,
    ...stopping,
    ...handover(grid, levels),
    ...changeovers(grid, still, means),
    ...dayEffects(grid, means, still),
    trend(grid, levels),
  ]
}

const CYCLE_KEYS: Readonly<Record<string, Unit>> = {
  weekendVolume: 'share',
  'noise.deviceEffect': 'share',
  'noise.lineEffect': 'share',
  'noise.wander': 'share',
  'noise.toolWear': 'share',
  'noise.cycleSpread': 'share',
  'noise.stoppages': 'share',
  'noise.handover': 'share',
  'noise.changeovers': 'ms',
  'noise.days': 'share',
  'noise.trend': 'share a day',
}

function withoutCycleTimes({ shifts }: LineSettings): readonly Estimate[] {
  const ofShifts = shifts.flatMap(({ name }) => [
    [`shifts.${name}.cycleTime`, 'ms'] as const,
    [`shifts.${name}.volume`, 'share'] as const,
  ])
  const keys = { ...Object.fromEntries(ofShifts), ...CYCLE_KEYS }
  return allNotEstimable(keys, noColumn('cycleTimeMs', 'cycleTimeMsSum (with cycles)'))
}

/** By slot; that of the plant's file where it could not be estimated. */
function volumeOf({ calendar }: Grid, estimates: readonly Estimate[], plant: LineSettings): (slot: number) => number {
  const byShift = plant.shifts.map(({ name, volume }) => figureOf(estimates, `shifts.${name}.volume`) ?? volume)
  const weekend = figureOf(estimates, 'weekendVolume') ?? plant.weekendVolume
  return (slot) => (byShift[calendar.shift[slot] as number] as number) * (calendar.isWeekend[slot] === 1 ? weekend : 1)
}

function linesOf({ lines, devices }: Grid, levels: readonly Levels[] | null): readonly FittedLine[] {
  const factors = levels === null ? null : factorsOf(levels, levels[0]?.meanMs.length ?? 0)
  return lines.map((name, line) => {
    const own = devices.flatMap((one, i) => (one.line === line ? [i] : []))
    const factor = factors === null ? 1 : 1 + meanOf(own.map((i) => factors[i] as number))
    return { name, devices: own.length, factor: Number.isNaN(factor) ? 1 : factor }
  })
}
