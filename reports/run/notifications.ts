import type { TraceRecord } from '../../sim/kernel/trace-events.ts'

/** What on-call was notified of: a message with a reason code. */
export interface Notification {
  readonly atMs: number
  readonly reasonCode: string
  /** One line. */
  readonly subject: string
}

/** Every notification of a trace, in its order. */
export const notificationsOf = (records: readonly TraceRecord[]): readonly Notification[] =>
  records.flatMap((record) => {
    if (record.kind !== 'message-published' || record.reasonCode === null) return []
    const { atMs, reasonCode, subject } = record
    return [{ atMs, reasonCode, subject: subject ?? reasonCode }]
  })
