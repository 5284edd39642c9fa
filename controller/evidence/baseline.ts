import { shiftBoundaries, stratumAt, stratumNames } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { memoized } from '../support/memoized.ts'
import { own } from '../support/own.ts'
import { type Delta, difference } from './difference.ts'
import { type LineSpread, ShiftValues } from './line-spread.ts'
import { RuleRecords, type RuleVariation } from './rule-variation.ts'
import { type Snapshot, thingsOf } from './snapshot.ts'
import { addShift, emptySums, type StratumSums } from './stratum-sums.ts'
import { CountRecords, type Variation } from './variation.ts'

/** Seven days before the rollout by device and stratum; frozen when the rollout starts. */
export interface Baseline {
  readonly fromMs: number
  readonly toMs: number
  readonly devices: Readonly<Record<string, Readonly<Record<string, StratumSums>>>>
  /** All connection attempts; their failures do not depend on the shift. */
  readonly connections: { readonly attempts: number; readonly failures: number }
  /** Crashes in all device-minutes of the fleet: too few for a rate by device or shift. Absent if not counted. */
  readonly crashes?: { readonly crashes: number; readonly minutes: number }
  /**
   * How a device's mean ln(cycle time) varies from one shift to the same one of another day; absent if not measured.
   */
  readonly cycleTimeSpread?: number
  /** The same apart: beside the line, and of the plant; absent if not measured. */
  readonly cycleTimeSpreads?: LineSpread
  /** The same for what a device makes per minute, as a share of its mean; absent if not measured. */
  readonly outputSpread?: number
  /** Spread of single cycles about the mean of their device and stratum, as a share of it; absent if not measured. */
  readonly cycleTimeCv?: number
  /**
   * How many times as much counts vary from day to day as chance alone lets them, at least 1; absent if not measured.
   */
  readonly dispersion?: { readonly connection: number; readonly errors: number }
  /** How the rate of errors varies beyond chance, by device, line and plant; absent if not measured. */
  readonly errorVariation?: Variation
  /** The same of failed connections. */
  readonly connectionVariation?: Variation
  /** How what the rules on metrics read varies, by their names; absent for a rule that is newer. */
  readonly rules?: Readonly<Record<string, RuleVariation>>
  /** False rollbacks allowed a release where the week is too noisy for the policy's; absent if it is not. */
  readonly falseRollbackShare?: number
}

/** Share of a stratum's minutes that must have been observed for it to be of use. [source: baseline-coverage] */
const MIN_COVERAGE = 0.7
const DAY_MS = 24 * 3_600_000

/**
 * Sums the differences between consecutive snapshots, taken where shifts begin, into device x stratum. What happened
 * over the beginning of a shift (a snapshot is missing) belongs to no stratum; its minutes count as not observed. What
 * was left out of the snapshots (`left-out.ts`) is not missed.
 */
export function makeBaseline(snapshots: readonly Snapshot[], policy: Policy): Baseline {
  const things = [...new Set(snapshots.flatMap(thingsOf))].sort()
  const devices: Record<string, Record<string, StratumSums>> = Object.fromEntries(things.map((thing) => [thing, {}]))
  const spread = new Spread()
  const output = new Spread()
  const [connection, errors] = [new Dispersion(), new Dispersion()]
  const rules = new RuleRecords(policy)
  const [records, links] = [new CountRecords(), new CountRecords()]
  const cycleTimes = new ShiftValues()
  const shifts = { minutes: 0, count: 0 }
  for (let i = 1; i < snapshots.length; i++) {
    const [before, after] = [snapshots[i - 1] as Snapshot, snapshots[i] as Snapshot]
    const pieces = stratumPieces(policy, before.atMs, after.atMs)
    const day = Math.floor((after.atMs - 1 - (snapshots[0] as Snapshot).atMs) / DAY_MS)
    if (pieces.length === 1) {
      shifts.minutes += (after.atMs - before.atMs) / 60_000
      shifts.count += 1
    }
    for (const thing of things) {
      if (after.leftOut?.has(thing) === true) continue
      const strata = devices[thing] as Record<string, StratumSums>
      for (const { stratum, minutes } of pieces) {
        const sums = strata[stratum] ?? emptySums()
        strata[stratum] = sums
        sums.expectedMinutes += minutes
        const delta = pieces.length === 1 ? deltaOf(before, after, thing) : null
        if (delta === null) continue
        addShift(sums, delta)
        const group = `${thing}/${stratum}`
        const place = { thing, line: own(after.devices, thing)?.line ?? 0, stratum, atMs: after.atMs, day }
        if (delta.cycles > 0 && delta.cycleTimeMsSum > 0) {
          const value = Math.log(delta.cycleTimeMsSum / delta.cycles)
          spread.add(group, value)
          cycleTimes.add(place, value)
        }
        connection.add(group, delta.connectionFailures, delta.connectionAttempts)
        errors.add(group, delta.errors, delta.countedMinutes)
        records.add(place, delta.errors, delta.countedMinutes)
        // Failures do not depend on the shift.
        links.add({ ...place, stratum: '' }, delta.connectionFailures, delta.connectionAttempts)
        rules.add(place, delta)
        if (delta.countedMinutes > 0) output.add(group, delta.cycles / delta.countedMinutes)
      }
    }
  }
  const shiftMinutes = shifts.count === 0 ? 0 : shifts.minutes / shifts.count
  const [fromMs, toMs] = [snapshots[0]?.atMs ?? 0, snapshots.at(-1)?.atMs ?? 0]
  return {
    fromMs,
    toMs,
    devices,
    ...sumsOf(devices),
    cycleTimeSpread: spread.sigma(),
    cycleTimeSpreads: cycleTimes.spread(),
    outputSpread: output.relativeSigma(),
    cycleTimeCv: cycleTimeCv(devices),
    dispersion: { connection: connection.factor(), errors: errors.factor() },
    errorVariation: records.variation(shiftMinutes),
    connectionVariation: links.variation(shiftMinutes),
    rules: rules.variations(shiftMinutes),
  }
}

