import type { TraceRecord } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'

/** What on-call was paged with: a message with a reason code. */
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
    const { atMs, reasonCode, message, subject } = record
    const line = message === null ? (subject ?? reasonCode) : `${reasonCode}: ${textOf(message)}`
    return [{ atMs, reasonCode, subject: line }]
  })
