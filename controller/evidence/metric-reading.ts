import { HEALTH_COUNTERS, type HealthCounters } from '../contract.ts'
import type { MetricTest } from '../policy/rules.ts'
import { own } from '../support/own.ts'
import type { Delta } from './difference.ts'
import type { GaugeSums } from './metrics.ts'
import type { StratumSums } from './stratum-sums.ts'

/** What a device did in some time, of its own or of the baseline. */
export interface Done {
  readonly countedMinutes: number
  /** Some of its cycle times are means. */
  readonly isOfMeans: boolean
  /** Undefined for a metric that was not reported. */
  counter(name: string): number | undefined
  gauge(name: string): GaugeSums | undefined
}

/** What the baseline lets expect of one device. */
export interface UsualMetric {
  /** Pieces of data: attempts, minutes, samples of a gauge. */
  readonly duePerMinute: number
  /** Of the machine; a machine that stands makes no data. */
  readonly cyclesPerMinute: number
  /** Events, or what is made, per exposure. */
  readonly rate: number
  readonly mean: number
  /** ln of the standard deviation. */
  readonly lnSpread: number
}

/** What is known of the data of one device, added up. */
interface Reading {
  /** Pieces of data that the baseline lets expect, and those that came. */
  due: number
  came: number
  /** Events (or what is made), their exposure, and what the baseline lets expect of them; 0 in a test of a gauge. */
  count: number
  exposure: number
  expected: number
}

/** Null where there is nothing to compare with. */
export function usualOf(test: MetricTest, before: Done): UsualMetric | null {
  const { kind, metric } = test
  if (!canTell(test, before)) return null
  const cyclesPerMinute = (before.counter('cycles') ?? 0) / before.countedMinutes
  const nothing = { duePerMinute: 1, cyclesPerMinute, rate: 0, mean: 0, lnSpread: 0 }
  if (isOfGauge(kind)) {
    const gauge = before.gauge(metric)
    const variance = gauge === undefined ? null : varianceOf(gauge)
    if (gauge === undefined || variance === null || (kind === 'spread' && variance <= 0)) return null
    const duePerMinute = gauge.count / before.countedMinutes
    return { ...nothing, duePerMinute, mean: gauge.sum / gauge.count, lnSpread: 0.5 * Math.log(variance) }
  }
  const events = eventsOf(test, before)
  if (events === null || events.exposure <= 0 || (kind === 'output' && events.count <= 0)) return null
  return { ...nothing, duePerMinute: events.exposure / before.countedMinutes, rate: events.count / events.exposure }
}

/**
 * Adds what one device did to `sums`, and returns its effect relative to the baseline: of a mean or an output as a share
 * of it (or in the unit of the metric), of a spread as ln of the ratio of the standard deviations; null where nothing was
 * measured, and in tests of events.
 */
export function readMetric(test: MetricTest, now: Done, usual: UsualMetric, sums: Reading): number | null {
  sums.due += now.countedMinutes * usual.duePerMinute * workedShare(now, usual)
  if (isOfGauge(test.kind)) return readGauge(test, now, usual, sums)
  const events = eventsOf(test, now)
  if (events === null) return null
  const expected = events.exposure * usual.rate
  sums.came += events.exposure
  sums.count += events.count
  sums.exposure += events.exposure
  sums.expected += expected
  return test.kind === 'output' && expected > 0 ? events.count / expected - 1 : null
}

/** Means spread less than what they are of, so that single values beside them would look like a fault. */
export const canTell = ({ kind, metric }: MetricTest, { isOfMeans }: Done): boolean =>
  kind !== 'spread' || metric !== 'cycleTimeMs' || !isOfMeans

export const isOfGauge = (kind: MetricTest['kind']): boolean => kind === 'mean' || kind === 'spread' || kind === 'trend'

/** What is not made is seen by the rule on output. */
function workedShare(now: Done, { cyclesPerMinute }: UsualMetric): number {
  const expected = now.countedMinutes * cyclesPerMinute
  return expected > 0 ? Math.min((now.counter('cycles') as number) / expected, 1) : 1
}

