import type { HealthCounters, HealthGauges } from '../../controller/contract.ts'
import type { Scope } from './noise-settings.ts'

/** What a metric of the plant's own is, and how it scatters. Effects are relative to its mean or rate. */
export type MetricSettings = RateCounter | ShareCounter | Gauge

/** The metrics of the plant's own, by name; every device has all of them. */
export type PlantMetrics = Readonly<Record<string, MetricSettings>>

interface Scatter {
  /** How reports show it: `Nm`, `per cycle`, `% of unitsProduced`; empty for a gauge without a unit. */
  readonly unit: string
  /** Relative standard deviation of the devices about their line. */
  readonly deviceEffect: number
  /** Half range of the lines about the plant, uniform. */
  readonly lineEffect: number
  /** Relative standard deviations of the days: of a device, common to a line, common to the plant. */
  readonly days: Readonly<Record<Scope, number>>
}

interface Counter extends Scatter {
  /** Variance of a device's hourly rate over its squared mean (gamma); 0: Poisson, or binomial. */
  readonly dispersion: number
}

/** Events at a rate: Poisson from minute to minute. */
export interface RateCounter extends Counter {
  readonly kind: 'rate'
  readonly rate: number
  /** What the rate counts by; `minutes` are those in which the firmware runs. */
  readonly per: RateBase
  /** By how many of them: 60 of `minutes` for a rate per hour. */
  readonly every: number
}

/** A share of what another counter counts: binomial. */
export interface ShareCounter extends Counter {
  readonly kind: 'share'
  readonly share: number
  /** A counter of the station, or another of the plant's own. */
  readonly of: string
}

/** A measured value: once a minute while the firmware runs. */
export interface Gauge extends Scatter {
  readonly kind: 'gauge'
  readonly mean: number
  /** Standard deviation of a device's values about their mean, in the unit of the gauge. */
  readonly sigma: number
  /** After this time the correlation has fallen to 1/e; 0: values of two minutes have nothing in common. */
  readonly timeConstantMs: number
  /** Measured only in minutes that complete a cycle, as a torque while something is tightened. */
  readonly whileProducing: boolean
}

/** The counters of a station that those of the plant's own can count by. */
export const STATION_COUNTERS = [
  'cycles',
  'operations',
  'errors',
  'unitsProduced',
  'qualityChecks',
  'qualityPasses',
  'connectionAttempts',
  'connectionFailures',
] as const satisfies readonly (keyof HealthCounters)[]
export type StationCounter = (typeof STATION_COUNTERS)[number]
export type RateBase = 'minutes' | StationCounter

/** Names that the health document gives to metrics of its own: there is one namespace. */
const TAKEN: Readonly<Record<keyof HealthCounters | keyof HealthGauges, true>> = {
  connectionAttempts: true,
  connectionFailures: true,
  cycles: true,
  cycleTimeMsSum: true,
  cycleTimeMsSumOfSquares: true,
  operations: true,
  errors: true,
  crashes: true,
  unitsProduced: true,
  qualityChecks: true,
  qualityPasses: true,
  cpuPct: true,
  memoryMiB: true,
  memoryLimitMiB: true,
  uptimeS: true,
  connected: true,
  diskFreeMiB: true,
}
/** The cycle time is a gauge to rules, made of its counters. */
export const BUILT_IN_METRICS: readonly string[] = [...Object.keys(TAKEN), 'cycleTimeMs']

/** With 16 metrics of 40 characters the health document takes 4 of the 8 KB that a shadow may have. */
export const MOST_METRICS = 16
export const METRIC_NAME = /^[a-z][a-zA-Z0-9]{0,39}$/
