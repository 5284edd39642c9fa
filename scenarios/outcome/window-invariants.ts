import type { ViolationOf } from '../../reports/messages/invariants.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import {
  isForward,
  isRecordedLate,
  ofKind,
  placeOf,
  type RecordOf,
  settingOf,
  timesPossiblyRequested,
  windowMsOf,
} from './trace-records.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A fleet index may be some minutes behind; a device that was connected for so long is known to be. */
const KNOWN_CONNECTED_MS = 30 * MINUTE_MS

type ShortWindow = ViolationOf<'WINDOW_ENDED_EARLY'>

/** What the controller records of a stage or of a rollback, compared with what its clock and the devices did. */
export const WINDOW_INVARIANTS = {
  WINDOW_ENDED_EARLY: (header: TraceHeader, records: readonly TraceRecord[]) => [
    ...shortSoaks(header, records),
    ...earlyDeployments(header, records),
  ],

  ROLLBACK_CONFIRMED_EARLY: (header, records) => {
    const moved = new Set<string>()
    const versions = new Map<string, string>()
    const connectedSinceMs = new Map<string, number>()
    return records.flatMap((record) => {
      if (record.kind === 'membership-changed') moved.add(record.thing)
      if (record.kind === 'firmware-started') versions.set(record.thing, record.version)
      if (record.kind === 'device-connected') connectedSinceMs.set(record.thing, record.atMs)
      if (record.kind === 'device-disconnected') connectedSinceMs.delete(record.thing)
      if (record.kind !== 'evaluated' || record.decision !== 'confirm') return []
      const left = [...connectedSinceMs.entries()]
        .filter(
          ([thing, sinceMs]) =>
            versions.get(thing) === header.release.version &&
            record.atMs - sinceMs >= KNOWN_CONNECTED_MS &&
            !moved.has(thing),
        )
        .map(([thing]) => thing)
      return left.length === 0 ? [] : [{ count: left.length, thing: left[0] as string, ...placeOf(record) }]
    })
  },
} satisfies Partial<SafetyTable>

/**
 * Windows by the evaluations, to the second: from the one that began the soak, or from the last one before it where that
 * time is not exact or was not recorded. Once a stage has passed, what else it runs is the time of its stragglers.
 */
function shortSoaks(
  { windowHours, startedAtMs }: TraceHeader,
  records: readonly TraceRecord[],
): readonly ShortWindow[] {
  // A window began earlier than a record that came late.
  const isExact = !isRecordedLate(records)
  const policy = settingOf(records)?.policy
  const passed = new Set<string | null>()
  /** The last evaluation at which nothing soaked, and the beginning of what soaks since. */
  let [notYetMs, sinceMs]: [number, number | null] = [startedAtMs, null]
  /** The last stage that soaked. */
  let soaking: string | null = null
  return ofKind(records, 'evaluated').flatMap((evaluation) => {
    const { stage, state, decision, handler, atMs } = evaluation
    if (decision === 'soak') sinceMs = isExact ? atMs : notYetMs
    sinceMs ??= notYetMs
    const observedMs = atMs - sinceMs
    // The record of a promotion may be lost: then the stage waits for what follows it.
    const hasPassed = decision === 'promote' || decision === 'complete' || (state === 'waiting' && stage === soaking)
    soaking = state === 'soaking' ? stage : soaking
    if (state !== 'soaking') [notYetMs, sinceMs] = [atMs, null]
    if (!hasPassed || passed.has(stage)) return []
    passed.add(stage)
    // An operator may promote before the window has passed.
    const windowMs = policy === undefined ? windowHours * HOUR_MS : windowMsOf(policy, stage)
    const isShort = handler !== 'operate' && observedMs < windowMs
    return isShort ? [{ stage: String(stage), observedMs, windowMs, from: 'soak', ...placeOf(evaluation) }] : []
  })
}

/** Windows by what the twin saw, also where no evaluation in between was recorded: from deployment to deployment. */
function earlyDeployments(header: TraceHeader, records: readonly TraceRecord[]): readonly ShortWindow[] {
  const policy = settingOf(records)?.policy
  const stages = Object.keys(header.stages)
  const deployed = new Map<string, RecordOf<'deployment-created'>>()
  for (const record of ofKind(records, 'deployment-created')) {
    if (isForward(record, header) && !deployed.has(record.target)) deployed.set(record.target, record)
  }
  return stages.slice(1).flatMap((stage, index) => {
    const passed = stages[index] as string
    const [before, own] = [deployed.get(passed), deployed.get(stage)]
    if (before === undefined || own === undefined) return []
    const windowMs = policy === undefined ? header.windowHours * HOUR_MS : windowMsOf(policy, passed)
    const observedMs = own.atMs - before.atMs
    if (observedMs >= windowMs) return []
    const meanwhile = records.filter(({ atMs }) => atMs >= before.atMs && atMs <= own.atMs)
    if (timesPossiblyRequested(meanwhile, 'skip', 'promote') > 0) return []
    return [{ stage, observedMs, windowMs, from: 'deployment' as const, ...placeOf(own) }]
  })
}
