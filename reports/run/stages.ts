import type { StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isoTime } from '../numbers/format.ts'
import { bringsRelease } from './deployments-by-direction.ts'
import { heldThings } from './holdback.ts'

export interface StageReport {
  readonly name: StageName
  /** Size of the stage's group. */
  readonly devices: number
  /** Devices that ran the new firmware. */
  readonly updated: number
  readonly startedAt: string | null
  /** When the last of them started it, but those that were held back. */
  readonly installedAt: string | null
  readonly promotedAt: string | null
  readonly rolledBackAt: string | null
}

/** What happened to each stage, from the deployments and processes that the twin recorded. Pure. */
export function foldStages(header: TraceHeader, records: readonly TraceRecord[]): readonly StageReport[] {
  const held = heldThings(records)
  return Object.entries(header.stages).map(([name, things]) => {
    const members = new Set(things)
    const deployments = records
      .filter((one) => one.kind === 'deployment-created')
      .filter(({ target }) => target === name)
    const startedAtMs = deployments.find((record) => bringsRelease(header, record))?.atMs
    const rolledBackAtMs = deployments.find(
      (record) => startedAtMs !== undefined && record.atMs >= startedAtMs && !bringsRelease(header, record),
    )?.atMs
    const starts = records.filter(
      (record) =>
        record.kind === 'firmware-started' && record.version === header.release.version && members.has(record.thing),
    )
    const updated = new Set(starts.map((record) => ('thing' in record ? record.thing : '')))
    const promotedAtMs = promotion(records, name)
    return {
      name,
      devices: members.size,
      updated: updated.size,
      startedAt: timeOrNull(startedAtMs),
      installedAt: timeOrNull(firstStarts(starts, held).at(-1)),
      promotedAt: timeOrNull(promotedAtMs),
      rolledBackAt: timeOrNull(rolledBackAtMs),
    }
  })
}

/** When each device first started the release, in order of time: a later restart is not another install. */
function firstStarts(starts: readonly TraceRecord[], held: ReadonlySet<string>): number[] {
  const first = new Map<string, number>()
  for (const record of starts) {
    if (record.kind !== 'firmware-started' || held.has(record.thing)) continue
    if (!first.has(record.thing)) first.set(record.thing, record.atMs)
  }
  return [...first.values()].sort((a, b) => a - b)
}

const promotion = (records: readonly TraceRecord[], stage: StageName): number | undefined =>
  records.find(
    (record) =>
      record.kind === 'evaluated' &&
      record.stage === stage &&
      (record.decision === 'promote' || record.decision === 'complete'),
  )?.atMs

const timeOrNull = (atMs: number | undefined): string | null => (atMs === undefined ? null : isoTime(atMs))