/** What each device did in each stratum, of the intervals that lie within one. */
export function shiftSums(
  snapshots: readonly Snapshot[],
  policy: Policy,
): Readonly<Record<string, Readonly<Record<string, StratumSums>>>> {
  const devices: Record<string, Record<string, StratumSums>> = Object.create(null)
  for (let i = 1; i < snapshots.length; i++) {
    const [before, after] = [snapshots[i - 1] as Snapshot, snapshots[i] as Snapshot]
    const [piece, ...others] = stratumPieces(policy, before.atMs, after.atMs)
    if (piece === undefined || others.length > 0) continue
    for (const thing of thingsOf(after)) {
      const delta = deltaOf(before, after, thing)
      if (delta === null) continue
      const strata = devices[thing] ?? {}
      devices[thing] = strata
      const sums = strata[piece.stratum] ?? emptySums()
      strata[piece.stratum] = sums
      sums.expectedMinutes += piece.minutes
      addShift(sums, delta)
    }
  }
  return devices
}

/** The strata that an interval touches, with its minutes in each. */
function stratumPieces(policy: Policy, fromMs: number, toMs: number): readonly { stratum: string; minutes: number }[] {
  const first = stratumAt(policy, fromMs)
  if (toMs <= first.shiftEndMs) return [{ stratum: first.name, minutes: Math.round((toMs - fromMs) / 60_000) }]
  const inside = shiftBoundaries(policy, fromMs + 1, toMs - 1)
  const edges = [fromMs, ...inside, toMs]
  return edges.slice(1).map((endMs, i) => {
    const startMs = edges[i] as number
    return { stratum: stratumAt(policy, startMs).name, minutes: Math.round((endMs - startMs) / 60_000) }
  })
}

/** Standard deviation within groups, pooled over all of them. */
class Spread {
  readonly #groups = new Map<string, { n: number; sum: number; squares: number }>()

  add(group: string, value: number): void {
    const { n, sum, squares } = this.#groups.get(group) ?? { n: 0, sum: 0, squares: 0 }
    this.#groups.set(group, { n: n + 1, sum: sum + value, squares: squares + value * value })
  }

  /** 0 where nothing was observed twice. */
  sigma(): number {
    let [squares, degrees] = [0, 0]
    for (const group of this.#groups.values()) {
      squares += Math.max(group.squares - group.sum ** 2 / group.n, 0)
      degrees += group.n - 1
    }
    return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
  }

  /** As a share of each group's mean; groups without one are left out. */
  relativeSigma(): number {
    let [squares, degrees] = [0, 0]
    for (const { n, sum, squares: own } of this.#groups.values()) {
      const mean = sum / n
      if (mean <= 0) continue
      squares += Math.max(own - sum ** 2 / n, 0) / mean ** 2
      degrees += n - 1
    }
    return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
  }
}

/**
 * Pearson's chi-squared of counts within groups of one rate each, over its degrees of freedom. [source: quasi-poisson]
 */
class Dispersion {
  readonly #groups = new Map<string, { n: number; count: number; exposure: number; squares: number }>()

  add(group: string, count: number, exposure: number): void {
    if (exposure <= 0) return
    const sums = this.#groups.get(group) ?? { n: 0, count: 0, exposure: 0, squares: 0 }
    sums.n += 1
    sums.count += count
    sums.exposure += exposure
    sums.squares += (count * count) / exposure
    this.#groups.set(group, sums)
  }

