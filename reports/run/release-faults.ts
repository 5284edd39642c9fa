import type { FaultOrigin, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/**
 * Whether a fault belongs to the release of this version: to its firmware, or to its deployment. Any other fault, also one
 * on a device that runs the release, is no reason to take it back: detection, latency, catches and false alarms are judged
 * by this alone, in every report.
 */
export const isOfRelease = ({ firmware, ofDeployment }: FaultOrigin, version: string): boolean =>
  firmware === version || ofDeployment === true

/** When a fault of the release first acted on a device; null if none did. */
export const releaseOnsetMs = ({ release }: TraceHeader, records: readonly TraceRecord[]): number | null =>
  records.find(
    (record) => record.kind === 'fault-started' && record.thing !== null && isOfRelease(record, release.version),
  )?.atMs ?? null
