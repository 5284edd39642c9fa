import type { TraceRecord } from '../../sim/kernel/trace-events.ts'

/** What on-call was notified of. */
export interface Notification {
  readonly atMs: number
  /** The reason code of the notification: the code of its message. */
  readonly code: string
  /** The data of its message; null where it was published with a reason code and no message. */
  readonly data: object | null
  /** Stands in for the message where there is none. */
  readonly subject: string | null
}

/** Every notification of a trace, in its order. Pure. */
export const notificationsOf = (records: readonly TraceRecord[]): readonly Notification[] =>
  records.flatMap((record) => {
    if (record.kind !== 'message-published' || record.reasonCode === null) return []
    const { atMs, reasonCode: code, message, subject } = record
    return [{ atMs, code, data: message === null ? null : message.data, subject }]
  })
