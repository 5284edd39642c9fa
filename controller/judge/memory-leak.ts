import { BLOCKS_PER_HOUR, type MemorySeries, type UsualMemory, usualMemory } from '../evidence/memory-series.ts'
import { streamAlpha } from '../statistics/budget.ts'
import { leastRise, medianInterval, riseTail, signTail, slopeInterval, theilSenSlope } from '../statistics/trend.ts'
import { memoized } from '../support/memoized.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/** A leak of the whole stage, or of one device. */
interface Leak {
  readonly statistic: Statistic
  readonly slopeMiBPerHour: number
  readonly hoursLeft: number
  readonly hoursAt: (slopeMiBPerHour: number) => number
  /** Slopes in MiB/h that its test does not reject. */
  readonly slopes: () => Interval
  readonly n: number
  readonly thing?: string
}

/** Fewer half hours show no trend. */
const MIN_BLOCKS = 3
/** Independent tests of a trend: it gains one value every half hour, and keeps a day of them. */
const TREND_TESTS = 48

/**
 * Memory that is not freed: half-hourly minima since the install, less what the controls use, rising on nearly all
 * devices of the stage (sign test) or without doubt on one (Mann-Kendall, corrected for autocorrelation). The outcome
 * depends on when memory is exhausted at the Theil-Sen slope; a device that has almost none left is rolled back while
 * it still can be. What a young process grows by until it uses as much as healthy ones do is no leak: its memory must be
 * above the peaks of nearly all controls. [source: leak-projection, free-memory, usual-memory]
 */
export function judgeMemory(one: RuleInput): Finding {
  const { evidence, watch, policy } = one
  const known: Known[] = []
  for (const thing of watch.members) {
    const series = evidence.memory[thing]
    if (series === undefined) continue
    if (isStarved(series, policy.memory.freeFloorPct)) return floorFinding(one, thing, series)
    if (series.minima.length >= MIN_BLOCKS) known.push({ thing, known: series })
  }
  const series = withUsual(known, watch.members.length)
  // Where more than half of all pairs are level the slope is none, however sure the rise of the others.
  const leaks = [ofStage(series, one), ofDevices(series, one)]
    .filter((leak) => leak !== null)
    .filter(({ slopeMiBPerHour }) => slopeMiBPerHour > 0)
  const worst = leaks.toSorted((a, b) => a.hoursLeft - b.hoursLeft)[0]
  const [rollbackHours, gateHours] = [policy.memory.rollbackWithinMs, policy.memory.gateWithinMs].map(hoursOf) as [
    number,
    number,
  ]
  if (worst === undefined) return quiet(one, series.length, rollbackHours)
  const isBreach = worst.hoursLeft < rollbackHours
  const isGate = worst.hoursLeft < gateHours
  return {
    rule: 'memory-leak',
    metric: 'hoursToExhaustion',
    outcome: isBreach ? 'breach' : isGate ? 'inconclusive' : 'healthy',
    observed: worst.hoursLeft,
    baseline: null,
    limit: isBreach ? rollbackHours : gateHours,
    n: worst.n,
    ...(worst.thing !== undefined && { thing: worst.thing, line: watch.lineOf[worst.thing] as number }),
    statistic: worst.statistic,
    interval: hoursBetween(worst),
    ...(!isBreach && isGate && { inconclusive: 'gate' }),
    reason: {
      code: 'MEMORY_GROWTH',
      data: {
        thing: worst.thing ?? null,
        devices: worst.thing === undefined ? worst.n : 1,
        slopeMiBPerHour: worst.slopeMiBPerHour,
        hoursToExhaustion: worst.hoursLeft,
        hasControls: watch.controls.length > 0,
      },
    },
  }
}

const hoursOf = (durationMs: number): number => durationMs / 3_600_000

interface Known {
  readonly thing: string
  readonly known: MemorySeries
}

interface Member extends Known {
  readonly usual: UsualMemory
}

/** A positive S is no negative median slope. */
function ofStage(series: readonly Member[], { policy }: RuleInput): Leak | null {
  let rising = 0
  for (const { known } of series) if (known.s > 0) rising += 1
  const p = signTail(rising, series.length)
  const boundary = streamAlpha(policy) / 2 / (TREND_TESTS / MIN_BLOCKS)
  if (p > boundary || !isUnusual(series)) return null
  const slopes = series.map(({ known }) => slopeMiBPerHourOf(known.minima))
  const slopeMiBPerHour = middle(slopes)
  const hoursAt = (slope: number): number => middle(series.map(({ known }) => hoursLeft(known, slope)))
  return {
    statistic: { name: 'sign', value: -Math.log(p), boundary: -Math.log(boundary) },
    slopeMiBPerHour,
    hoursLeft: hoursAt(slopeMiBPerHour),
    hoursAt,
    slopes: () => medianInterval(slopes, boundary),
    n: series.length,
  }
}

