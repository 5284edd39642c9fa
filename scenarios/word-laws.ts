import type { TraceHeader, TraceRecord } from '../sim/trace-events.ts'
import { at } from './trace-records.ts'

const MINUTE_MS = 60_000
/** A fleet index may be some minutes behind; whoever was connected for so long is known to be. */
const KNOWN_CONNECTED_MS = 30 * MINUTE_MS

/** What the controller says of a stage or of a way back, held against what its clock and the devices did. */
export const WORD_LAWS = {
  /**
   * Counted from the look that said the soak begins, so that a window that is short by one look shows. A look is told when
   * it ends; where something delays AWS, events or functions, that is not when it began, and nothing can be said so exactly.
   */
  'no window ends before its time': (header: TraceHeader, records: readonly TraceRecord[]) => {
    if (records.some((record) => record.kind === 'fault-started' && record.thing === null)) return []
    const windowMs = header.windowHours * 60 * MINUTE_MS
    let soak: { readonly stage: string | null; readonly sinceMs: number } | null = null
    return records.flatMap((record) => {
      if (record.kind !== 'evaluated') return []
      const { stage, decision, handler, atMs } = record
      if (decision === 'soak') soak = { stage, sinceMs: atMs }
      const isPassed = decision === 'promote' || decision === 'complete'
      // A person may do without the rest of it.
      if (!isPassed || handler === 'operate' || soak === null || soak.stage !== stage) return []
      const watchedMs = atMs - soak.sinceMs
      return watchedMs < windowMs ? [`${stage} after ${watchedMs / MINUTE_MS} min (${at(record)})`] : []
    })
  },

  'a way back is confirmed by every device that is connected': (header, records) => {
    const moved = new Set<string>()
    const versions = new Map<string, string>()
    const connectedSinceMs = new Map<string, number>()
    return records.flatMap((record) => {
      if (record.kind === 'membership-changed') moved.add(record.thing)
      if (record.kind === 'firmware-started') versions.set(record.thing, record.version)
      if (record.kind === 'device-connected') connectedSinceMs.set(record.thing, record.atMs)
      if (record.kind === 'device-disconnected') connectedSinceMs.delete(record.thing)
      if (record.kind !== 'evaluated' || record.decision !== 'confirm') return []
      const left = [...connectedSinceMs].filter(
        ([thing, sinceMs]) =>
          versions.get(thing) === header.release.version &&
          record.atMs - sinceMs >= KNOWN_CONNECTED_MS &&
          !moved.has(thing),
      )
      return left.length === 0 ? [] : [`${left.length} run the release, ${left[0]?.[0]} first (${at(record)})`]
    })
  },
} satisfies Readonly<Record<string, (header: TraceHeader, records: readonly TraceRecord[]) => readonly string[]>>
