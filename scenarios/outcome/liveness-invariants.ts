import type { ReasonCode } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import { closedForGoodBy, gateAt } from '../../controller/policy/calendar.ts'
import type { UndecidedReason } from '../../reports/messages/undecided.ts'
import type { TraceHeader, TracePolicy, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { LivenessTable } from './invariant.ts'
import {
  type AnyEvaluation,
  evaluationsOf,
  isOfTelemetryDown,
  lastState,
  ofKind,
  placeOf,
  type RecordOf,
  settingOf,
  windowMsOf,
} from './trace-records.ts'

const HOUR_MS = 3_600_000
/** A gate that opened while something was missing opens again within a week, and a day of extension. */
const NEXT_GATE_MS = 8 * 24 * HOUR_MS
/** So long a rollback may stay open that nobody can verify. */
const UNVERIFIED_MS = 24 * HOUR_MS
/** Beyond the limits that the controller sets itself. */
const SLACK_MS = HOUR_MS
/** By then a connected device has been notified of its deployment, has run it and has reported its status. */
const SETTLED_MS = HOUR_MS
/** An evaluation is recorded when its function ends, which may be so long after it has paged on-call. */
const LONGEST_RUN_MS = 5 * 60_000

const NEVER_ENDS: UndecidedReason = { code: 'DISTURBANCE_NEVER_ENDS', data: {} }

/** What every rollout comes to once nothing disturbs it any more. */
export const LIVENESS_INVARIANTS = {
  ROLLOUT_NEVER_ENDS: (header: TraceHeader, records: readonly TraceRecord[], endedAtMs: number) => {
    const evaluations = evaluationsOf(records)
    const last = evaluations.at(-1)
    if (last === undefined) return { undecided: { code: 'NOTHING_EVALUATED', data: {} } }
    if (isFinal(last.state) && last.kind === 'evaluated') return {}
    if (isHeld(records)) return {}
    const before = evaluations.findLast((one) => !isSameState(one, last))
    const isPaged = ofKind(records, 'evaluated').some(
      ({ decision, atMs }) => decision === 'page' && atMs > (before?.atMs ?? 0),
    )
    if (isPaged && isOfTelemetryDown(last)) return {}
    if (header.faultsEndAtMs == null) return { undecided: NEVER_ENDS }
    const disturbedMs = Math.max(header.faultsEndAtMs, lastDisturbanceMs(records, last))
    const sinceMs = Math.max(before?.atMs ?? header.startedAtMs, disturbedMs)
    const lastedMs = endedAtMs - sinceMs
    const limitMs = longestMs(header, settingOf(records)?.policy ?? null, last, sinceMs)
    if (lastedMs <= limitMs) return { undecided: { code: 'RUN_ENDED_TOO_EARLY', data: {} } }
    return { violated: [{ stage: last.stage, state: last.state, lastedMs, reason: last.reason }] }
  },

  ON_CALL_NOT_PAGED: (header, records, endedAtMs) => {
    const messages = ofKind(records, 'message-published')
    const evaluations = evaluationsOf(records)
    const unpaged = evaluations.filter((evaluation, index) => {
      const before = evaluations[index - 1]
      const codes: readonly (string | null)[] = pagesFor(evaluation, before)
      if (codes.length === 0) return false
      const sinceMs = Math.min(before?.atMs ?? 0, evaluation.atMs - LONGEST_RUN_MS)
      return !messages.some(({ reasonCode, atMs }) => codes.includes(reasonCode) && atMs > sinceMs)
    })
    if (unpaged.length === 0) return {}
    const { faultsEndAtMs } = header
    if (faultsEndAtMs == null) return { undecided: NEVER_ENDS }
    const late = unpaged.filter(({ atMs }) => atMs >= faultsEndAtMs || endedAtMs - faultsEndAtMs >= SETTLED_MS)
    if (late.length === 0) return { undecided: { code: 'RUN_ENDED_TOO_EARLY', data: {} } }
    return { violated: late.map((one) => ({ stage: one.stage, decision: one.decision, ...placeOf(one) })) }
  },

  RELEASE_LEFT_AFTER_ROLLBACK: (header, records, endedAtMs) => {
    const last = lastState(records)
    if (last?.state !== 'rolled-back') return {}
    const versions = new Map(ofKind(records, 'firmware-started').map(({ thing, version }) => [thing, version]))
    const moved = new Set(ofKind(records, 'membership-changed').map(({ thing }) => thing))
    const open = [...connectedSinceMs(records)].filter(
      ([thing]) => versions.get(thing) === header.release.version && !moved.has(thing),
    )
    return settled(open, header, last.atMs, endedAtMs)
  },

  DEPLOYMENT_LEFT_OPEN: (header, records, endedAtMs) => {
    const last = lastState(records)
    if (last === null || last.state === 'halted' || !isFinal(last.state)) return {}
    const statuses = new Map<string, Map<string, string>>()
    for (const { thing, deploymentId, status } of ofKind(records, 'job-execution')) {
      statuses.set(thing, (statuses.get(thing) ?? new Map()).set(deploymentId, status))
    }
    const isOpen = (status: string): boolean => status === 'QUEUED' || status === 'IN_PROGRESS'
    const open = [...connectedSinceMs(records)].filter(([thing]) =>
      [...(statuses.get(thing)?.values() ?? [])].some(isOpen),
    )
    return settled(open, header, last.atMs, endedAtMs)
  },
} satisfies Partial<LivenessTable>

/**
 * When the plant itself last kept a rollout waiting: a device that comes back has a rollback to take and to report, and
 * while the telemetry is down the clock of a window stands still. Telemetry that stays down is for on-call.
 */
function lastDisturbanceMs(records: readonly TraceRecord[], last: AnyEvaluation): number {
  if (last.state === 'rolling-back') return ofKind(records, 'device-connected').at(-1)?.atMs ?? 0
  return isOfTelemetryDown(last) ? 0 : (evaluationsOf(records).findLast(isOfTelemetryDown)?.atMs ?? 0)
}

/** How long a rollout may stay in a state in which nothing disturbs it; infinite where it has ended. */
function longestMs(
  header: TraceHeader,
  policy: TracePolicy | null,
  { state, stage, reason }: AnyEvaluation,
  sinceMs: number,
): number {
  const windowMs = policy === null ? header.windowHours * HOUR_MS : windowMsOf(policy, stage)
  switch (state) {
    case 'waiting':
      return calendarMs(header, policy, stage, sinceMs) + NEXT_GATE_MS + windowMs
    case 'deploying':
      return windowMs + SLACK_MS
    case 'soaking':
      // The window, the bake time, and a day of extension.
      return windowMs + (policy?.bakeMs ?? 0) + 24 * HOUR_MS + SLACK_MS
    case 'rolling-back':
      return SLACK_MS + (reason.code === 'ROLLBACK_UNVERIFIED' ? UNVERIFIED_MS : 0)
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** How long the calendar alone keeps a stage waiting from an instant on: gates, deny windows and freezes. */
function calendarMs(
  { release, stages }: TraceHeader,
  policy: TracePolicy | null,
  stage: string | null,
  sinceMs: number,
): number {
  if (stage === null || !(stage in stages) || policy === null) return 0
  const isHotfix = release.hotfix === true
  if (closedForGoodBy(policy, stage, sinceMs, isHotfix) !== null) return Number.POSITIVE_INFINITY
  return gateAt(policy, stage, sinceMs, isHotfix).opensAtMs - sinceMs
}

/**
 * Whether an operator holds the rollout at the end of the trace, or has to: an operator paused it or froze all changes,
 * or the controller itself paused it and paged on-call. A closed gate is no hold.
 */
function isHeld(records: readonly TraceRecord[]): boolean {
  const holds = new Set<string>()
  for (const record of records) {
    if (record.kind === 'operation' && record.result === 'accepted') {
      if (record.operation === 'pause' || record.operation === 'freeze') holds.add(record.operation)
      if (record.operation === 'resume' || record.operation === 'abort') holds.delete('pause')
      if (record.operation === 'unfreeze') holds.delete('freeze')
    }
    const isEvaluation = record.kind === 'evaluated' || record.kind === 'migration-evaluated'
    if (isEvaluation && record.decision === 'pause') holds.add('pause')
    // The invocation may have been killed after it paged and before its evaluation was recorded.
    if (record.kind === 'message-published' && record.reasonCode === 'ROLLOUT_HELD' && isOfPause(record)) {
      holds.add('pause')
    }
  }
  return holds.size > 0
}

/** While the telemetry is down on-call is paged for that alone: nothing is paused. */
function isOfPause({ message }: RecordOf<'message-published'>): boolean {
  const { reason } = (message?.data ?? {}) as { readonly reason?: Message }
  return reason === undefined || !isOfTelemetryDown({ reason })
}

const isFinal = (state: string): boolean => ['completed', 'rolled-back', 'halted'].includes(state)

const isSameState = (a: AnyEvaluation, b: AnyEvaluation): boolean =>
  a.kind === b.kind && a.state === b.state && a.stage === b.stage

/** With one of which on-call must be paged for an evaluation; none where it needs no operator. */
function pagesFor({ decision, state }: AnyEvaluation, before: AnyEvaluation | undefined): readonly ReasonCode[] {
  // The evaluation that halted may not have been recorded.
  const isHalt = decision === 'halt' || (state === 'halted' && before?.state !== 'halted')
  if (isHalt) return ['ROLLOUT_HALTED', 'ROLLBACK_STUCK']
  if (decision === 'escalate') return ['ROLLBACK_STUCK']
  return decision === 'pause' || decision === 'page' ? ['ROLLOUT_HELD'] : []
}

/** Devices that had an hour without disturbance violate the invariant; others had no time yet. */
function settled(
  open: readonly (readonly [thing: string, sinceMs: number])[],
  { faultsEndAtMs }: TraceHeader,
  overAtMs: number,
  endedAtMs: number,
): { violated?: readonly { readonly things: readonly string[] }[]; undecided?: UndecidedReason } {
  if (open.length === 0) return {}
  if (faultsEndAtMs == null) return { undecided: NEVER_ENDS }
  const late = open.filter(([, sinceMs]) => endedAtMs - Math.max(sinceMs, overAtMs, faultsEndAtMs) >= SETTLED_MS)
  if (late.length === 0) return { undecided: { code: 'RUN_ENDED_TOO_EARLY', data: { devices: open.length } } }
  return { violated: [{ things: late.map(([thing]) => thing) }] }
}

/** The devices that are connected at the end of the trace, and since when. */
function connectedSinceMs(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const since = new Map<string, number>()
  for (const record of records) {
    if (record.kind === 'device-connected') since.set(record.thing, record.atMs)
    if (record.kind === 'device-disconnected') since.delete(record.thing)
  }
  return since
}
