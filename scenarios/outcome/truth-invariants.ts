import type { StageName } from '../../controller/contract.ts'
import { isOfRelease } from '../../reports/run/release-faults.ts'
import type {
  RolloutSetting,
  TraceFault,
  TraceFinding,
  TraceHeader,
  TraceRecord,
} from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { isSlowed, ofKind, placeOf, type RecordOf, settingOf } from './trace-records.ts'

const HOUR_MS = 3_600_000

/**
 * A fault is large if it is so many times the smallest effect that the rollout printed at its start. Those are found in
 * nine of ten windows: at twice the size the evidence is so far beyond its boundary that less than one in a million of
 * windows misses it.
 */
const LARGE_FACTOR = 2
/** A crash may be reported, indexed, read and read again before it is acted on: so many evaluations. */
const LATEST_TICKS = 4
/** Devices that crashed; one may be lost in a report that never came. */
const CRASHED_DEVICES = 3

/** Verdicts compared with what was injected: a rollback needs an onset, and a large fault a rollback. */
export const TRUTH_INVARIANTS = {
  /**
   * Where nothing that happens to devices can explain a rollback: no fault acted on one, nobody moved one, and the plant
   * has no noise of its own. Raw thresholds keep no budget. What happens to AWS, to events or to functions is no reason to take a release back. The
   * budget allows for one such rollback in a hundred releases; a single run holds it for a violation all the same, a
   * campaign counts them (`scenarios/fuzz`).
   */
  ROLLED_BACK_WITHOUT_ONSET: (_: TraceHeader, records: readonly TraceRecord[]) => {
    const rollback = firstRollback(records)
    return rollback !== undefined && rollback.handler !== 'operate' && isHealthyWorld(records)
      ? [{ stage: rollback.stage, reason: rollback.reason, ...placeOf(rollback) }]
      : []
  },

  LARGE_FAULT_PASSED: (header, records) => {
    const setting = settingOf(records)
    if (setting === null || !isFaultAlone(header, setting, records)) return []
    return passedStages(records).flatMap((passed) => {
      const faults = setting.faults.filter(({ in: where }) => selectorOf(where).firmware === header.release.version)
      const large = faults.find((fault) => isLarge(fault, passed, header, setting, records))
      if (large !== undefined) return [{ stage: passed.stage, faultKind: large.kind, ...placeOf(passed.record) }]
      const isTooMany = crashedIn(passed, header, records).size > setting.policy.limits.crashes + CRASHED_DEVICES
      const isCrash = isTooMany && decides(setting, 'component-crash') && !setting.faults.some(isCrashElsewhere(header))
      return isCrash ? [{ stage: passed.stage, faultKind: 'crash', ...placeOf(passed.record) }] : []
    })
  },

  CRASHES_NOT_ACTED_ON: (header, records) => {
    const setting = settingOf(records)
    if (setting === null || !isFaultAlone(header, setting, records) || isSlowed(records)) return []
    const { policy, faults } = setting
    if (!decides(setting, 'component-crash') || faults.some(isCrashElsewhere(header))) return []
    const crashed = new Set<string>()
    const needed = policy.limits.crashes + CRASHED_DEVICES
    const last = ofKind(records, 'firmware-crashed').find(({ thing, version }) => {
      if (version === header.release.version) crashed.add(thing)
      return crashed.size >= needed
    })
    if (last === undefined) return []
    const dueMs = last.atMs + LATEST_TICKS * policy.tickMs
    const isActedOn = records.some(
      (record) => record.kind === 'evaluated' && record.decision === 'rollback' && record.atMs <= dueMs,
    )
    const isOver = (records.at(-1)?.atMs ?? 0) <= dueMs || hasEndedBefore(records, last.atMs)
    return isActedOn || isOver ? [] : [{ devices: crashed.size, ...placeOf(last) }]
  },
} satisfies Partial<SafetyTable>

const firstRollback = (records: readonly TraceRecord[]): RecordOf<'evaluated'> | undefined =>
  ofKind(records, 'evaluated').find(({ decision }) => decision === 'rollback')

/** Whether nothing that happened to devices explains a rollback, until the first one or the end. */
export function isHealthyWorld(records: readonly TraceRecord[]): boolean {
  const setting = settingOf(records)
  if (setting === null || setting.isNoisy || setting.policy.profile !== 'default' || mayLast(setting)) return false
  const untilSequence = firstRollback(records)?.sequence ?? Number.POSITIVE_INFINITY
  return !records.some((record) => record.sequence < untilSequence && canExplain(record))
}

/** Whether what a fault did to devices before this release may still be there: its onset is not in these records. */
const mayLast = ({ former, faults }: RolloutSetting): boolean =>
  former !== undefined && faults.some(({ in: where }) => selectorOf(where).firmware === undefined)

const canExplain = (record: TraceRecord): boolean =>
  (record.kind === 'fault-started' && (record.thing !== null || record.faultKind === 'stale-index')) ||
  record.kind === 'membership-changed' ||
  record.kind === 'intervention'

const selectorOf = (where: object = {}) =>
  where as { readonly firmware?: string; readonly line?: number; readonly device?: string }

/** Whether only the release is at fault on devices, so that nothing can hide it, in a plant as the printed figures assume. */
function isFaultAlone(header: TraceHeader, setting: RolloutSetting, records: readonly TraceRecord[]): boolean {
  if (setting.isNoisy || setting.policy.profile !== 'default' || header.release.migration !== undefined) return false
  if (mayLast(setting)) return false
  return records.every((record) => {
    if (record.kind === 'membership-changed' || record.kind === 'intervention') return false
    if (record.kind !== 'fault-started') return true
    const isOfDevices = record.thing !== null || record.faultKind === 'stale-index'
    return !isOfDevices || isOfRelease(record, header.release.version)
  })
}

