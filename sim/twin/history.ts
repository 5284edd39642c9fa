import type { HealthMonitor, HealthReport } from '../device/health-monitor.ts'

/** The health documents of all devices at an instant before the start. */
export interface HistoryMoment {
  readonly atMs: number
  /** By thing name. */
  readonly documents: ReadonlyMap<string, HealthReport>
}

/**
 * Simulates the plant from `fromMs` to `startMs` without messages, on this firmware version; at each of `timesMs`, in order,
 * yields what the devices' shadows would have held. `monitors` are by thing name.
 */
export function* passHistory(
  monitors: ReadonlyMap<string, { readonly monitor: HealthMonitor }>,
  { fromMs, startMs, version }: { readonly fromMs: number; readonly startMs: number; readonly version: string },
  timesMs: readonly number[],
): Generator<HistoryMoment> {
  let sinceMs = fromMs
  for (const atMs of [...timesMs, startMs]) {
    for (const { monitor } of monitors.values()) monitor.passHistory(sinceMs, atMs, version)
    sinceMs = atMs
    if (atMs === startMs && !timesMs.includes(atMs)) return
    const documents = new Map<string, HealthReport>()
    for (const [thing, { monitor }] of monitors) documents.set(thing, monitor.historyDocument(atMs, version))
    yield { atMs, documents }
  }
}
