import { NO_EVIDENCE } from '../evidence/evidence.ts'
import { BLOCKS_PER_HOUR, type MemorySeries, newSeries } from '../evidence/memory-series.ts'
import type { HealthSample } from '../evidence/snapshot.ts'
import type { Policy } from '../policy/policy.ts'
import { atLeast, risingPairs } from '../statistics/trend-power.ts'
import { judgeMemory } from './memory-leak.ts'
import type { RuleInput } from './rule-input.ts'
import { smallestWhere } from './smallest-where.ts'

/** The gauges of the fleet before the rollout, which are all that is known of its memory. */
export interface KnownMemory {
  readonly limitMiB: number
  /** In the middle of the stage's devices. */
  readonly usedMiB: number
  /** Standard deviation of a gauge about that of its line. */
  readonly sigmaMiB: number
  readonly p95MiB: number
}

/** A series begins so long after the install, and its last half hour is over so long before the end. */
const UNUSED_HOURS = 0.5
const MOST_BLOCKS = 48
/** Of the least of three normal values: its mean and its standard deviation. [source: order-statistics] */
const LEAST_OF_THREE = { mean: -0.846284, sigma: 0.747975 } as const
/** How much wider the median of many normal values spreads than their mean. [source: order-statistics] */
const MEDIAN_SIGMA = Math.sqrt(Math.PI / 2)

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

/**
 * The slowest leak of all devices in MiB/h for which the rule itself finds a breach at the end of the window, where
 * chance is `sigmas` from the mean in each part of it: so many devices rise, and the level and the slope in the middle of
 * them are so high. Null where no leak is.
 */
export function smallestLeak(
  one: Omit<RuleInput, 'evidence'>,
  memory: KnownMemory,
  sigmas: number,
  power: number,
): number | null {
  const isFound = (slope: number): boolean => {
    const series = seriesAt(slope, one.watch.members, memory, one.policy, sigmas, power)
    return judgeMemory({ ...one, evidence: { ...NO_EVIDENCE, memory: series } }).outcome === 'breach'
  }
  return smallestWhere(isFound, SLOWEST, FASTEST)
}

function seriesAt(
  slope: number,
  members: readonly string[],
  { limitMiB, usedMiB, sigmaMiB, p95MiB }: KnownMemory,
  { windowMs }: Policy,
  sigmas: number,
  power: number,
): Record<string, MemorySeries> {
  const hours = windowMs / 3_600_000 - UNUSED_HOURS
  const n = Math.min(Math.floor(hours * BLOCKS_PER_HOUR), MOST_BLOCKS)
  const noiseMiB = LEAST_OF_THREE.sigma * sigmaMiB
  const ofMiddle = (sigmas * MEDIAN_SIGMA * noiseMiB) / Math.sqrt(members.length)
  const levelMiB = usedMiB + slope * hours + LEAST_OF_THREE.mean * sigmaMiB + ofMiddle
  // The least squares slope, which Theil and Sen's comes near.
  const seen = slope + ofMiddle * Math.sqrt(12 / Math.max(n ** 3 - n, 1)) * BLOCKS_PER_HOUR
  const s = risingPairs(n, slope / BLOCKS_PER_HOUR / Math.max(noiseMiB, Number.MIN_VALUE))
  const rising = atLeast(members.length, s.chance, power)
  const minima = Array.from({ length: Math.max(n, 0) }, (_, i) => (seen * i) / BLOCKS_PER_HOUR)
  return Object.fromEntries(
    members.map((thing, i): [string, MemorySeries] => [
      thing,
      {
        ...newSeries(usedMiB),
        limitMiB,
        minima,
        s: i < rising ? Math.max(Math.round(s.mean), 1) : -1,
        levelMiB,
        // No single device is beyond doubt: the rule on one of them is another one.
        usual: { p95MiB, p99MiB: Number.POSITIVE_INFINITY },
      },
    ]),
  )
}
