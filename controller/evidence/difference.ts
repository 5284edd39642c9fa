import { type HealthCounters, SAMPLE_PERIOD_MS } from '../contract.ts'
import { type MetricTotals, metricsBetween, metricsFromZero } from './metrics.ts'
import type { HealthSample } from './snapshot.ts'

/** What happened on a device between two samples. */
export interface Delta extends HealthCounters {
  /** Samples the health component took in between, whether or not they were seen. */
  readonly minutes: number
  /** Of them, those that the counters cover: all in version 2.0, one in version 1.0. */
  readonly countedMinutes: number
  /** Its cycle times are means, as in version 1.0: nothing tells how single cycles spread. */
  readonly isOfMeans?: true
  /** The plant's own; absent where there are none, or nothing to count them from. */
  readonly metrics?: MetricTotals
}

/**
 * Whether a sample is news after another: neither the same nor an older one. A fleet index may lag behind itself, and
 * devices' clocks are not trusted: a larger sequence is news whatever the clock says. A smaller one is that of a health
 * component that began anew, or an older sample; within one run of the firmware its uptime tells which. Between two
 * runs only the clock is left to say so, and a clock that was set back delays that by one evaluation: from then on the
 * sequence grows again.
 */
export const isNews = (previous: HealthSample | undefined, current: HealthSample): boolean => {
  if (previous === undefined || current.sequence > previous.sequence) return true
  if (current.bootId !== previous.bootId) return current.sampledAtMs >= previous.sampledAtMs
  return current.sequence < previous.sequence && current.gauges.uptimeS > previous.gauges.uptimeS
}

/**
 * Counters between two samples of one device; null when `current` is no news. Where the counters began anew in between,
 * they count from 0: nothing is ever less than none.
 */
export function difference(previous: HealthSample | undefined, current: HealthSample): Delta | null {
  if (!isNews(previous, current)) return null
  if (current.schema === '1.0') {
    return { ...current.counters, minutes: samplesSince(previous, current), countedMinutes: 1, isOfMeans: true }
  }
  if (previous === undefined) return null // nothing to count from
  if (beganAnew(previous, current)) return fromZero(current, current.sequence)
  const minutes = current.sequence - previous.sequence
  const delta = between(previous.counters, current.counters, minutes)
  if (isNegative(delta)) return fromZero(current, minutesOfReset(previous, current))
  if (previous.metrics === undefined || current.metrics === undefined) return delta
  return { ...delta, metrics: metricsBetween(previous.metrics, current.metrics) }
}

/**
 * Whether the health component has started again, by what it says without a clock: another way of counting, a sequence
 * that went back, or one as young as the process of the firmware, while the sample before is of another process: so that
 * one is older than the first of this sequence.
 */
const beganAnew = (previous: HealthSample, current: HealthSample): boolean =>
  previous.schema !== '2.0' ||
  current.sequence <= previous.sequence ||
  (previous.bootId !== current.bootId && (current.sequence - 1) * SAMPLE_PERIOD_MS < current.gauges.uptimeS * 1000)

/**
 * Samples since counters became smaller under a greater sequence. Either a gap hides that the sequence began anew as
 * well, and then there was time for all of it, or the counters alone did, somewhere in between.
 */
function minutesOfReset(previous: HealthSample, current: HealthSample): number {
  const elapsed = Math.round((current.sampledAtMs - previous.sampledAtMs) / SAMPLE_PERIOD_MS)
  return Math.min(current.sequence, Math.max(elapsed, current.sequence - previous.sequence))
}

const fromZero = ({ counters, metrics }: HealthSample, minutes: number): Delta => ({
  ...counters,
  minutes,
  countedMinutes: minutes,
  ...(metrics !== undefined && { metrics: metricsFromZero(metrics) }),
})

/** Written out, since it is done for every device at every evaluation. */
const between = (a: HealthCounters, b: HealthCounters, minutes: number): Delta => ({
  minutes,
  countedMinutes: minutes,
  connectionAttempts: b.connectionAttempts - a.connectionAttempts,
  connectionFailures: b.connectionFailures - a.connectionFailures,
  cycles: b.cycles - a.cycles,
  cycleTimeMsSum: b.cycleTimeMsSum - a.cycleTimeMsSum,
  cycleTimeMsSumOfSquares: b.cycleTimeMsSumOfSquares - a.cycleTimeMsSumOfSquares,
  operations: b.operations - a.operations,
  errors: b.errors - a.errors,
  crashes: b.crashes - a.crashes,
  unitsProduced: b.unitsProduced - a.unitsProduced,
  qualityChecks: b.qualityChecks - a.qualityChecks,
  qualityPasses: b.qualityPasses - a.qualityPasses,
})

const isNegative = (delta: Delta): boolean =>
  delta.connectionAttempts < 0 ||
  delta.connectionFailures < 0 ||
  delta.cycles < 0 ||
  delta.cycleTimeMsSum < 0 ||
  delta.cycleTimeMsSumOfSquares < 0 ||
  delta.operations < 0 ||
  delta.errors < 0 ||
  delta.crashes < 0 ||
  delta.unitsProduced < 0 ||
  delta.qualityChecks < 0 ||
  delta.qualityPasses < 0

/** A version 1.0 document counts one minute, but its sequence shows how long the device has been running. */
const samplesSince = (previous: HealthSample | undefined, current: HealthSample): number =>
  previous !== undefined && current.sequence > previous.sequence ? current.sequence - previous.sequence : 1
