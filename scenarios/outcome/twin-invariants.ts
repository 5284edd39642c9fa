import { STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { ofKind, placeOf } from './trace-records.ts'

/** What the twin must keep, whoever controls it. */
export const TWIN_INVARIANTS = {
  EVENT_DELIVERED_AT_ONCE: (_: TraceHeader, records: readonly TraceRecord[]) => {
    if (ofKind(records, 'intervention').length > 0) return []
    const puts = ofKind(records, 'event-put').filter(({ detailType }) => detailType === STAGE_PASSED_EVENT)
    let sinceMs = Number.NEGATIVE_INFINITY
    return ofKind(records, 'evaluated')
      .filter(({ handler }) => handler === 'promote')
      .flatMap((record) => {
        // Only this event invokes this function, which may put one that another instance could not tick off once more.
        const isOfEarlier = puts.some(({ atMs }) => atMs >= sinceMs && atMs < record.atMs)
        sinceMs = record.atMs
        return puts.some(({ atMs }) => atMs === record.atMs) && !isOfEarlier ? [placeOf(record)] : []
      })
  },
} satisfies Partial<SafetyTable>
