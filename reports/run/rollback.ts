import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { minutesBetween } from '../numbers/format.ts'
import { nearestRank } from '../numbers/statistics.ts'
import { deploymentsByDirection } from './deployments-by-direction.ts'

/** Spread of a leg over the devices, in minutes; nearest-rank percentiles. */
export interface Spread {
  readonly p50: number
  readonly p90: number
  readonly max: number
}

/** Rollback latency, leg by leg, in minutes. */
export interface Rollback {
  readonly legsMinutes: {
    readonly onsetToDetected: number | null
    readonly detectedToReceived: Spread | null
    readonly receivedToReverted: Spread | null
    /** First onset to the last device's first healthy report on the previous version: the headline. */
    readonly onsetToAllHealthy: number | null
  }
  /** Devices that the rollback was for. */
  readonly devices: number
  /** Of these, the ones that never reported healthy on the previous version. */
  readonly failed: number
}

/** The rollback of one device; a core that had reverted by itself reverted when it received the rollback. */
interface RollbackProgress {
  receivedAtMs: number | null
  revertedAtMs: number | null
  healthyAtMs: number | null
}

/** Null when nothing was rolled back. Detected means: the first rollback deployment was created. Pure. */
export function foldRollback(
  header: TraceHeader,
  records: readonly TraceRecord[],
  onsetAtMs: number | null,
): { readonly detectedAtMs: number; readonly report: Rollback } | null {
  const { rollback, firstRollbackAtMs: detectedAtMs } = deploymentsByDirection(header, records)
  if (detectedAtMs === null) return null
  const byThing = new Map<string, RollbackProgress>()
  for (const record of records) follow(byThing, header, record, rollback)
  const all = [...byThing.values()]
  const healthyAtMs = all.flatMap((one) => (one.healthyAtMs === null ? [] : [one.healthyAtMs]))
  const failed = all.length - healthyAtMs.length
  const allHealthyAtMs = failed > 0 || all.length === 0 ? null : Math.max(...healthyAtMs)
  return {
    detectedAtMs,
    report: {
      legsMinutes: {
        onsetToDetected: minutesBetween(onsetAtMs, detectedAtMs),
        detectedToReceived: spread(all.map(({ receivedAtMs }) => minutesBetween(detectedAtMs, receivedAtMs))),
        receivedToReverted: spread(all.map(receivedToReverted)),
        onsetToAllHealthy: minutesBetween(onsetAtMs, allHealthyAtMs),
      },
      devices: all.length,
      failed,
    },
  }
}

const receivedToReverted = ({ receivedAtMs, revertedAtMs }: RollbackProgress): number | null =>
  receivedAtMs === null || revertedAtMs === null
    ? null
    : minutesBetween(receivedAtMs, Math.max(receivedAtMs, revertedAtMs))

/** The rollback concerns a device from the first time that it ran the new version, or failed to run it. */
function follow(
  byThing: Map<string, RollbackProgress>,
  header: TraceHeader,
  record: TraceRecord,
  rollbacks: ReadonlySet<string>,
): void {
  const { version, replaces } = header.release
  if (record.kind === 'component-state' && record.version === version && !byThing.has(record.thing)) {
    byThing.set(record.thing, { receivedAtMs: null, revertedAtMs: null, healthyAtMs: null })
  }
  const one = 'thing' in record && record.thing !== null ? byThing.get(record.thing) : undefined
  if (one === undefined) return
  if (record.kind === 'deployment-received' && rollbacks.has(record.deploymentId)) one.receivedAtMs = record.atMs
  if (record.kind === 'firmware-started' && record.version === replaces) one.revertedAtMs = record.atMs
  if (record.kind === 'device-healthy' && record.version === replaces) one.healthyAtMs ??= record.atMs
}

function spread(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  return { p50: nearestRank(known, 0.5), p90: nearestRank(known, 0.9), max: nearestRank(known, 1) }
}