function readGauge(test: MetricTest, now: Done, usual: UsualMetric, sums: Reading): number | null {
  const gauge = now.gauge(test.metric)
  if (gauge === undefined || gauge.count <= 0) return null
  sums.came += gauge.count
  sums.exposure += gauge.count
  return test.kind === 'spread' ? spreadEffect(gauge, usual) : meanEffect(test, gauge, usual)
}

/** Events and exposure of the test: of a share that must not decrease, those that are missing. */
export function eventsOf({ kind, metric, of, direction }: MetricTest, done: Done): Events | null {
  const events = done.counter(metric)
  const exposure = of === null ? done.countedMinutes : done.counter(of)
  if (events === undefined || exposure === undefined) return null
  return { count: kind === 'share' && direction === 'decrease' ? exposure - events : events, exposure }
}

export interface Events {
  readonly count: number
  readonly exposure: number
}

function meanEffect({ isAbsolute }: MetricTest, now: GaugeSums, { mean }: UsualMetric): number | null {
  const difference = now.sum / now.count - mean
  if (isAbsolute) return difference
  return mean === 0 ? null : difference / Math.abs(mean)
}

/**
 * ln of the ratio of the standard deviations about their own means, so that neither a new mean nor a drift is a spread.
 * ln of a variance of few values lies below ln of the true one: by 1/k of k degrees of freedom. [source: log-variance]
 */
function spreadEffect(now: GaugeSums, { lnSpread }: UsualMetric): number | null {
  const variance = varianceOf(now)
  if (variance === null) return null
  return Math.max(0.5 * (Math.log(variance) + 1 / (now.count - 1)) - lnSpread, LEAST_SPREAD_EFFECT)
}

/** Equal values are as narrow as it gets. */
const LEAST_SPREAD_EFFECT = -2

export function varianceOf({ count, sum, sumOfSquares }: GaugeSums): number | null {
  return count < 2 ? null : Math.max(sumOfSquares - (sum * sum) / count, 0) / (count - 1)
}

const KNOWN: ReadonlySet<string> = new Set(HEALTH_COUNTERS)

/** What a device did between two samples. */
export const doneSince = (delta: Delta): Done => ({
  countedMinutes: delta.countedMinutes,
  isOfMeans: delta.isOfMeans ?? false,
  counter: (name) =>
    KNOWN.has(name) ? (delta[name as keyof HealthCounters] as number) : own(delta.metrics?.counters, name),
  gauge: (name) =>
    name === 'cycleTimeMs'
      ? { count: delta.cycles, sum: delta.cycleTimeMsSum, sumOfSquares: delta.cycleTimeMsSumOfSquares }
      : own(delta.metrics?.gauges, name),
})

/** What it did in the baseline. */
export const doneBefore = (sums: StratumSums): Done => ({
  countedMinutes: sums.countedMinutes,
  isOfMeans: sums.isOfMeans ?? false,
  counter: (name) => countersOfBaseline[name]?.(sums) ?? own(sums.metrics?.counters, name),
  gauge: (name) =>
    name === 'cycleTimeMs'
      ? { count: sums.cycles, sum: sums.cycleTimeMsSum, sumOfSquares: sums.cycleTimeMsSumOfSquares }
      : own(sums.metrics?.gauges, name),
})

/** The names that the health document has for what the baseline keeps. */
const countersOfBaseline: Readonly<Record<string, (sums: StratumSums) => number>> = Object.assign(Object.create(null), {
  connectionAttempts: (sums: StratumSums) => sums.connectionAttempts,
  connectionFailures: (sums: StratumSums) => sums.connectionFailures,
  cycles: (sums: StratumSums) => sums.cycles,
  cycleTimeMsSum: (sums: StratumSums) => sums.cycleTimeMsSum,
  cycleTimeMsSumOfSquares: (sums: StratumSums) => sums.cycleTimeMsSumOfSquares,
  operations: (sums: StratumSums) => sums.operations,
  errors: (sums: StratumSums) => sums.errors,
  crashes: (sums: StratumSums) => sums.crashes,
  unitsProduced: (sums: StratumSums) => sums.units,
  qualityChecks: (sums: StratumSums) => sums.qualityChecks,
  qualityPasses: (sums: StratumSums) => sums.qualityChecks - sums.qualityFailures,
})
