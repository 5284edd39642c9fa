import { predictionBound } from '../statistics/prediction-bound.ts'
import { mannKendallS, signsAgainst } from '../statistics/trend.ts'
import type { HealthSample } from './snapshot.ts'

/** What is kept of one device's memory since its install: the least use of every half hour, a day of them. */
export interface MemorySeries {
  /** Use before the install, as far as it was seen. */
  readonly beforeMiB: number | null
  readonly limitMiB: number
  /** Process that the series is of: a restart begins it anew. */
  readonly bootId: string
  /** Whether it is above what the controls use; when there are none any more it begins anew. */
  readonly isAboveControls: boolean
  /** When it may begin: what a start takes is no leak. */
  readonly fromMs: number
  /** Least use of each half hour, in its first evaluations, above the controls' median, oldest first. */
  readonly minima: readonly number[]
  /** Mann-Kendall S of the minima: pairs that rise less pairs that fall. */
  readonly s: number
  /** Least use itself in the last full half hour; null before the first. */
  readonly levelMiB: number | null
  /** What healthy processes use at most, by the controls until the last evaluation; null without enough of them. */
  readonly usual: UsualMemory | null
  readonly running: RunningBlock
}

/** What processes of all ages have used at most, whenever that was between two collections of garbage. */
export interface UsualMemory {
  /** One of them uses more in one case of twenty. */
  readonly p95MiB: number
  /** One of as many as the stage has does in one case of a hundred. */
  readonly p99MiB: number
}

const STAGE_CHANCE = 0.05
const DEVICES_CHANCE = 0.01

/** By the most that healthy processes have used, for a stage of so many devices; null for fewer than two. [source: usual-memory] */
export function usualMemory(peaksMiB: readonly number[], devices: number): UsualMemory | null {
  const p95MiB = predictionBound(peaksMiB, 1 - STAGE_CHANCE)
  const p99MiB = predictionBound(peaksMiB, 1 - DEVICES_CHANCE / devices)
  return p95MiB === null || p99MiB === null ? null : { p95MiB, p99MiB }
}

/** The half hour that is not over yet. */
interface RunningBlock {
  readonly block: number
  readonly samples: number
  readonly least: number
  readonly leastLevelMiB: number
}

/** Minima of 30 minutes, from 30 minutes after the install on. [source: memory-minima] */
export const BLOCK_MS = 30 * 60_000
const WARM_UP_MS = 30 * 60_000
const MAX_BLOCKS = 48
/**
 * Evaluations of a half hour that count: its first three; one with fewer is left out. The least of more evaluations is
 * less, so that a half hour with lost evaluations would read as a rise, and on all devices at once.
 */
export const SAMPLES = 3

export const BLOCKS_PER_HOUR = 3_600_000 / BLOCK_MS

/** A series that waits for its device to be installed. */
export const newSeries = (beforeMiB: number | null): MemorySeries => ({
  beforeMiB,
  limitMiB: 0,
  bootId: '',
  isAboveControls: false,
  fromMs: 0,
  minima: [],
  s: 0,
  levelMiB: null,
  usual: null,
  running: { block: -1, samples: 0, least: 0, leastLevelMiB: 0 },
})

/**
 * Takes in the gauge of a running process; `commonMiB` is what the controls use in the middle at this evaluation, `usual`
 * what nearly all of them have used at most; null without any.
 */
export function withGauge(
  series: MemorySeries,
  sample: HealthSample,
  nowMs: number,
  commonMiB: number | null,
  usual: UsualMemory | null = null,
): MemorySeries {
  const { memoryMiB, memoryLimitMiB } = sample.gauges
  if (sample.componentState !== 'RUNNING' || memoryMiB <= 0) return series
  const isAboveControls = commonMiB !== null
  if (series.bootId !== sample.bootId || series.isAboveControls !== isAboveControls) {
    const fromMs = series.bootId === sample.bootId ? nowMs : nowMs + WARM_UP_MS
    const { bootId } = sample
    return { ...newSeries(series.beforeMiB), limitMiB: memoryLimitMiB, bootId, isAboveControls, fromMs }
  }
  if (nowMs < series.fromMs) return series
  const block = Math.floor(nowMs / BLOCK_MS)
  const above = tenths(memoryMiB - (commonMiB ?? 0))
  const level = tenths(memoryMiB)
  const { running } = series
  if (block === running.block) {
    if (running.samples === SAMPLES) return series
    const least = Math.min(running.least, above)
    const leastLevelMiB = Math.min(running.leastLevelMiB, level)
    return withRunning(series, { block, samples: running.samples + 1, least, leastLevelMiB }, usual)
  }
  const closed = running.samples === SAMPLES ? withMinimum(series) : series
  return withRunning(closed, { block, samples: 1, least: above, leastLevelMiB: level }, usual)
}

/** Written out, since it is done for every device at every evaluation. */
const withRunning = (series: MemorySeries, running: RunningBlock, usual: UsualMemory | null): MemorySeries => ({
  beforeMiB: series.beforeMiB,
  limitMiB: series.limitMiB,
  bootId: series.bootId,
  isAboveControls: series.isAboveControls,
  fromMs: series.fromMs,
  minima: series.minima,
  s: series.s,
  levelMiB: series.levelMiB,
  usual,
  running,
})

/** A gauge is no finer, and the series is stored after every evaluation. */
const tenths = (value: number): number => Math.round(value * 10) / 10

function withMinimum(series: MemorySeries): MemorySeries {
  const { minima, s } = series
  const { least: minimum, leastLevelMiB: levelMiB } = series.running
  if (minima.length < MAX_BLOCKS) {
    return { ...series, levelMiB, minima: [...minima, minimum], s: s + signsAgainst(minimum, minima) }
  }
  const kept = [...minima.slice(1), minimum]
  return { ...series, levelMiB, minima: kept, s: mannKendallS(kept) }
}
