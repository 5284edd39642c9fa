import { HOLDBACK_GROUP } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isoTime, rounded } from '../numbers/format.ts'

/** The production devices that stayed on the previous version while production was watched, and what that cost. */
export interface HoldbackReport {
  readonly devices: number
  readonly lines: number
  /** When the last of them started the release; null unless all have. */
  readonly followedAt: string | null
  /** How much later than the last of the others that was. */
  readonly heldHours: number | null
  /** From the canary's deployment to the last of them. */
  readonly leadTimeHours: number | null
}

/** When each device first started the release, and when the canary was deployed. */
interface Installs {
  readonly startedAtMs: number | null
  readonly updated: ReadonlyMap<string, number>
}

const HOUR_MS = 3_600_000

/** Devices that were ever held back. Pure. */
export const heldThings = (records: readonly TraceRecord[]): ReadonlySet<string> =>
  new Set(
    records.flatMap((one) =>
      one.kind === 'device-moved' && one.change === 'added' && one.group === HOLDBACK_GROUP ? [one.thing] : [],
    ),
  )

/** Null where none was held back. Pure. */
export function foldHoldback(header: TraceHeader, records: readonly TraceRecord[]): HoldbackReport | null {
  const held = heldThings(records)
  if (held.size === 0) return null
  const { startedAtMs, updated } = installsOf(header, records)
  const own = [...held].flatMap((thing) => updated.get(thing) ?? [])
  const others = [...updated].flatMap(([thing, atMs]) => (held.has(thing) ? [] : [atMs]))
  const followedAtMs = own.length < held.size ? null : latest(own)
  const since = (fromMs: number | null): number | null =>
    followedAtMs === null || fromMs === null ? null : rounded((followedAtMs - fromMs) / HOUR_MS)
  return {
    devices: held.size,
    lines: new Set([...held].map((thing) => header.lines[thing])).size,
    followedAt: followedAtMs === null ? null : isoTime(followedAtMs),
    heldHours: since(others.length === 0 ? null : latest(others)),
    leadTimeHours: since(startedAtMs),
  }
}

/**
 * From the first stage's deployment to the last device but those held back, which run the release a window later; null unless
 * the whole fleet ran it. Pure.
 */
export function foldLeadTime(header: TraceHeader, records: readonly TraceRecord[]): number | null {
  const { startedAtMs, updated } = installsOf(header, records)
  if (startedAtMs === null || updated.size < Object.keys(header.lines).length) return null
  const held = heldThings(records)
  const others = [...updated].flatMap(([thing, atMs]) => (held.has(thing) ? [] : [atMs]))
  return rounded((latest(others) - startedAtMs) / HOUR_MS)
}

function installsOf({ release, stages }: TraceHeader, records: readonly TraceRecord[]): Installs {
  const [first] = Object.keys(stages)
  const updated = new Map<string, number>()
  let startedAtMs: number | null = null
  for (const record of records) {
    if (record.kind === 'deployment-created' && record.target === first) startedAtMs ??= record.atMs
    if (record.kind !== 'firmware-started' || record.version !== release.version) continue
    if (!updated.has(record.thing)) updated.set(record.thing, record.atMs)
  }
  return { startedAtMs, updated }
}

const latest = (times: readonly number[]): number => times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
