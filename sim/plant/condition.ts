/** The condition of a station in one minute, as firmware and faults set it. */
export interface Condition {
  /** Whether the firmware process runs; without it nothing is produced, but the core's connection continues. */
  readonly isRunning: boolean
  /** 1 is normal; 1.1 is ten per cent slower. */
  readonly cycleTimeFactor: number
  /** 1 is normal. */
  readonly errorRateFactor: number
  /** Share of connection attempts that fail in addition to the normal ones, 0 to 1. */
  readonly connectionFailureShare: number
  /** Memory beyond what healthy firmware uses. */
  readonly extraMemoryMiB: number
  /** Of single cycles about their mean; 1 is normal. */
  readonly cycleSpreadFactor: number
  /** Share of the quality checks that fail in addition to the normal ones, 0 to 1. */
  readonly qualityFailureShare: number
  /** Share of the cycles that produce no unit, 0 to 1. */
  readonly unitLossShare: number
  /** On metrics of the plant's own, by name; null where there is none. */
  readonly metrics: ReadonlyMap<string, MetricEffect> | null
}

/** What happens to one of the plant's own metrics. */
export interface MetricEffect {
  /** On the mean of a gauge, or the rate of a counter. */
  readonly factor?: number
  /** To the mean of a gauge, in its unit. */
  readonly add?: number
  /** On the spread of a gauge about its mean. */
  readonly spreadFactor?: number
  /** It is not reported. */
  readonly isMissing?: true
}

export const HEALTHY: Condition = {
  isRunning: true,
  cycleTimeFactor: 1,
  errorRateFactor: 1,
  connectionFailureShare: 0,
  extraMemoryMiB: 0,
  cycleSpreadFactor: 1,
  qualityFailureShare: 0,
  unitLossShare: 0,
  metrics: null,
}
