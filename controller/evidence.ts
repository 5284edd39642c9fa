import { type Baseline, type Expected, expectedFor } from './baseline.ts'
import { type Cell, cellAt } from './calendar.ts'
import type { StageName } from './contract.ts'
import { type Delta, difference } from './difference.ts'
import type { Policy } from './policy.ts'
import type { HealthSample, Snapshot } from './snapshot.ts'

/** Whom a stage's looks are about. */
export interface Watch {
  readonly stage: StageName
  readonly version: string
  readonly previousVersion: string
  readonly members: readonly string[]
  /** Devices still on the previous firmware, on whatever line: the concurrent controls. */
  readonly controls: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
  readonly deployedAtMs: number
}

/** What is known of one device of the stage since its deployment. */
export interface MemberState {
  /** Boot id before the new version ran; a confirmation needs another one. */
  readonly bootIdBefore: string | null
  /** Sample that first said new version, new boot id, RUNNING; a second one confirms. [design 7: twice] */
  readonly firstSeenSequence: number | null
  readonly installedAtMs: number | null
  /** Time since the confirmation in which the device reported RUNNING on the new version. */
  readonly exposureMs: number
  readonly heardAtMs: number | null
  readonly crashes: number
  /** The crash counter last seen, so that a look that was lost loses no crash. */
  readonly crashCounter: number | null
  /** The version went back by itself after it was confirmed. */
  readonly hasFallenBack: boolean
}

/** Observed and expected sums of some devices over some looks. */
export interface Sums {
  readonly minutes: number
  readonly attempts: number
  readonly failures: number
  readonly cycles: number
  readonly cycleMs: number
  readonly expectedCycleMs: number
  readonly operations: number
  readonly errors: number
  readonly expectedErrors: number
}

/** What the stage did, and its controls. */
export interface Totals {
  readonly stage: Sums
  readonly controls: Sums
}

/** One look at one line. */
export interface LineSums extends Totals {
  readonly line: number
}

export interface Look {
  readonly atMs: number
  readonly lines: readonly LineSums[]
  /** Over all lines. */
  readonly total: Totals
  readonly noise: Noise
}

/** How single controls scatter about the mean of their line, in ln(cycle time): the yardstick of the cycle time rule. */
export interface Noise {
  readonly squares: number
  readonly degrees: number
}

/** All that the judge needs of a stage, as plain JSON of bounded size. */
export interface Evidence {
  readonly members: Readonly<Record<string, MemberState>>
  /** The looks of the rolling window, oldest first. */
  readonly looks: readonly Look[]
  readonly total: Totals
  /** Cells of the week that the stage was observed in. */
  readonly cells: readonly string[]
  readonly controlsHeardAtMs: number | null
}

export const NO_SUMS: Sums = {
  minutes: 0,
  attempts: 0,
  failures: 0,
  cycles: 0,
  cycleMs: 0,
  expectedCycleMs: 0,
  operations: 0,
  errors: 0,
  expectedErrors: 0,
}

