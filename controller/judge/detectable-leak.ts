import { NO_EVIDENCE } from '../evidence/evidence.ts'
import {
  BLOCKS_PER_HOUR,
  type MemorySeries,
  newSeries,
  SAMPLES,
  type UsualMemory,
  usualMemory,
} from '../evidence/memory-series.ts'
import type { HealthSample } from '../evidence/snapshot.ts'
import { normalQuantile } from '../statistics/normal.ts'
import { mannKendallS, theilSenSlope } from '../statistics/trend.ts'
import { atLeast, risingPairs } from '../statistics/trend-power.ts'
import { judgeMemory } from './memory-leak.ts'
import type { RuleInput } from './rule-input.ts'
import { smallestWhere } from './smallest-where.ts'
import type { Finding } from './verdict.ts'

/** The gauges of the fleet before the rollout, which are all that is known of its memory. */
export interface KnownMemory {
  readonly limitMiB: number
  /** In the middle of the stage's devices. */
  readonly usedMiB: number
  /** Standard deviation of a gauge about that of its line. */
  readonly sigmaMiB: number
  readonly p95MiB: number
}

/** A series begins so long after the install. */
const UNUSED_HOURS = 0.5
/** The last half hour is over a quarter of an hour before a look on the average, and is read in its first ten minutes. */
const LEVEL_AGE_HOURS = 40 / 60
const MOST_BLOCKS = 48
/** Of the least of three normal values: its mean and its standard deviation. [source: order-statistics] */
const LEAST_OF_THREE = { mean: -0.846284, sigma: 0.747975 } as const
/** How much wider the median of many normal values spreads than their mean. [source: order-statistics] */
const MEDIAN_SIGMA = Math.sqrt(Math.PI / 2)
/** Looks at which the rule is asked, as parts of the window: a single device shows its leak best before the end. */
const LOOKS = [1, 0.85, 0.7, 0.55] as const
/** Slopes of n and m > n values correlate by (n / m)^1.5, by 0.4 from the first look to the last. [source: order-statistics] */
const INDEPENDENT_LOOKS = 2

/** Null without a gauge. */
export function knownMemory(
  samples: readonly (HealthSample | null)[],
  fleet: readonly { readonly line: number; readonly sample: HealthSample | null }[],
): KnownMemory | null {
  const own = samples.filter((sample) => sample !== null)
  const used = own.map(({ gauges }) => gauges.memoryMiB).sort(ascending)
  const limits = own.map(({ gauges }) => gauges.memoryLimitMiB).sort(ascending)
  const [usedMiB, limitMiB] = [used[used.length >> 1], limits[limits.length >> 1]]
  if (usedMiB === undefined || limitMiB === undefined) return null
  const all = fleet.flatMap(({ line, sample }) => (sample === null ? [] : [{ line, usedMiB: sample.gauges.memoryMiB }]))
  const sorted = all.map((one) => one.usedMiB).sort(ascending)
  return { limitMiB, usedMiB, sigmaMiB: withinLines(all), p95MiB: sorted[Math.floor(0.95 * sorted.length)] as number }
}

const ascending = (a: number, b: number): number => a - b

function withinLines(gauges: readonly { readonly line: number; readonly usedMiB: number }[]): number {
  const lines = new Map<number, { n: number; sum: number; squares: number }>()
  for (const { line, usedMiB } of gauges) {
    const { n, sum, squares } = lines.get(line) ?? { n: 0, sum: 0, squares: 0 }
    lines.set(line, { n: n + 1, sum: sum + usedMiB, squares: squares + usedMiB * usedMiB })
  }
  let [squares, degrees] = [0, 0]
  for (const one of lines.values()) {
    squares += Math.max(one.squares - one.sum ** 2 / one.n, 0)
    degrees += one.n - 1
  }
  return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
}

/** In MiB/h. */
const [SLOWEST, FASTEST] = [0.05, 1_000] as const

/** In MiB/h; null where no leak is. */
export interface SmallestLeak {
  readonly rolledBack: number | null
  /** Not promoted, because memory would be exhausted before the next release. */
  readonly held: number | null
}

/**
 * The slowest leak of all devices for which the rule itself finds a breach at a look of the window, and the slowest that
 * is not promoted, where chance is what it is at the worst in releases of this power: so many devices rise, the level and
 * the slope in the middle of them are so high, and the steepest of them is so steep.
 */
export function smallestLeak(one: Omit<RuleInput, 'evidence'>, memory: KnownMemory, power: number): SmallestLeak {
  const hours = one.policy.windowMs / 3_600_000
  const looks = LOOKS.map((part) => noiseOf(part * hours, one, memory, power))
  const outcomeAt = (slope: number, look: NoiseAt): Finding['outcome'] => {
    const evidence = { ...NO_EVIDENCE, memory: seriesAt(slope, one.watch.members, memory, look) }
    return judgeMemory({ ...one, evidence }).outcome
  }
  const isRolledBack = (slope: number): boolean => looks.some((look) => outcomeAt(slope, look) === 'breach')
  // What is promoted is what the rule says at the end.
  const isHeld = (slope: number): boolean => outcomeAt(slope, looks[0] as NoiseAt) !== 'healthy'
  return {
    rolledBack: smallestWhere(isRolledBack, SLOWEST, FASTEST),
    held: smallestWhere(isHeld, SLOWEST, FASTEST),
  }
}

/** What chance does to the half hours of a look. */
interface NoiseAt {
  readonly power: number
  readonly hours: number
  /** Of a minimum about its mean, in MiB. */
  readonly sigmaMiB: number
  /** Residuals of minima about their trend: normal, in no order, and without a slope. */
  readonly residualsMiB: readonly number[]
  /** In the middle of the stage. */
  readonly middle: Chance
  /** Of the device that is steepest. */
  readonly steepest: Chance
  readonly usual: UsualAt
}

