import { notificationText } from '../messages/notification-text.ts'
import { textOf } from '../messages/registry.ts'
import type { LogEntry } from './state.ts'

/** One event in one line. */
export function logText(entry: LogEntry): string {
  switch (entry.kind) {
    case 'deployed':
      return `${entry.version} deployed to ${entry.stage}`
    case 'rolled-back':
      return `rollback to ${entry.version} deployed to ${entry.stage}`
    case 'decided':
      return `${entry.stage === null ? '' : `${entry.stage}: `}${entry.decision}: ${textOf(entry.reason)}`
    case 'fault-began':
      return `fault ${entry.faultKind} began on ${entry.place}`
    case 'changed-from-outside':
      return `from outside: ${textOf(entry.message)}`
    case 'injected':
      return `injected: ${textOf(entry.message)}`
    case 'operation':
      return `${entry.operation} by ${entry.actor}${RESULTS[entry.result]}: ${textOf(entry.answer)}`
    case 'notified':
      return `notified: ${entry.code}: ${notificationText(entry)}`
    case 'handler-failed':
      return `${entry.handler} failed: ${entry.error}`
    case 'crashed':
      return `${entry.thing} crashed: ${textOf(entry.reason)}`
    case 'ended':
      return `the rehearsal has ended: ${entry.outcome}`
  }
}

/** The result of an operation, where it was not simply accepted. */
const RESULTS: Readonly<Record<string, string>> = { accepted: '', repeated: ' (repeated)', refused: ' REFUSED' }
