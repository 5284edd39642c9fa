import type { HealthCounters } from '../contract.ts'
import type { HealthSample } from './snapshot.ts'

/** What happened on a device between two samples. */
export interface Delta extends HealthCounters {
  /** Samples the health component took in between, whether or not they were seen. */
  readonly minutes: number
  /** Of them, those that the counters cover: all in version 2.0, one in version 1.0. */
  readonly countedMinutes: number
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
 * Counters between two samples of one device; null when `current` is no news. A sequence that went back in a later
 * sample, a counter that did, or another way of counting, means that the counters began anew: a gap may hide that the
 * sequence has grown beyond what it was.
 */
export function difference(previous: HealthSample | undefined, current: HealthSample): Delta | null {
  if (!isNews(previous, current)) return null
  if (current.schema === '1.0') {
    return { ...current.counters, minutes: samplesSince(previous, current), countedMinutes: 1 }
  }
  if (previous === undefined) return null // nothing to count from
  const continues =
    previous.schema === '2.0' &&
    current.sequence > previous.sequence &&
    !hasDropped(previous.counters, current.counters)
  const minutes = continues ? current.sequence - previous.sequence : current.sequence
  if (!continues) return { ...current.counters, minutes, countedMinutes: minutes }
  const a = previous.counters
  const b = current.counters
  return {
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
  }
}

/** Whether any cumulative counter is smaller than before; written out, since it is asked of every device. */
const hasDropped = (a: HealthCounters, b: HealthCounters): boolean =>
  b.connectionAttempts < a.connectionAttempts ||
  b.connectionFailures < a.connectionFailures ||
  b.cycles < a.cycles ||
  b.cycleTimeMsSum < a.cycleTimeMsSum ||
  b.cycleTimeMsSumOfSquares < a.cycleTimeMsSumOfSquares ||
  b.operations < a.operations ||
  b.errors < a.errors ||
  b.crashes < a.crashes ||
  b.unitsProduced < a.unitsProduced ||
  b.qualityChecks < a.qualityChecks ||
  b.qualityPasses < a.qualityPasses

/** A version 1.0 document counts one minute, but its sequence shows how long the device has been running. */
const samplesSince = (previous: HealthSample | undefined, current: HealthSample): number =>
  previous !== undefined && current.sequence > previous.sequence ? current.sequence - previous.sequence : 1
