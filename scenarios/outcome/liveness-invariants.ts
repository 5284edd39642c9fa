import type { ReasonCode } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import { textOf } from '../../reports/messages/registry.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { at, lastState, ofKind, type RecordOf } from './trace-records.ts'

/** What a run shows of a law about what must come in the end: held when neither is there. */
export interface Shown {
  readonly violated?: readonly string[]
  /** Why the run cannot tell. */
  readonly undecided?: string
}

type LivenessInvariant = (header: TraceHeader, records: readonly TraceRecord[], endedAtMs: number) => Shown

const HOUR_MS = 3_600_000
/** A weekly gate is the longest wait that a calendar demands. */
const LONGEST_GATE_MS = 8 * 24 * HOUR_MS
/** Beyond the limits that the controller sets itself. */
const SLACK_MS = HOUR_MS
/** By then a device that is connected has been told of its deployment, has worked on it and has said so. */
const SETTLED_MS = HOUR_MS

/** A look is told when its function ends, which may be so long after it has called somebody. */
const LONGEST_RUN_MS = 5 * 60_000

/** How long a rollout may stay in a state in which nothing disturbs it; infinite where it has ended. */
const longestMs = (state: string, windowMs: number): number => {
  if (state === 'waiting') return LONGEST_GATE_MS + windowMs
  if (state === 'deploying') return windowMs + SLACK_MS
  // The window, and a day of extension.
  if (state === 'soaking') return windowMs + 24 * HOUR_MS + SLACK_MS
  return state === 'rolling-back' ? SLACK_MS : Number.POSITIVE_INFINITY
}

/**
 * Whether a person holds the rollout in the end, or has to: somebody paused it or stopped the line, or the controller
 * itself paused it and called for somebody. A closed gate says nothing of that.
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
    // The look may have been killed before it told.
    if (record.kind === 'message-published' && record.reasonCode === 'ROLLOUT_HELD') {
      const { reason } = (record.message?.data ?? {}) as { readonly reason?: Message }
      if (reason === undefined || !isOfBlindness(reason)) holds.add('pause')
    }
  }
  return holds.size > 0
}

/** Whoever is called while the telemetry is down is called for that alone: nothing is paused. */
const isOfBlindness = (reason: Message): boolean => reason.code === 'TELEMETRY_DOWN'

const isFinal = (state: string): boolean => ['completed', 'rolled-back', 'halted'].includes(state)

type AnyEvaluation = RecordOf<'evaluated'> | RecordOf<'migration-evaluated'>

const looksOf = (records: readonly TraceRecord[]): readonly AnyEvaluation[] =>
  records.filter((record) => record.kind === 'evaluated' || record.kind === 'migration-evaluated')

/** With one of which somebody must be called for what a look says; none where it needs nobody. */
function callsFor({ decision, state }: AnyEvaluation, before: AnyEvaluation | undefined): readonly ReasonCode[] {
  // The halt itself may have been told by nobody.
  const isHalt = decision === 'halt' || (state === 'halted' && before?.state !== 'halted')
  if (isHalt) return ['ROLLOUT_HALTED', 'ROLLBACK_STUCK']
  if (decision === 'escalate') return ['ROLLBACK_STUCK']
  return decision === 'pause' || decision === 'page' ? ['ROLLOUT_HELD'] : []
}

/** Laws about what every rollout comes to once nothing disturbs it any more. */
export const LIVENESS_INVARIANTS: Readonly<Record<string, LivenessInvariant>> = {
  'a rollout ends, or waits for somebody': (header, records, endedAtMs) => {
    const evaluations = looksOf(records)
    const last = evaluations.at(-1)
    if (last === undefined) return { undecided: 'nobody looked' }
    if (isFinal(last.state) && last.kind === 'evaluated') return {}
    if (isHeld(records)) return {}
    const since = evaluations.findLast(({ state, stage, kind }) => `${kind} ${state} ${stage}` !== stateOf(last))
    const isCalled = ofKind(records, 'evaluated').some(
      ({ decision, atMs }) => decision === 'page' && atMs > (since?.atMs ?? 0),
    )
    if (isCalled && isOfBlindness(last.reason)) return {}
    if (header.faultsEndAtMs == null) return { undecided: 'something disturbs for good' }
    const quietMs = endedAtMs - Math.max(since?.atMs ?? header.startedAtMs, header.faultsEndAtMs)
    if (quietMs <= longestMs(last.state, header.windowHours * HOUR_MS)) return { undecided: 'it ran out of time' }
    return { violated: [`${last.stage} ${last.state} for ${(quietMs / HOUR_MS).toFixed(1)} h: ${textOf(last.reason)}`] }
  },

  'whoever a rollout waits for has been called': (header, records, endedAtMs) => {
    const messages = ofKind(records, 'message-published')
    const evaluations = looksOf(records)
    const uncalled = evaluations.filter((evaluation, index) => {
      const before = evaluations[index - 1]
      const codes: readonly (string | null)[] = callsFor(evaluation, before)
      if (codes.length === 0) return false
      const sinceMs = Math.min(before?.atMs ?? 0, evaluation.atMs - LONGEST_RUN_MS)
      return !messages.some(({ reasonCode, atMs }) => codes.includes(reasonCode) && atMs > sinceMs)
    })
    if (uncalled.length === 0) return {}
    const { faultsEndAtMs } = header
    if (faultsEndAtMs == null) return { undecided: 'something disturbs for good' }
    const late = uncalled.filter(({ atMs }) => atMs >= faultsEndAtMs || endedAtMs - faultsEndAtMs >= SETTLED_MS)
    if (late.length === 0) return { undecided: 'it ended before a call could be tried again' }
    return { violated: late.map((evaluation) => `${evaluation.decision} of ${evaluation.stage} (${at(evaluation)})`) }
  },

  'after a way back every device that can be reached runs the version before': (header, records, endedAtMs) => {
    const last = lastState(records)
    if (last?.state !== 'rolled-back') return {}
    const versions = new Map(ofKind(records, 'firmware-started').map(({ thing, version }) => [thing, version]))
    const moved = new Set(ofKind(records, 'membership-changed').map(({ thing }) => thing))
    const open = [...connectedSinceMs(records)].filter(
      ([thing]) => versions.get(thing) === header.release.version && !moved.has(thing),
    )
    return settled(open, header, last.atMs, endedAtMs)
  },

  'no deployment is left open on a device that can be reached': (header, records, endedAtMs) => {
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
}

const stateOf = ({ kind, state, stage }: { kind: string; state: string; stage: string | null }): string =>
  `${kind} ${state} ${stage}`

/** Devices that had an hour without disturbance to get it right are to blame; others are not yet. */
function settled(
  open: readonly (readonly [thing: string, sinceMs: number])[],
  { faultsEndAtMs }: TraceHeader,
  overAtMs: number,
  endedAtMs: number,
): Shown {
  if (open.length === 0) return {}
  if (faultsEndAtMs == null) return { undecided: 'something disturbs for good' }
  const late = open.filter(([, sinceMs]) => endedAtMs - Math.max(sinceMs, overAtMs, faultsEndAtMs) >= SETTLED_MS)
  if (late.length === 0) return { undecided: `${open.length} devices had no time left` }
  return { violated: [late.map(([thing]) => thing).join(', ')] }
}

/** The devices that are connected in the end, and since when. */
function connectedSinceMs(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const since = new Map<string, number>()
  for (const record of records) {
    if (record.kind === 'device-connected') since.set(record.thing, record.atMs)
    if (record.kind === 'device-disconnected') since.delete(record.thing)
  }
  return since
}
