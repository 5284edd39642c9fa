import { STAGES } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { at, isForward, mayHaveAsked, ofKind, type RecordOf } from './trace-records.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A fleet index may be some minutes behind; whoever was connected for so long is known to be. */
const KNOWN_CONNECTED_MS = 30 * MINUTE_MS

/** What the controller says of a stage or of a way back, held against what its clock and the devices did. */
export const WINDOW_INVARIANTS = {
  'no window ends before its time': (header: TraceHeader, records: readonly TraceRecord[]) => [
    ...shortSoaks(header, records),
    ...hastyOrders(header, records),
  ],

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

/** Of these a function takes time, and a look is told when it ends: the window that it said has begun began before that. */
const isSlowing = ({ faultKind }: RecordOf<'fault-started'>): boolean =>
  faultKind.startsWith('api-') || faultKind === 'lost-reply' || faultKind === 'lambda-timeout'

/**
 * Windows by the looks, to the second: from the one that said the soak begins, or from the last one before it where that is
 * not known so exactly, or was told by nobody. Once a stage has passed, what else it runs is stragglers' time.
 */
function shortSoaks({ windowHours }: TraceHeader, records: readonly TraceRecord[]): readonly string[] {
  const isExact = !ofKind(records, 'fault-started').some(isSlowing)
  const passed = new Set<string | null>()
  /** The last look that found nothing soaking, and the beginning of what soaks since. */
  let [notYetMs, sinceMs]: [number, number | null] = [0, null]
  return ofKind(records, 'evaluated').flatMap((evaluation) => {
    const { stage, state, decision, handler, atMs } = evaluation
    if (decision === 'soak') sinceMs = isExact ? atMs : notYetMs
    sinceMs ??= notYetMs
    const watchedMs = atMs - sinceMs
    if (state !== 'soaking') [notYetMs, sinceMs] = [atMs, null]
    if ((decision !== 'promote' && decision !== 'complete') || passed.has(stage)) return []
    passed.add(stage)
    // A person may do without the rest of it.
    const isShort = handler !== 'operate' && watchedMs < windowHours * HOUR_MS
    return isShort ? [`${stage} passed after ${hours(watchedMs)} (${at(evaluation)})`] : []
  })
}

/** Windows by what the twin saw, also where the looks in between were told by nobody: from order to order. */
function hastyOrders(header: TraceHeader, records: readonly TraceRecord[]): readonly string[] {
  const orderedAtMs = new Map<string, number>()
  for (const record of ofKind(records, 'deployment-created')) {
    if (isForward(record, header) && !orderedAtMs.has(record.target)) orderedAtMs.set(record.target, record.atMs)
  }
  return STAGES.slice(1).flatMap((stage, index) => {
    const before = STAGES[index] as string
    const [fromMs, toMs] = [orderedAtMs.get(before), orderedAtMs.get(stage)]
    if (fromMs === undefined || toMs === undefined || toMs - fromMs >= header.windowHours * HOUR_MS) return []
    const meanwhile = records.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    return mayHaveAsked(meanwhile, 'skip', 'promote') > 0 ? [] : [`${stage} ${hours(toMs - fromMs)} after ${before}`]
  })
}

const hours = (durationMs: number): string => `${(durationMs / HOUR_MS).toFixed(2)} h`
