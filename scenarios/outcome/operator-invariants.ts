import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { isSlowed, ofKind, placeOf, type RecordOf, settingOf } from './trace-records.ts'

const HOUR_MS = 3_600_000
/** A decision or request, its audit line and its record may lie so far apart. */
const LONGEST_RUN_MS = 5 * 60_000
/** Of a function in Lambda; a start calls AWS for every stage, and there is one of a rollout. */
const LONGEST_START_MS = 15 * 60_000

type Operation = RecordOf<'operation'>

/** What people ask for, and what they are told. */
export const OPERATOR_INVARIANTS = {
  OPERATION_DONE_TWICE: (_: TraceHeader, records: readonly TraceRecord[]) =>
    accepted(records).flatMap((record, index, all) => {
      const isAgain = record.id !== undefined && all.slice(0, index).some(({ id }) => id === record.id)
      return isAgain ? [{ operation: record.operation, id: record.id as string, ...placeOf(record) }] : []
    }),

  ANSWERED_FOR_OTHER_OPERATION: (_, records) => {
    const done = new Map(accepted(records).map((one) => [one.id, one.operation]))
    return ofKind(records, 'operation').flatMap((record) => {
      const { id, operation } = record
      const before = done.get(id)
      const isOther = record.result === 'repeated' && id !== undefined && before !== undefined && before !== operation
      return isOther ? [{ operation, before, id, ...placeOf(record) }] : []
    })
  },

  SKIPPED_WITHOUT_HEALTH: (_, records) => {
    let last: RecordOf<'evaluated'> | null = null
    return records.flatMap((record) => {
      // An evaluation that was never recorded may have been healthy.
      if (record.kind === 'handler-failed') last = null
      if (record.kind === 'evaluated' && record.handler === 'analyze') last = record
      const isSkip = record.kind === 'operation' && record.operation === 'skip' && record.result === 'accepted'
      const isWrong = isSkip && last !== null && last.verdict !== 'healthy'
      return isWrong ? [{ actor: record.actor, verdict: String(last?.verdict), ...placeOf(record) }] : []
    })
  },

  AUDIT_LINE_MISSING: (header, records) => {
    // Traces of versions that did not record what a rollout finds have no audit lines either.
    if (settingOf(records) === null) return []
    const endMs = records.at(-1)?.atMs ?? 0
    const { faultsEndAtMs } = header
    const isSettled = (atMs: number): boolean =>
      !isSlowed(records) || (faultsEndAtMs != null && endMs - Math.max(atMs, faultsEndAtMs) >= HOUR_MS)
    const lines = ofKind(records, 'audit-written').map(({ entry, atMs }) => ({ ...entry, atMs: entry.atMs ?? atMs }))
    return deedsOf(records).flatMap(({ what, actor, record }) => {
      const isThere = lines.some(
        (line) =>
          line.kind === what &&
          (actor === null || line.actor === actor) &&
          Math.abs(line.atMs - record.atMs) <= (what === 'start' ? LONGEST_START_MS : LONGEST_RUN_MS),
      )
      return isThere || !isSettled(record.atMs) ? [] : [{ what, ...placeOf(record) }]
    })
  },

  PAGED_AGAIN: (_, records) => {
    /** What on-call was paged for since anything changed. */
    const told = new Set<string>()
    let reason: string | null = null
    return records.flatMap((record) => {
      const isOfOperator = record.kind === 'operation' && record.result === 'accepted'
      const isNews = record.kind === 'evaluated' && record.reason.code !== reason
      if (isOfOperator || isNews || record.kind === 'handler-failed') told.clear()
      if (record.kind === 'evaluated') reason = record.reason.code
      if (record.kind !== 'message-published' || record.message === null) return []
      const page = JSON.stringify([record.reasonCode, record.message], withoutNumbers)
      const isAgain = told.has(page)
      told.add(page)
      return isAgain ? [{ reasonCode: String(record.reasonCode), ...placeOf(record) }] : []
    })
  },
} satisfies Partial<SafetyTable>

const accepted = (records: readonly TraceRecord[]): readonly Operation[] =>
  ofKind(records, 'operation').filter(({ result }) => result === 'accepted')

interface Deed {
  /** Kind of its audit line. */
  readonly what: string
  /** Null for the controller, which has one name. */
  readonly actor: string | null
  readonly record: TraceRecord
}

/** Decisions that change something, and requests that were done or refused. A decision of an operation has its line. */
const deedsOf = (records: readonly TraceRecord[]): readonly Deed[] =>
  records.flatMap((record): readonly Deed[] => {
    const isEvaluation = record.kind === 'evaluated' || record.kind === 'migration-evaluated'
    if (isEvaluation && record.decision !== 'wait' && record.handler !== 'operate') {
      return [{ what: record.decision, actor: null, record }]
    }
    if (record.kind === 'rollout-started') return [{ what: 'start', actor: null, record }]
    const isRequest = record.kind === 'operation' && record.actor !== '' && record.reason !== ''
    if (!isRequest || record.result === 'repeated' || record.answer.code === 'UNKNOWN_OPERATION') return []
    return [{ what: record.operation, actor: record.actor, record }]
  })

/** The same page a while later differs in durations only. */
const withoutNumbers = (_: string, value: unknown): unknown => (typeof value === 'number' ? undefined : value)
