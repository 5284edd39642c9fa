import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { minutesBetween } from '../numbers/format.ts'
import { nearestRank } from '../numbers/statistics.ts'
import { sortDeployments } from './deployments.ts'

/** Spread of a leg over the devices, in minutes; nearest-rank percentiles. */
export interface Spread {
  readonly p50: number
  readonly p90: number
  readonly max: number
}

/** How fast the way back was, leg by leg, in minutes. */
export interface Rollback {
  readonly legsMinutes: {
    readonly onsetToDetected: number | null
    readonly detectedToReceived: Spread | null
    readonly receivedToReverted: Spread | null
    /** First onset to the last device's first healthy report on the old version: the headline. */
    readonly onsetToAllHealthy: number | null
  }
  /** Devices that the rollback was for. */
  readonly devices: number
  /** Of these, the ones that never reported healthy on the old version. */
  readonly failed: number
}

/** What one device did on the way back; a core that had reverted by itself reverted at once. */
interface RollbackProgress {
  receivedAtMs: number | null
  revertedAtMs: number | null
  healthyAtMs: number | null
}

/** Null when nothing was rolled back. Detected means: the first rollback deployment was created. */
export function foldRollback(
  header: TraceHeader,
  records: readonly TraceRecord[],
  onsetAtMs: number | null,
): { readonly detectedAtMs: number; readonly report: Rollback } | null {
  const { takingBack, firstBackAtMs: detectedAtMs } = sortDeployments(header, records)
  const ways = new Map<string, RollbackProgress>()
  for (const record of records) follow(ways, header, record, takingBack)
  if (detectedAtMs === null) return null
  const touched = [...ways.values()]
  const failed = touched.filter(({ healthyAtMs }) => healthyAtMs === null).length
  const allHealthyAtMs = failed > 0 || touched.length === 0 ? null : Math.max(...touched.map(healthyAt))
  return {
    detectedAtMs,
    report: {
      legsMinutes: {
        onsetToDetected: minutesBetween(onsetAtMs, detectedAtMs),
        detectedToReceived: spread(touched.map(({ receivedAtMs }) => minutesBetween(detectedAtMs, receivedAtMs))),
        receivedToReverted: spread(
          touched.map(({ receivedAtMs, revertedAtMs }) =>
            receivedAtMs === null || revertedAtMs === null
              ? null
              : minutesBetween(receivedAtMs, Math.max(receivedAtMs, revertedAtMs)),
          ),
        ),
        onsetToAllHealthy: minutesBetween(onsetAtMs, allHealthyAtMs),
      },
      devices: touched.length,
      failed,
    },
  }
}

const healthyAt = ({ healthyAtMs }: RollbackProgress): number => healthyAtMs as number

/** A device's way back begins when it first touches the new version, by running it or by failing to. */
function follow(
  ways: Map<string, RollbackProgress>,
  header: TraceHeader,
  record: TraceRecord,
  backDeployments: ReadonlySet<string>,
): void {
  if (record.kind === 'component-state' && record.version === header.release.version) {
    ways.set(record.thing, ways.get(record.thing) ?? { receivedAtMs: null, revertedAtMs: null, healthyAtMs: null })
  }
  const way = 'thing' in record && record.thing !== null ? ways.get(record.thing) : undefined
  if (way === undefined) return
  if (record.kind === 'deployment-received' && backDeployments.has(record.deploymentId)) way.receivedAtMs = record.atMs
  if (record.kind === 'firmware-started' && record.version === header.release.replaces) way.revertedAtMs = record.atMs
  if (record.kind === 'device-healthy' && record.version === header.release.replaces) way.healthyAtMs ??= record.atMs
}

function spread(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  return { p50: nearestRank(known, 0.5), p90: nearestRank(known, 0.9), max: nearestRank(known, 1) }
}
