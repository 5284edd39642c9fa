import type { TraceRecord } from '../../sim/kernel/trace-events.ts'

/** What a person was called with: a message with a reason code. */
export interface Notified {
  readonly atMs: number
  readonly reasonCode: string
  /** One line. */
  readonly subject: string
}

/** Every notification of a trace, in its order. */
export const notificationsOf = (records: readonly TraceRecord[]): readonly Notified[] =>
  records.flatMap((record) => {
    if (record.kind !== 'message-published' || record.reasonCode === null) return []
    const { atMs, reasonCode, subject } = record
    return [{ atMs, reasonCode, subject: subject ?? reasonCode }]
  })