export const NO_EVIDENCE: Evidence = {
  members: {},
  looks: [],
  total: { stage: NO_SUMS, controls: NO_SUMS },
  cells: [],
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

/** Takes in one look: what every device did between two snapshots. Minutes before a confirmation count for nothing. */
export function observe(
  evidence: Evidence,
  watch: Watch,
  previous: Snapshot | null,
  current: Snapshot,
  baseline: Baseline,
  policy: Policy,
): Evidence {
  const cell = cellAt(policy, current.atMs - policy.tickMs / 2)
  const lines = new Map<number, { stage: MutableSums; controls: MutableSums }>()
  const add = (thing: string, role: 'stage' | 'controls', delta: Delta | null): void => {
    if (delta === null) return
    const line = watch.lineOf[thing] as number
    let sums = lines.get(line)
    if (sums === undefined) {
      sums = { stage: { ...NO_SUMS }, controls: { ...NO_SUMS } }
      lines.set(line, sums)
    }
    const expected = isOfOneShift(delta, cell, current, policy) ? expectedFor(baseline, thing, cell.name) : null
    addDelta(sums[role], delta, expected)
    if (role === 'controls' && expected !== null) scatter.add(line, delta, expected)
  }
  const scatter = new Scatter()
  const members: Record<string, MemberState> = {}
  for (const thing of watch.members) {
    const before = evidence.members[thing] ?? NEW_MEMBER
    const [from, to] = [previous?.devices[thing], current.devices[thing]]
    const delta = to === undefined ? null : difference(from, to)
    members[thing] = memberAfter(before, watch, from, to, delta, current.atMs)
    if (before.installedAtMs !== null && to?.firmwareVersion === watch.version) add(thing, 'stage', delta)
  }
  let controlsHeardAtMs = evidence.controlsHeardAtMs
  for (const thing of watch.controls) {
    const to = current.devices[thing]
    const delta = to === undefined ? null : difference(previous?.devices[thing], to)
    if (delta !== null) controlsHeardAtMs = current.atMs
    if (to?.firmwareVersion === watch.previousVersion) add(thing, 'controls', delta)
  }
  const lineSums = [...lines].map(([line, sums]) => ({ line, ...sums }))
  const look: Look = { atMs: current.atMs, lines: lineSums, total: totalOf(lineSums), noise: scatter.noise() }
  const isObserved = look.total.stage.minutes > 0
  return {
    members,
    looks: [...evidence.looks.filter(({ atMs }) => atMs > current.atMs - policy.evidence.rollingMs), look],
    total: isObserved ? totalOf([look.total], evidence.total) : evidence.total,
    cells: isObserved && !evidence.cells.includes(cell.name) ? [...evidence.cells, cell.name] : evidence.cells,
    controlsHeardAtMs,
  }
}

export const installedCount = (evidence: Evidence): number =>
  Object.values(evidence.members).filter(({ installedAtMs }) => installedAtMs !== null).length

export const exposureMs = (evidence: Evidence): number =>
  Object.values(evidence.members).reduce((sum, member) => sum + member.exposureMs, 0)

/** Sums over lines, or over looks. */
export function totalOf(parts: readonly Totals[], start: Totals = { stage: NO_SUMS, controls: NO_SUMS }): Totals {
  const [stage, controls] = [{ ...start.stage }, { ...start.controls }]
  for (const part of parts) {
    addTo(stage, part.stage)
    addTo(controls, part.controls)
  }
  return { stage, controls }
}

/** Sums that are still being added up. */
type MutableSums = { -readonly [K in keyof Sums]: Sums[K] }

function addTo(sum: MutableSums, more: Sums): void {
  sum.minutes += more.minutes
  sum.attempts += more.attempts
  sum.failures += more.failures
  sum.cycles += more.cycles
  sum.cycleMs += more.cycleMs
  sum.expectedCycleMs += more.expectedCycleMs
  sum.operations += more.operations
  sum.errors += more.errors
  sum.expectedErrors += more.expectedErrors
}

/** Scatter of the controls of one look about the means of their lines. */
class Scatter {
  readonly #lines = new Map<number, { n: number; sum: number; squares: number }>()

  add(line: number, { cycles, cycleTimeMsSum }: Delta, { cycleTimeMs }: Expected): void {
    const expectedMs = cycles * cycleTimeMs
    if (cycleTimeMsSum <= 0 || expectedMs <= 0) return
    const effect = Math.log(cycleTimeMsSum / expectedMs)
    let own = this.#lines.get(line)
    if (own === undefined) {
      own = { n: 0, sum: 0, squares: 0 }
      this.#lines.set(line, own)
    }
    own.n += 1
    own.sum += effect
    own.squares += effect * effect
  }

  noise(): Noise {
    let [squares, degrees] = [0, 0]
    for (const line of this.#lines.values()) {
      squares += Math.max(line.squares - line.sum ** 2 / line.n, 0)
      degrees += line.n - 1
    }
    return { squares, degrees }
  }
}

/** A device that was away for long brings what it did in an earlier shift: that fits no single expectation. */
function isOfOneShift(delta: Delta, cell: Cell, current: Snapshot, policy: Policy): boolean {
  const spanMs = delta.minutes * 60_000
  return spanMs <= 2 * policy.tickMs || current.atMs - spanMs >= cell.shiftStartMs
}

/** Without an expectation (the baseline lacks the cell, or there is no one cell) only the connection minutes count. */
function addDelta(sum: MutableSums, delta: Delta, expected: Expected | null): void {
  sum.minutes += delta.minutes
  sum.attempts += delta.connectionAttempts
  sum.failures += delta.connectionFailures
  if (expected === null) return
  sum.cycles += delta.cycles
  sum.cycleMs += delta.cycleTimeMsSum
  sum.expectedCycleMs += delta.cycles * expected.cycleTimeMs
  sum.operations += delta.operations
  sum.errors += delta.errors
  sum.expectedErrors += delta.operations * expected.errorsPerOperation
}

function memberAfter(
  member: MemberState,
  watch: Watch,
  from: HealthSample | undefined,
  to: HealthSample | undefined,
  delta: Delta | null,
  nowMs: number,
): MemberState {
  if (to === undefined || delta === null) return member
  const isNew = to.firmwareVersion === watch.version
  const bootIdBefore = member.bootIdBefore ?? (from?.firmwareVersion === watch.version ? null : (from?.bootId ?? null))
  const runsNew = isNew && to.componentState === 'RUNNING' && to.bootId !== bootIdBefore
  const seenBefore = member.firstSeenSequence !== null && member.firstSeenSequence !== to.sequence
  const installedAtMs = member.installedAtMs ?? (runsNew && seenBefore ? nowMs : null)
  const observedMs = delta.minutes * 60_000
  return {
    bootIdBefore,
    firstSeenSequence: member.firstSeenSequence ?? (runsNew ? to.sequence : null),
    installedAtMs,
    exposureMs: member.exposureMs + (member.installedAtMs !== null && runsNew ? observedMs : 0),
    heardAtMs: nowMs,
    crashes: crashesAfter(member, from, to, delta, isNew),
    crashCounter: to.counting === 'last-minute' ? null : to.counters.crashes,
    hasFallenBack: member.hasFallenBack || (member.installedAtMs !== null && !isNew),
  }
}

/**
 * Every crash since the deployment counts, also one that a rollback on the device has already hidden; a new version seen
 * in ERRORED or BROKEN has crashed, whatever its counter says. [detection D2: ERRORED counts]
 */
function crashesAfter(
  member: MemberState,
  from: HealthSample | undefined,
  to: HealthSample,
  delta: Delta,
  isNew: boolean,
): number {
  const atLeast = isNew && (to.componentState === 'ERRORED' || to.componentState === 'BROKEN') ? 1 : 0
  if (to.counting === 'last-minute') return Math.max(member.crashes + delta.crashes, atLeast)
  const counter = to.counters.crashes
  const before = member.crashCounter ?? (from?.counting === 'cumulative' ? from.counters.crashes : counter)
  // A smaller counter began anew.
  return Math.max(member.crashes + (counter >= before ? counter - before : counter), atLeast)
}
