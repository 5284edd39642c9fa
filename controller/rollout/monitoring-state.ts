import type { SoakClock } from './soak.ts'

/** What the controller keeps between evaluations in addition to the evidence. */
export interface MonitoringState {
  /** Since when the telemetry is down; null while it is not. */
  readonly downSinceMs: number | null
  readonly soak: SoakClock | null
}
