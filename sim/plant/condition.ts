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
}

export const HEALTHY: Condition = {
  isRunning: true,
  cycleTimeFactor: 1,
  errorRateFactor: 1,
  connectionFailureShare: 0,
  extraMemoryMiB: 0,
}
