import { STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { ofKind, placeOf } from './trace-records.ts'

/** What the twin must keep, whoever controls it. */
export const TWIN_INVARIANTS = {
  EVENT_DELIVERED_AT_ONCE: (_: TraceHeader, records: readonly TraceRecord[]) => {
    if (ofKind(records, 'intervention').length > 0) return []
    const putAtMs = new Set(
      ofKind(records, 'event-put').flatMap(({ detailType, atMs }) => (detailType === STAGE_PASSED_EVENT ? [atMs] : [])),
    )
    // Only this event invokes this function; another one never comes in the millisecond in which it is put.
    return ofKind(records, 'evaluated')
      .filter(({ handler, atMs }) => handler === 'promote' && putAtMs.has(atMs))
      .map(placeOf)
  },
} satisfies Partial<SafetyTable>