interface Passed {
  readonly stage: StageName
  readonly fromMs: number
  readonly record: RecordOf<'evaluated'>
}

/** The stages that the controller itself found good, each with its window. */
function passedStages(records: readonly TraceRecord[]): readonly Passed[] {
  const soaks = new Map<StageName, number>()
  return ofKind(records, 'evaluated').flatMap((record) => {
    const { stage, decision, handler, atMs } = record
    if (stage === null) return []
    if (decision === 'soak') soaks.set(stage, atMs)
    const fromMs = soaks.get(stage)
    if (fromMs === undefined || handler === 'operate' || !(decision === 'promote' || decision === 'complete')) return []
    soaks.delete(stage)
    return [{ stage, fromMs, record }]
  })
}

const decides = ({ policy }: RolloutSetting, rule: string): boolean =>
  policy.rules.some(({ name, criticality }) => name === rule && criticality === 'decides')

const isCrashElsewhere =
  ({ release }: TraceHeader) =>
  ({ kind, in: where }: TraceFault): boolean =>
    kind === 'crash' && selectorOf(where).firmware !== release.version

/** The devices of the stage on which the release crashed within its window. */
function crashedIn(
  { stage, fromMs, record }: Passed,
  header: TraceHeader,
  records: readonly TraceRecord[],
): Set<string> {
  const members = new Set(header.stages[stage] ?? [])
  const crashes = ofKind(records, 'firmware-crashed').filter(
    ({ thing, version, atMs }) =>
      members.has(thing) && version === header.release.version && atMs >= fromMs && atMs <= record.atMs - HOUR_MS,
  )
  return new Set(crashes.map(({ thing }) => thing))
}

/** What a fault changes for good, in the unit of a printed effect; from how long after its onset on. */
interface Effect {
  readonly metric: string
  readonly rule: string
  readonly size: number
  readonly fullAfterMs: number
}

const numberIn = (fault: TraceFault, name: string): number | null =>
  typeof fault[name] === 'number' ? fault[name] : null

/** Null for a fault that passes, or that no printed effect is about. */
function effectOf(fault: TraceFault): Effect | null {
  const { kind } = fault
  if (fault.for !== undefined || fault.during !== undefined || fault.every !== undefined) return null
  const [factor, share, rise, rate] = ['factor', 'share', 'rise', 'rate'].map((name) => numberIn(fault, name))
  const [over] = [numberIn(fault, 'over') ?? 0]
  if (kind === 'error-rise' && factor != null) {
    return { metric: 'errorRateIncreasePct', rule: 'error-rate', size: 100 * (factor - 1), fullAfterMs: 0 }
  }
  if (kind === 'noisy-network' && share != null) {
    return { metric: 'connectionFailurePct', rule: 'connection-failure', size: share, fullAfterMs: 0 }
  }
  if (kind === 'cycle-drift' && rise != null) {
    return { metric: 'cycleTimeIncreasePct', rule: 'cycle-time', size: rise, fullAfterMs: over }
  }
  if (kind === 'units-drop' && share != null) {
    return { metric: 'outputDecreasePct', rule: 'output', size: share, fullAfterMs: over }
  }
  if (kind === 'memory-leak' && rate != null) {
    return { metric: 'memoryMiBPerHour', rule: 'memory-leak', size: rate, fullAfterMs: 0 }
  }
  return null
}

/** Whether a fault acted on all of the stage, or of its line there, for the whole window, and is large there. */
function isLarge(
  fault: TraceFault,
  { stage, fromMs }: Passed,
  header: TraceHeader,
  setting: RolloutSetting,
  records: readonly TraceRecord[],
): boolean {
  const effect = effectOf(fault)
  const { line, device } = selectorOf(fault.in)
  if (effect === null || device !== undefined || !decides(setting, effect.rule)) return false
  const smallest = smallestOf(records, stage, effect.metric, line !== undefined)
  if (smallest === null || effect.size < LARGE_FACTOR * smallest) return false
  const number = setting.faults.indexOf(fault)
  const onsets = new Map(
    ofKind(records, 'fault-started').flatMap((one) => (one.fault === number ? [[one.thing, one.atMs] as const] : [])),
  )
  const held = new Set(ofKind(records, 'device-moved').map(({ thing }) => thing))
  const concerned = (header.stages[stage] ?? []).filter(
    (thing) => !held.has(thing) && (line === undefined || header.lines[thing] === line),
  )
  const acts = (thing: string): boolean =>
    (onsets.get(thing) ?? Number.POSITIVE_INFINITY) + effect.fullAfterMs <= fromMs
  return concerned.length > 0 && concerned.every(acts)
}

/** The printed smallest effect; of one line the largest of them. Null where none was printed. */
function smallestOf(
  records: readonly TraceRecord[],
  stage: StageName,
  metric: string,
  isOneLine: boolean,
): number | null {
  const sizes = ofKind(records, 'rollout-started')
    .flatMap(({ smallestEffects }) => smallestEffects)
    .filter((one) => one.metric === metric && (one.line !== undefined) === isOneLine && stageIn(one) === stage)
    .flatMap(({ observed }) => (observed === null ? [] : [observed]))
  return sizes.length === 0 ? null : Math.max(...sizes)
}

const stageIn = ({ reason }: TraceFinding): StageName | undefined =>
  ((reason?.data ?? {}) as { readonly stage?: string }).stage

const hasEndedBefore = (records: readonly TraceRecord[], atMs: number): boolean =>
  records.some(
    (record) =>
      record.kind === 'evaluated' &&
      record.atMs <= atMs &&
      ['completed', 'rolled-back', 'halted', 'rolling-back'].includes(record.state),
  )
