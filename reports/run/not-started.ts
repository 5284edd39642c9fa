import type { TraceRecord } from '../../sim/kernel/trace-events.ts'
import { type ReportedMessage, reported } from '../messages/reported.ts'

/** Why a release was never rolled out. */
export interface NotStarted {
  /** By the preflight; else its start failed, which shows nothing about the release. */
  readonly isRefused: boolean
  readonly reasons: readonly ReportedMessage[]
}

/** Null where a rollout was started: a second delivery of the request is refused then, and that is no end. Pure. */
export function foldNotStarted(records: readonly TraceRecord[]): NotStarted | null {
  if (records.some(({ kind }) => OF_A_ROLLOUT.includes(kind))) return null
  const failed = records.findLast((record) => record.kind === 'handler-failed' && record.handler === 'start')
  if (failed?.kind !== 'handler-failed') return null
  const { error, message, refusals } = failed
  if (refusals !== undefined) return { isRefused: true, reasons: refusals.map(reported) }
  return { isRefused: false, reasons: [reported({ code: 'START_FAILED', data: { error, message } })] }
}

const OF_A_ROLLOUT: readonly TraceRecord['kind'][] = ['rollout-started', 'migration-evaluated', 'evaluated']