interface Chance {
  readonly levelMiB: number
  readonly slopeMiBPerHour: number
}

function noiseOf(
  hours: number,
  { watch: { members, controls } }: Omit<RuleInput, 'evidence'>,
  memory: KnownMemory,
  power: number,
): NoiseAt {
  const n = Math.max(Math.min(Math.floor((hours - UNUSED_HOURS) * BLOCKS_PER_HOUR), MOST_BLOCKS), 0)
  const sigmaMiB = LEAST_OF_THREE.sigma * memory.sigmaMiB
  // Of the least squares slope, which Theil and Sen's comes near, for minima that scatter by 1 MiB.
  const slopeSigma = Math.sqrt(12 / Math.max(n ** 3 - n, 1)) * BLOCKS_PER_HOUR
  const ofMedian = (values: number): number => (values === 0 ? 0 : MEDIAN_SIGMA / Math.sqrt(values))
  const middleMiB = ofMedian(members.length) * sigmaMiB
  // What the controls use in the middle is taken off all minima, with its own chance.
  const commonMiB = ofMedian(controls.length) * memory.sigmaMiB
  const usual = controls.length < 2 ? withoutControls(memory) : usualAt(n, memory, controls.length, members.length)
  const least = normalQuantile(1 - power)
  const steepest = normalQuantile((1 - power) ** (1 / (INDEPENDENT_LOOKS * members.length)))
  return {
    power,
    hours,
    sigmaMiB,
    residualsMiB: residuals(n, sigmaMiB),
    middle: {
      levelMiB: least * Math.hypot(middleMiB, usual.sigmaMiB),
      slopeMiBPerHour: least * slopeSigma * Math.hypot(middleMiB, commonMiB),
    },
    steepest: { levelMiB: 0, slopeMiBPerHour: slopeSigma * (steepest * sigmaMiB + least * commonMiB) },
    usual,
  }
}

function residuals(n: number, sigmaMiB: number): readonly number[] {
  const scores = Array.from({ length: n }, (_, i) => sigmaMiB * normalQuantile(mirrored(i + 1)))
  const slope = theilSenSlope(scores)
  return scores.map((score, i) => score - slope * i)
}

/** The rule has only the gauges before the install then; no single device is beyond doubt. */
const withoutControls = ({ p95MiB }: KnownMemory): UsualAt => ({
  p95MiB,
  p99MiB: Number.POSITIVE_INFINITY,
  sigmaMiB: 0,
})

/** Van der Corput's sequence: evenly spread, and in no order. [source: van-der-corput] */
function mirrored(index: number): number {
  let [sum, digit] = [0, 1]
  for (let rest = index; rest > 0; rest >>= 1) {
    digit /= 2
    sum += digit * (rest & 1)
  }
  return sum
}

/** What healthy processes use at most, and how far the bound itself scatters. */
interface UsualAt extends UsualMemory {
  readonly sigmaMiB: number
}

/**
 * By the peaks of so many controls: of each the largest of so many half-hourly minima, and each of those the least of
 * three gauges. A bound so far above the mean of n values has the variance of the mean, and that of their standard
 * deviation as often as it is above it. [source: order-statistics, prediction-bound]
 */
function usualAt(n: number, { usedMiB, sigmaMiB }: KnownMemory, controls: number, devices: number): UsualAt {
  const peaks = Array.from({ length: controls }, (_, i) => {
    const rest = 1 - ((i + 0.5) / controls) ** (1 / Math.max(n, 1))
    return usedMiB + sigmaMiB * normalQuantile(1 - rest ** (1 / SAMPLES))
  })
  const usual = usualMemory(peaks, devices) as UsualMemory
  const mean = peaks.reduce((sum, peak) => sum + peak, 0) / controls
  const variance = peaks.reduce((sum, peak) => sum + (peak - mean) ** 2, 0) / (controls - 1)
  return { ...usual, sigmaMiB: Math.sqrt(variance / controls + (usual.p95MiB - mean) ** 2 / (2 * (controls - 1))) }
}

function seriesAt(
  slope: number,
  members: readonly string[],
  { limitMiB, usedMiB, sigmaMiB }: KnownMemory,
  noise: NoiseAt,
): Record<string, MemorySeries> {
  const { residualsMiB, usual, hours } = noise
  const n = residualsMiB.length
  const s = risingPairs(n, slope / BLOCKS_PER_HOUR / Math.max(noise.sigmaMiB, Number.MIN_VALUE))
  const rising = atLeast(members.length, s.chance, noise.power)
  const levelMiB = usedMiB + slope * Math.max(hours - LEVEL_AGE_HOURS, 0) + LEAST_OF_THREE.mean * sigmaMiB
  const seriesOf = (chance: Chance): MemorySeries => {
    const seen = (slope + chance.slopeMiBPerHour) / BLOCKS_PER_HOUR
    const minima = residualsMiB.map((residual, i) => seen * i + residual)
    const known = { ...newSeries(usedMiB), limitMiB, minima, s: Math.max(mannKendallS(minima), 1) }
    return { ...known, levelMiB: levelMiB + chance.levelMiB, usual }
  }
  const [middle, steepest] = [seriesOf(noise.middle), seriesOf(noise.steepest)]
  const ofMember = (i: number): MemorySeries => (i === 0 ? steepest : i < rising ? middle : { ...middle, s: -1 })
  return Object.fromEntries(members.map((thing, i): [string, MemorySeries] => [thing, ofMember(i)]))
}
