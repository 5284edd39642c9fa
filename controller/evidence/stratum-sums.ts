import type { Delta } from './difference.ts'
import { addMetrics, type MetricTotals } from './metrics.ts'

/** What one device did in one stratum of the week, summed over the days of the baseline. */
export interface StratumSums {
  minutes: number
  /** Of them, those that the counters cover. */
  countedMinutes: number
  /** Minutes the stratum has had in the baseline. */
  expectedMinutes: number
  cycles: number
  units: number
  qualityChecks: number
  qualityFailures: number
  cycleTimeMsSum: number
  cycleTimeMsSumOfSquares: number
  operations: number
  errors: number
  crashes: number
  connectionAttempts: number
  connectionFailures: number
  /** Some of its cycle times are means; absent where none are. */
  isOfMeans?: true
  /** The plant's own metrics; absent where there were none. */
  metrics?: MetricTotals
}

/** To be added up. */
export const emptySums = (): StratumSums => ({
  minutes: 0,
  countedMinutes: 0,
  expectedMinutes: 0,
  cycles: 0,
  units: 0,
  qualityChecks: 0,
  qualityFailures: 0,
  cycleTimeMsSum: 0,
  cycleTimeMsSumOfSquares: 0,
  operations: 0,
  errors: 0,
  crashes: 0,
  connectionAttempts: 0,
  connectionFailures: 0,
})

/** Adds what was done between two snapshots. */
export function addShift(sums: StratumSums, delta: Delta): void {
  sums.minutes += delta.minutes
  sums.countedMinutes += delta.countedMinutes
  sums.cycles += delta.cycles
  sums.units += delta.unitsProduced
  sums.qualityChecks += delta.qualityChecks
  sums.qualityFailures += delta.qualityChecks - delta.qualityPasses
  sums.cycleTimeMsSum += delta.cycleTimeMsSum
  sums.cycleTimeMsSumOfSquares += delta.cycleTimeMsSumOfSquares
  if (delta.isOfMeans) sums.isOfMeans = true
  sums.operations += delta.operations
  sums.errors += delta.errors
  sums.crashes += delta.crashes
  sums.connectionAttempts += delta.connectionAttempts
  sums.connectionFailures += delta.connectionFailures
  if (delta.metrics !== undefined) sums.metrics = addMetrics(sums.metrics, delta.metrics)
}

/** Sums less those of a part of their days; written out, since it is done for every device and day of a replay. */
export const minus = (all: StratumSums, own: StratumSums): StratumSums => ({
  minutes: all.minutes - own.minutes,
  countedMinutes: all.countedMinutes - own.countedMinutes,
  expectedMinutes: all.expectedMinutes - own.expectedMinutes,
  cycles: all.cycles - own.cycles,
  units: all.units - own.units,
  qualityChecks: all.qualityChecks - own.qualityChecks,
  qualityFailures: all.qualityFailures - own.qualityFailures,
  cycleTimeMsSum: all.cycleTimeMsSum - own.cycleTimeMsSum,
  cycleTimeMsSumOfSquares: all.cycleTimeMsSumOfSquares - own.cycleTimeMsSumOfSquares,
  operations: all.operations - own.operations,
  errors: all.errors - own.errors,
  crashes: all.crashes - own.crashes,
  connectionAttempts: all.connectionAttempts - own.connectionAttempts,
  connectionFailures: all.connectionFailures - own.connectionFailures,
  ...(all.isOfMeans && { isOfMeans: all.isOfMeans }),
  ...(all.metrics !== undefined && { metrics: addMetrics(all.metrics, own.metrics, -1) }),
})

/** Sums of several strata as one. */
export function plus(parts: readonly StratumSums[]): StratumSums {
  const total = emptySums()
  for (const { metrics, isOfMeans, ...counts } of parts) {
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) total[name] += counts[name]
    if (isOfMeans) total.isOfMeans = true
    if (metrics !== undefined) total.metrics = addMetrics(total.metrics, metrics)
  }
  return total
}
