import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { rounded } from '../numbers/format.ts'

/** Which devices ran the new firmware, and for how long. */
export interface Exposure {
  readonly devices: number
  /** Per device: from the first start of the new firmware to the next start of the previous one, or to the end. */
  readonly deviceHours: number
  readonly lines: number
}

/** Pure. */
export function foldExposure(header: TraceHeader, records: readonly TraceRecord[], endedAtMs: number): Exposure {
  const since = new Map<string, number>()
  const exposed = new Set<string>()
  let exposedMs = 0
  for (const record of records) {
    if (record.kind !== 'firmware-started') continue
    const startedAtMs = since.get(record.thing)
    if (record.version === header.release.version) {
      exposed.add(record.thing)
      if (startedAtMs === undefined) since.set(record.thing, record.atMs)
    } else if (startedAtMs !== undefined) {
      exposedMs += record.atMs - startedAtMs
      since.delete(record.thing)
    }
  }
  for (const startedAtMs of since.values()) exposedMs += endedAtMs - startedAtMs
  return {
    devices: exposed.size,
    deviceHours: rounded(exposedMs / 3_600_000),
    lines: new Set([...exposed].map((thing) => header.lines[thing])).size,
  }
}
