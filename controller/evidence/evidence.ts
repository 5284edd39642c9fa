import { SAMPLE_PERIOD_MS, type StageName } from '../contract.ts'
import { type Stratum, stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { memoized } from '../support/memoized.ts'
import { own } from '../support/own.ts'
import { type Baseline, type Expected, expectedFor } from './baseline.ts'
import { type CusumState, cusumAfter, NO_CUSUM } from './cusum.ts'
import { type Delta, difference } from './difference.ts'
import { type MemoryPeaks, NO_PEAKS, peaksAfter, peaksOf } from './memory-peaks.ts'
import { type MemorySeries, newSeries, type UsualMemory, usualMemory, withGauge } from './memory-series.ts'
import { type MetricEvaluations, type MetricLines, MetricObserver, metricLinesOf } from './metric-evidence.ts'
import type { TrendsOfRules } from './metric-trend.ts'
import { isDown, NO_PRESENCE, observePresence, type Presence } from './presence.ts'
import { type HealthSample, lastHeardMs, type Snapshot } from './snapshot.ts'
import {
  ALL_WARM,
  addDelta,
  type EvaluationSums,
  type LineSums,
  linesOf,
  type MutableSums,
  NO_SUMS,
  NO_TOTALS,
  noSums,
  Scatter,
  type Sums,
  type Totals,
  totalOf,
  type Warm,
} from './sums.ts'
import type { Noise } from './within-lines.ts'

/** The devices that a stage's evaluations are about. */
export interface Watch {
  readonly stage: StageName
  readonly version: string
  readonly previousVersion: string
  readonly members: readonly string[]
  /** Devices still on the previous firmware, on whatever line: the concurrent controls. */
  readonly controls: readonly string[]
  /** Devices of the other stages that run what this one does: where a line has no controls they share its network. */
  readonly others?: readonly string[]
  /** Members that have left the stage's group: nothing of the release is theirs, and they begin anew if they return. */
  readonly left?: ReadonlySet<string>
  readonly lineOf: Readonly<Record<string, number>>
  readonly deployedAtMs: number
}

/** What is known of one device of the stage since its deployment. */
export interface MemberState {
  /** Boot id before the new version ran; a confirmation needs another one. */
  readonly bootIdBefore: string | null
  /**
   * Sample that first reported new version, new boot id, RUNNING; a second one confirms.
   * [source: installed-is-not-running]
   */
  readonly firstSeenSequence: number | null
  readonly installedAtMs: number | null
  /** Time since the confirmation in which the device reported RUNNING on the new version. */
  readonly exposureMs: number
  readonly heardAtMs: number | null
  readonly crashes: number
  /** The crash counter last seen, so that a lost evaluation loses no crash. */
  readonly crashCounter: number | null
  /** The version went back by itself after it was confirmed. */
  readonly hasFallenBack: boolean
  /** The last time that it was away for longer than makes a device lost, before it was installed; absent if never. */
  readonly gap?: { readonly fromMs: number; readonly toMs: number }
}

/** All that the judge needs of a stage, as plain JSON of bounded size. */
export interface Evidence {
  readonly members: Readonly<Record<string, MemberState>>
  /** The evaluations of the rolling window, oldest first. */
  readonly evaluations: readonly EvaluationSums[]
  readonly total: Totals
  /** Since the update, in the order in which lines came up. */
  readonly lines: readonly LineSums[]
  /** The same for the rules on metrics; absent in evidence that an earlier version has stored. */
  readonly metrics?: MetricLines
  /** Of the rules that look at the trend of single devices. */
  readonly trends?: TrendsOfRules
  readonly runs: CusumState
  /** By device of the stage. */
  readonly memory: Readonly<Record<string, MemorySeries>>
  /** Absent in evidence that an earlier version has stored. */
  readonly memoryPeaks?: MemoryPeaks
  /** Strata of the week that the stage was observed in. */
  readonly strata: readonly string[]
  readonly controlsHeardAtMs: number | null
  /** Absent in evidence that an earlier version has stored. */
  readonly presence?: Presence
}

export const NO_EVIDENCE: Evidence = {
  members: {},
  evaluations: [],
  total: NO_TOTALS,
  lines: [],
  runs: NO_CUSUM,
  memory: {},
  strata: [],
  controlsHeardAtMs: null,
}

const NEW_MEMBER: MemberState = {
  bootIdBefore: null,
  firstSeenSequence: null,
  installedAtMs: null,
  exposureMs: 0,
  heardAtMs: null,
  crashes: 0,
  crashCounter: null,
  hasFallenBack: false,
}

/** Evidence of a stage whose devices have all run for long what they are watched for. */
export const installedEvidence = ({ members }: Watch): Evidence => ({
  ...NO_EVIDENCE,
  members: Object.fromEntries(members.map((thing) => [thing, { ...NEW_MEMBER, installedAtMs: 0 }])),
})

/** What the controls did at one evaluation. */
export interface ControlsObservation {
  /** By line, in the order of the controls. */
  readonly lines: ReadonlyMap<number, Sums>
  readonly noise: Noise
  readonly outputNoise: Noise
  readonly metrics: MetricObserver
  readonly down: number
  readonly of: number
  readonly isHeard: boolean
  readonly usedMiB: ReadonlyMap<string, number>
  /** What they use in the middle; null without controls. */
  readonly commonMiB: number | null
}

/** Reads the controls of an evaluation: those of all stages are the same devices, so that once is enough. */
export function observeControls(
  { controls, previousVersion, lineOf }: Watch,
  previous: Snapshot | null,
  current: Snapshot,
  baseline: Baseline,
  policy: Policy,
): ControlsObservation {
  const stratum = stratumAt(policy, current.atMs - policy.tickMs / 2)
  const lines = new Map<number, MutableSums>()
  const scatter = new Scatter()
  const metrics = new MetricObserver(baseline, policy)
  const usedMiB = new Map<string, number>()
  let [down, of, isHeard] = [0, 0, false]
  for (const thing of controls) {
    const to = own(current.devices, thing)
    if (to === undefined) continue
    const isOld = to.firmwareVersion === previousVersion
    if (isOld && to.gauges.memoryMiB > 0) usedMiB.set(thing, to.gauges.memoryMiB)
    const delta = difference(own(previous?.devices, thing), to)
    of += 1
    if (isDown(delta, silenceMs(thing, previous, current))) down += 1
    if (delta === null) continue
    isHeard = true
    if (!isOld) continue
    const line = lineOf[thing] as number
    const expected = expectedOf(thing, delta, stratum, current, baseline, policy)
    addDelta(sumsOf(lines, line), delta, expected, ALL_WARM)
    if (expected !== null) scatter.add(line, delta, expected)
    if (isOfOneShift(delta, stratum, current, policy))
      metrics.add(thing, line, delta, stratum.name, Number.POSITIVE_INFINITY, isBegunBefore(delta, stratum, current))
  }
  return {
    lines,
    noise: scatter.noise(),
    outputNoise: scatter.outputNoise(),
    metrics,
    down,
    of,
    isHeard,
    usedMiB,
    commonMiB: middleOf([...usedMiB.values()]),
  }
}

/**
 * Takes in one evaluation: what every device did between two snapshots. Minutes before a confirmation count for
 * nothing. `controls` are those of the watch at the same evaluation.
 */
export function observe(
  evidence: Evidence,
  watch: Watch,
  previous: Snapshot | null,
  current: Snapshot,
  baseline: Baseline,
  policy: Policy,
  controls: ControlsObservation = observeControls(watch, previous, current, baseline, policy),
): Evidence {
  const stratum = stratumAt(policy, current.atMs - policy.tickMs / 2)
  const lines = new Map<number, MutableSums>()
  const down = { stage: 0, stageOf: 0, controls: controls.down, controlsOf: controls.of }
  const downByLine = new Map<number, { of: number; down: number }>()
  const presence = observePresence(evidence.presence ?? NO_PRESENCE, watch, previous, current, policy)
  // Dictionaries from the first name on, as the snapshot is.
  const members: Record<string, MemberState> = Object.create(null)
  const memory: Record<string, MemorySeries> = Object.create(null)
  const metrics = new MetricObserver(baseline, policy)
  const memoryPeaks = peaksAfter(evidence.memoryPeaks ?? NO_PEAKS, watch.controls, controls.usedMiB, current.atMs)
  const usualMiB = usualMemory(peaksOf(memoryPeaks), watch.members.length)
  const evaluation = { atMs: current.atMs, commonMiB: controls.commonMiB, usualMiB }
  for (const thing of watch.members) {
    const before = own(evidence.members, thing) ?? NEW_MEMBER
    const from = own(previous?.devices, thing)
    const to = own(current.devices, thing)
    const delta = to === undefined ? null : difference(from, to)
    const lastMs = previous === null ? current.atMs : lastHeardMs(previous, thing)
    const isMember = watch.left === undefined || !watch.left.has(thing)
    const heard = { lastMs, nowMs: current.atMs, lostAfterMs: policy.lostAfterMs }
    members[thing] = isMember ? memberAfter(before, watch, from, to, delta, heard) : anew(before)
    if (before.installedAtMs !== null && delta !== null && to?.firmwareVersion === watch.version) {
      const expected = expectedOf(thing, delta, stratum, current, baseline, policy)
      const line = watch.lineOf[thing] as number
      const ageMs = (previous?.atMs ?? current.atMs) - before.installedAtMs
      addDelta(sumsOf(lines, line), delta, expected, warmAt(policy, ageMs))
      if (isOfOneShift(delta, stratum, current, policy))
        metrics.add(thing, line, delta, stratum.name, ageMs, isBegunBefore(delta, stratum, current))
    }
    if (before.installedAtMs !== null && isMember) {
      const own = downOf(downByLine, watch.lineOf[thing] as number)
      down.stageOf += 1
      own.of += 1
      if (isDown(delta, silenceMs(thing, previous, current))) {
        down.stage += 1
        own.down += 1
      }
    }
    memory[thing] = memoryAfter(
      own(evidence.memory, thing),
      watch,
      before,
      from,
      delta === null ? undefined : to,
      evaluation,
    )
  }
  const lineSums = [...new Set([...lines.keys(), ...controls.lines.keys()])].map((line) => ({
    line,
    evaluations: 1,
    stage: lines.get(line) ?? NO_SUMS,
    controls: controls.lines.get(line) ?? NO_SUMS,
  }))
  const seen: EvaluationSums = {
    atMs: current.atMs,
    stratum: stratum.name,
    lines: lineSums,
    total: totalOf(lineSums),
    noise: controls.noise,
    outputNoise: controls.outputNoise,
    metrics: metrics.beside(controls.metrics),
    down,
  }
  const rolling = evidence.evaluations.filter(({ atMs }) => atMs > current.atMs - policy.evidence.rollingMs)
  const isObserved = seen.total.stage.minutes > 0
  return {
    members,
    evaluations: [...rolling, seen],
    total: isObserved ? totalOf([seen.total], evidence.total) : evidence.total,
    lines: isObserved ? linesOf([{ lines: evidence.lines }, seen]) : evidence.lines,
    metrics: isObserved ? metricsAfter(evidence.metrics ?? {}, seen.metrics ?? {}) : (evidence.metrics ?? {}),
    trends: metrics.trends(evidence.trends ?? {}, controls.metrics, current.atMs),
    runs: isObserved ? cusumAfter(evidence.runs, seen, rolling, baseline, policy) : evidence.runs,
    memory,
    memoryPeaks,
    strata:
      isObserved && !evidence.strata.includes(stratum.name) ? [...evidence.strata, stratum.name] : evidence.strata,
    controlsHeardAtMs: controls.isHeard ? current.atMs : evidence.controlsHeardAtMs,
    presence: { ...presence, stage: [...downByLine].map(([line, own]) => ({ line, ...own })) },
  }
}

/** What takes in a device so long after its install; nearly all are older than any warm-up. [source: warm-up] */
function warmAt(policy: Policy, ageMs: number): Warm {
  const warmUps = warmUpsOf(policy)
  if (ageMs >= warmUps.longestMs) return ALL_WARM
  return {
    connection: ageMs >= warmUps.connectionMs,
    cycleTime: ageMs >= warmUps.cycleTimeMs,
    output: ageMs >= warmUps.outputMs,
    errors: ageMs >= warmUps.errorsMs,
  }
}

const warmUpsOf = memoized(({ rules }: Policy) => {
  const of = (name: string): number => rules.find((rule) => rule.name === name)?.warmUpMs ?? 0
  const [connectionMs, cycleTimeMs] = [of('connection-failure'), of('cycle-time')]
  const [outputMs, errorsMs] = [of('output'), of('error-rate')]
  const longestMs = Math.max(connectionMs, cycleTimeMs, outputMs, errorsMs)
  return { connectionMs, cycleTimeMs, outputMs, errorsMs, longestMs }
})

const metricsAfter = (before: MetricLines, seen: MetricEvaluations): MetricLines =>
  Object.fromEntries(
    Object.entries(seen).map(([name, { lines }]) => [name, metricLinesOf([before[name] ?? [], lines])]),
  )

function downOf(lines: Map<number, { of: number; down: number }>, line: number): { of: number; down: number } {
  const own = lines.get(line) ?? { of: 0, down: 0 }
  lines.set(line, own)
  return own
}

/** Its crashes stay: they were the release's. */
const anew = ({ crashes }: MemberState): MemberState => ({ ...NEW_MEMBER, crashes })

function sumsOf(lines: Map<number, MutableSums>, line: number): MutableSums {
  let sums = lines.get(line)
  if (sums === undefined) {
    sums = noSums()
    lines.set(line, sums)
  }
  return sums
}

/** What the device would have done by its baseline; null where there is no one expectation. */
const expectedOf = (
  thing: string,
  delta: Delta,
  stratum: Stratum,
  current: Snapshot,
  baseline: Baseline,
  policy: Policy,
): Expected | null =>
  isOfOneShift(delta, stratum, current, policy) ? expectedFor(baseline, thing, stratum.name) : null

/** How many of these have installed; they are looked up by name, since listing the names of a dictionary sorts them. */
export function installedCount({ members }: Evidence, things: readonly string[]): number {
  let count = 0
  for (const thing of things) if ((members[thing]?.installedAtMs ?? null) !== null) count += 1
  return count
}

export const exposureMs = (evidence: Evidence): number =>
  Object.values(evidence.members).reduce((sum, member) => sum + member.exposureMs, 0)

/** How long a device has been silent that reports nothing new at this evaluation. */
const silenceMs = (thing: string, previous: Snapshot | null, current: Snapshot): number =>
  previous === null ? 0 : current.atMs - lastHeardMs(previous, thing)

/** A device that was away for long brings what it did in an earlier shift: that fits no single expectation. */
function isOfOneShift(delta: Delta, stratum: Stratum, current: Snapshot, policy: Policy): boolean {
  const spanMs = delta.minutes * 60_000
  return spanMs <= 2 * policy.tickMs || current.atMs - spanMs >= stratum.shiftStartMs
}

/** Whether some of it may be of the shift before: a sample is up to a period old when it is read. */
const isBegunBefore = (delta: Delta, { shiftStartMs }: Stratum, current: Snapshot): boolean =>
  current.atMs - delta.minutes * 60_000 - SAMPLE_PERIOD_MS < shiftStartMs

function middleOf(values: readonly number[]): number | null {
  const sorted = new Float64Array(values).sort()
  return sorted[sorted.length >> 1] ?? null
}

function memoryAfter(
  series: MemorySeries | undefined,
  watch: Watch,
  member: MemberState,
  from: HealthSample | undefined,
  to: HealthSample | undefined,
  evaluation: { readonly atMs: number; readonly commonMiB: number | null; readonly usualMiB: UsualMemory | null },
): MemorySeries {
  const isBefore = from?.firmwareVersion === watch.previousVersion && from.gauges.memoryMiB > 0
  const known = series ?? newSeries(isBefore ? from.gauges.memoryMiB : null)
  const { atMs, commonMiB, usualMiB } = evaluation
  const isDue = member.installedAtMs !== null && to?.firmwareVersion === watch.version
  return isDue ? withGauge(known, to, atMs, commonMiB, usualMiB) : known
}

/**
 * Reading the fleet may take so long that an evaluation reads samples from after it began; the next one, which finds
 * nothing newer, must not take the device for silent. How much later they are is told by the sequence, which counts
 * minutes, and not by the device's clock; so many samples more than the time between two evaluations are their rhythm.
 */
const SLOW_READING_MS = 15 * 60_000
const RHYTHM_SAMPLES = 2

function heardAt(from: HealthSample | undefined, to: HealthSample, lastMs: number, nowMs: number): number {
  if (from === undefined || to.sequence <= from.sequence) return nowMs
  const sampledMs = lastMs + (to.sequence - from.sequence - RHYTHM_SAMPLES) * SAMPLE_PERIOD_MS
  return Math.max(nowMs, Math.min(sampledMs, nowMs + SLOW_READING_MS))
}

function memberAfter(
  member: MemberState,
  watch: Watch,
  from: HealthSample | undefined,
  to: HealthSample | undefined,
  delta: Delta | null,
  { lastMs, nowMs, lostAfterMs }: { readonly lastMs: number; readonly nowMs: number; readonly lostAfterMs: number },
): MemberState {
  if (to === undefined || delta === null) return member
  const isNew = to.firmwareVersion === watch.version
  const bootIdBefore = member.bootIdBefore ?? (from?.firmwareVersion === watch.version ? null : (from?.bootId ?? null))
  const runsNew = isNew && to.componentState === 'RUNNING' && to.bootId !== bootIdBefore
  const seenBefore = member.firstSeenSequence !== null && member.firstSeenSequence !== to.sequence
  const installedAtMs = member.installedAtMs ?? (runsNew && seenBefore ? nowMs : null)
  const observedMs = delta.minutes * 60_000
  const sinceMs = member.heardAtMs ?? watch.deployedAtMs
  const gap = installedAtMs === null && nowMs - sinceMs > lostAfterMs ? { fromMs: sinceMs, toMs: nowMs } : member.gap
  return {
    bootIdBefore,
    firstSeenSequence: member.firstSeenSequence ?? (runsNew ? to.sequence : null),
    installedAtMs,
    exposureMs: member.exposureMs + (member.installedAtMs !== null && runsNew ? observedMs : 0),
    heardAtMs: heardAt(from, to, lastMs, nowMs),
    crashes: crashesAfter(member, from, to, delta, isNew),
    crashCounter: to.schema === '1.0' ? null : to.counters.crashes,
    hasFallenBack: member.hasFallenBack || (member.installedAtMs !== null && !isNew),
    ...(gap !== undefined && { gap }),
  }
}

/**
 * Every crash since the deployment counts, also one that a rollback on the device has already hidden; a new version
 * seen in ERRORED or BROKEN has crashed, whatever its counter is. [source: crash-count]
 */
function crashesAfter(
  member: MemberState,
  from: HealthSample | undefined,
  to: HealthSample,
  delta: Delta,
  isNew: boolean,
): number {
  const atLeast = isNew && (to.componentState === 'ERRORED' || to.componentState === 'BROKEN') ? 1 : 0
  if (to.schema === '1.0') return Math.max(member.crashes + delta.crashes, atLeast)
  const counter = to.counters.crashes
  const before = member.crashCounter ?? (from?.schema === '2.0' ? from.counters.crashes : counter)
  // A smaller counter began anew.
  return Math.max(member.crashes + (counter >= before ? counter - before : counter), atLeast)
}