  /** At least 1: less than chance is chance. */
  factor(): number {
    let [chiSquared, degrees] = [0, 0]
    for (const { n, count, exposure, squares } of this.#groups.values()) {
      if (count === 0) continue
      chiSquared += (exposure / count) * squares - count
      degrees += n - 1
    }
    return degrees === 0 ? 1 : Math.max(chiSquared / degrees, 1)
  }
}

/** Pooled over devices and strata; what differs from day to day counts as well. */
function cycleTimeCv(devices: Baseline['devices']): number {
  let [squares, degrees] = [0, 0]
  for (const strata of Object.values(devices)) {
    for (const { cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares } of Object.values(strata)) {
      if (cycles < 2 || cycleTimeMsSum <= 0) continue
      const meanMs = cycleTimeMsSum / cycles
      squares += Math.max(cycleTimeMsSumOfSquares / (meanMs * meanMs) - cycles, 0)
      degrees += cycles - 1
    }
  }
  return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
}

function deltaOf(before: Snapshot, after: Snapshot, thing: string): Delta | null {
  const current = own(after.devices, thing)
  return current === undefined ? null : difference(own(before.devices, thing), current)
}

/** What a device would do by its own baseline. */
export interface Expected {
  /** What one reading says at most, in ln(cycle time). */
  readonly maxEffect: number
  readonly cyclesPerMinute: number
  readonly unitsPerMinute: number
  readonly cycleTimeMs: number
  readonly errorsPerMinute: number
}

/** Null when the stratum was not observed well enough. Computed once: a shift has a hundred evaluations. */
export function expectedFor(baseline: Baseline, thing: string, stratum: string): Expected | null {
  const strata = expectations(baseline)
  let devices = strata.get(stratum)
  if (devices === undefined) {
    devices = new Map()
    strata.set(stratum, devices)
  }
  let expected = devices.get(thing)
  if (expected === undefined) {
    expected = expectedOf(baseline.devices[thing]?.[stratum], maxEffectOf(baseline))
    devices.set(thing, expected)
  }
  return expected
}

/** By stratum and device. */
const expectations = memoized((_: Baseline) => new Map<string, Map<string, Expected | null>>())

/**
 * Twice as much as the limit of the cycle time allows by default; more where devices vary more from day to day, or a
 * lasting difference could not be told from that. [source: bounded-readings]
 */
const LEAST_MAX_EFFECT = 0.2
const MAX_EFFECT_SIGMAS = 4

export const maxEffectOf = ({ cycleTimeSpread = 0 }: Baseline): number =>
  Math.max(LEAST_MAX_EFFECT, MAX_EFFECT_SIGMAS * cycleTimeSpread)

const expectedOf = (sums: StratumSums | undefined, maxEffect: number): Expected | null =>
  sums === undefined || !isCovered(sums) || sums.cycles === 0 || sums.countedMinutes === 0
    ? null
    : {
        maxEffect,
        cyclesPerMinute: sums.cycles / sums.countedMinutes,
        unitsPerMinute: sums.units / sums.countedMinutes,
        cycleTimeMs: sums.cycleTimeMsSum / sums.cycles,
        errorsPerMinute: sums.errors / sums.countedMinutes,
      }

/** What a device did in a stratum that was observed well enough; null if it was not. */
export function coveredSums(baseline: Baseline, thing: string, stratum: string): StratumSums | null {
  const sums = baseline.devices[thing]?.[stratum]
  return sums !== undefined && isCovered(sums) ? sums : null
}

/** Share of devices x strata of the week that are covered well enough, 0 to 1. */
export function coverageOf(baseline: Baseline, things: readonly string[], policy: Policy): number {
  const strata = stratumNames(policy)
  const covered = things.flatMap((thing) =>
    strata.filter((stratum) => {
      const sums = baseline.devices[thing]?.[stratum]
      return sums !== undefined && isCovered(sums)
    }),
  )
  return things.length === 0 ? 0 : covered.length / (things.length * strata.length)
}

function sumsOf(devices: Baseline['devices']): Required<Pick<Baseline, 'connections' | 'crashes'>> {
  const connections = { attempts: 0, failures: 0 }
  const crashes = { crashes: 0, minutes: 0 }
  for (const strata of Object.values(devices)) {
    for (const sums of Object.values(strata)) {
      connections.attempts += sums.connectionAttempts
      connections.failures += sums.connectionFailures
      crashes.crashes += sums.crashes
      crashes.minutes += sums.minutes
    }
  }
  return { connections, crashes }
}

const isCovered = ({ minutes, expectedMinutes }: StratumSums): boolean =>
  expectedMinutes > 0 && minutes >= MIN_COVERAGE * expectedMinutes