/** Without controls the only healthy processes known are those of the same devices before the install. */
function withUsual(series: readonly Known[], devices: number): readonly Member[] {
  const before = series.flatMap(({ known: { beforeMiB } }) => (beforeMiB === null ? [] : [beforeMiB]))
  const ofBefore = usualMemory(before, devices) ?? NOTHING_USUAL
  return series.map(({ thing, known }) => ({ thing, known, usual: known.usual ?? ofBefore }))
}

/** Any memory may be too much then. */
const NOTHING_USUAL: UsualMemory = { p95MiB: Number.NEGATIVE_INFINITY, p99MiB: Number.NEGATIVE_INFINITY }

const isUnusual = (series: readonly Member[]): boolean =>
  middle(series.map(({ known }) => known.levelMiB as number)) > middle(series.map(({ usual }) => usual.p95MiB))

/**
 * The device that runs out first of those whose trend is beyond doubt for a family of that size, which is less than one
 * in a thousand whatever the budget. [source: memory-evidence]
 */
function ofDevices(series: readonly Member[], { policy }: RuleInput): Leak | null {
  const boundary = streamAlpha(policy) / 2 / (series.length * TREND_TESTS)
  let worst: Leak | null = null
  for (const { thing, known, usual } of series) {
    // A device that is not even close by S alone is not worth the exact test.
    if (known.s < leastRise(known.minima.length)) continue
    if ((known.levelMiB as number) <= usual.p99MiB) continue
    const p = riseTail(known.minima)
    if (p > boundary) continue
    const slopeMiBPerHour = slopeMiBPerHourOf(known.minima)
    const left = hoursLeft(known, slopeMiBPerHour)
    if (worst !== null && worst.hoursLeft <= left) continue
    const statistic = { name: 'mann-kendall', value: -Math.log(p), boundary: -Math.log(boundary) }
    worst = {
      statistic,
      slopeMiBPerHour,
      hoursLeft: left,
      hoursAt: (slope) => hoursLeft(known, slope),
      slopes: () => scaled(slopeInterval(known.minima, boundary), (slope) => slope * BLOCKS_PER_HOUR),
      n: known.minima.length,
      thing,
    }
  }
  return worst
}

/** The steeper the slope the fewer the hours; without end where it may be none. */
function hoursBetween({ slopes, hoursAt }: Leak): Interval {
  const { low, high } = slopes()
  return { low: high === null ? 0 : hoursAt(high), high: low === null || low <= 0 ? null : hoursAt(low) }
}

/** Of the minima, which change every half hour only: an evaluation in between need not sort all pairs again. */
const slopeMiBPerHourOf = memoized((minima: MemorySeries['minima']) => theilSenSlope(minima) * BLOCKS_PER_HOUR)

const hoursLeft = ({ limitMiB, levelMiB }: MemorySeries, slopeMiBPerHour: number): number =>
  Math.max(limitMiB - (levelMiB as number), 0) / slopeMiBPerHour

/** The least of half an hour leaves too little, and before the install there was enough. */
function isStarved({ limitMiB, levelMiB, beforeMiB }: MemorySeries, freeFloorPct: number): boolean {
  const mostMiB = limitMiB * (1 - freeFloorPct / 100)
  return limitMiB > 0 && (levelMiB ?? 0) > mostMiB && (beforeMiB ?? 0) <= mostMiB
}

function floorFinding(
  { policy, watch }: RuleInput,
  thing: string,
  { levelMiB, limitMiB, minima }: MemorySeries,
): Finding {
  const freePct = (1 - (levelMiB as number) / limitMiB) * 100
  return {
    rule: 'memory-leak',
    metric: 'freeMemoryPct',
    outcome: 'breach',
    observed: freePct,
    baseline: null,
    limit: policy.memory.freeFloorPct,
    n: minima.length,
    thing,
    line: watch.lineOf[thing] as number,
    reason: { code: 'MEMORY_ALMOST_EXHAUSTED', data: { thing, freePct, neededPct: policy.memory.freeFloorPct } },
  }
}

/** Too few samples for a trend hold nothing back: a window is longer than a trend needs. */
function quiet({ watch }: RuleInput, n: number, limit: number): Finding {
  return {
    rule: 'memory-leak',
    metric: 'hoursToExhaustion',
    outcome: 'healthy',
    observed: null,
    baseline: null,
    limit,
    n,
    reason: { code: 'NO_MEMORY_TREND', data: { devices: n, hasControls: watch.controls.length > 0 } },
  }
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
