import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { bringsRelease } from '../run/deployments-by-direction.ts'
import { notificationsOf } from '../run/notifications.ts'
import type { LogEntry } from './state.ts'

const MAX_ENTRIES = 60
/** Crashes that come closer than this are one burst. */
const BURST_MS = 60_000

/** The latest events of a run. */
export class LogFold {
  readonly #header: TraceHeader
  readonly #entries: LogEntry[] = []
  readonly #faults = new Set<number>()
  #crashAtMs: number | null = null

  constructor(header: TraceHeader) {
    this.#header = header
  }

  get entries(): readonly LogEntry[] {
    return this.#entries
  }

  take(record: TraceRecord): void {
    for (const entry of this.#entriesOf(record)) this.add(entry)
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift()
  }

  #entriesOf(record: TraceRecord): readonly LogEntry[] {
    const { atMs } = record
    switch (record.kind) {
      case 'deployment-created':
        return this.#created(record)
      case 'evaluated': {
        const { stage, decision, reason } = record
        return decision === 'wait' ? [] : [{ atMs, kind: 'decided', stage, decision, reason }]
      }
      case 'fault-started':
        return this.#faultStarted(record)
      case 'intervention': {
        // An operation is shown with its answer.
        const { code, data } = record
        if (code === 'FAULT_INJECTED') return [{ atMs, kind: 'injected', message: { code, data } }]
        return code === 'OPERATION_INVOKED' ? [] : [{ atMs, kind: 'changed-from-outside', message: { code, data } }]
      }
      case 'operation': {
        const { operation, actor, result, answer } = record
        return [{ atMs, kind: 'operation', operation, actor, result, answer }]
      }
      case 'message-published':
        return notificationsOf([record]).map((one) => ({ kind: 'notified', ...one }))
      case 'handler-failed':
        return [{ atMs, kind: 'handler-failed', handler: record.handler, error: record.error }]
      case 'firmware-crashed':
        return this.#crashed(record)
      default:
        return []
    }
  }

  #created(record: Extract<TraceRecord, { kind: 'deployment-created' }>): readonly LogEntry[] {
    const { atMs, target: stage } = record
    if (!(stage in this.#header.stages)) return []
    const { version, replaces } = this.#header.release
    const isRelease = bringsRelease(this.#header, record)
    return [{ atMs, kind: isRelease ? 'deployed' : 'rolled-back', stage, version: isRelease ? version : replaces }]
  }

  /** Once per fault, at its first onset. */
  #faultStarted(record: Extract<TraceRecord, { kind: 'fault-started' }>): readonly LogEntry[] {
    const { atMs, fault, faultKind, thing, target } = record
    if (this.#faults.has(fault)) return []
    this.#faults.add(fault)
    return [{ atMs, kind: 'fault-began', faultKind, place: thing ?? target ?? '' }]
  }

  /** Once per burst, so that crashes do not flood the log. */
  #crashed({ atMs, thing, reason }: Extract<TraceRecord, { kind: 'firmware-crashed' }>): readonly LogEntry[] {
    if (this.#crashAtMs !== null && atMs - this.#crashAtMs <= BURST_MS) return []
    this.#crashAtMs = atMs
    return [{ atMs, kind: 'crashed', thing, reason }]
  }
}
