import type { HealthMonitor, HealthReport } from '../device/health-monitor.ts'
import type { Silence } from './silence.ts'

/** The health documents of all devices at an instant before the start. */
export interface HistoryMoment {
  readonly atMs: number
  /** By thing name. */
  readonly documents: ReadonlyMap<string, HealthReport>
}

/** What a device reported last. */
export interface LastReport {
  readonly atMs: number
  readonly document: HealthReport
}

/** The time to simulate, and the firmware version of that time. */
export interface History {
  readonly fromMs: number
  readonly startMs: number
  readonly version: string
}

/** What of a device takes part in the history. */
interface Past {
  readonly monitor: HealthMonitor
  readonly silence: Silence
}

/**
 * Simulates the plant from `fromMs` to `startMs` without messages, on this firmware version; at each of `timesMs`, in order,
 * yields what the devices' shadows would have held: for a device that is away, what it reported last. `devices` are by
 * thing name; `shadows` receives the documents of those that are away at the start.
 */
export function* passHistory(
  devices: ReadonlyMap<string, Past>,
  { fromMs, startMs, version }: History,
  timesMs: readonly number[],
  shadows: Map<string, LastReport>,
): Generator<HistoryMoment> {
  const held = new Map<string, LastReport>()
  let sinceMs = fromMs
  for (const atMs of [...timesMs, startMs]) {
    for (const [thing, device] of devices) {
      if (device.silence === null) device.monitor.passHistory(sinceMs, atMs, version)
      else passNoisily(held, thing, device, { fromMs: sinceMs, startMs: atMs, version })
    }
    sinceMs = atMs
    if (atMs === startMs) for (const [thing, last] of held) shadows.set(thing, last)
    if (atMs === startMs && !timesMs.includes(atMs)) return
    const documents = new Map<string, HealthReport>()
    for (const [thing, { monitor }] of devices) {
      documents.set(thing, held.get(thing)?.document ?? monitor.historyDocument(atMs, version))
    }
    yield { atMs, documents }
  }
}

/** `held` has the last report of a device whose last sample did not arrive. */
function passNoisily(
  held: Map<string, LastReport>,
  thing: string,
  { monitor, silence }: Past,
  { fromMs, startMs: toMs, version }: History,
): void {
  if (toMs <= fromMs) return
  const sentMs = monitor.lastSentMs(fromMs, toMs, silence as NonNullable<Silence>)
  if (sentMs === toMs) held.delete(thing)
  else if (sentMs !== null || !held.has(thing)) {
    const atMs = sentMs ?? fromMs
    monitor.passHistory(fromMs, atMs, version)
    held.set(thing, { atMs, document: monitor.historyDocument(atMs, version) })
    monitor.passHistory(atMs, toMs, version)
    return
  }
  monitor.passHistory(fromMs, toMs, version)
}
