import type { TraceRecord } from '../sim/trace-events.ts'

/** A call for a person: a message with a reason code. */
export interface Call {
  readonly atMs: number
  readonly reasonCode: string
  /** One line. */
  readonly subject: string
}

/** Every call of a trace, in its order. */
export const callsOf = (records: readonly TraceRecord[]): readonly Call[] =>
  records.flatMap((record) => {
    if (record.kind !== 'message-published' || record.reasonCode === null) return []
    const { atMs, reasonCode, subject } = record
    return [{ atMs, reasonCode, subject: subject ?? reasonCode }]
  })
