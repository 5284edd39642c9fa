import { groupedBy } from '../support/grouped.ts'
import type { Expected } from './baseline.ts'
import type { Delta } from './difference.ts'
import type { MetricEvaluations } from './metric-evidence.ts'
import { type Noise, WithinLines } from './within-lines.ts'

/** Observed and expected sums of some devices over some evaluations. */
export interface Sums {
  readonly minutes: number
  /** Of them, those that the counters cover. */
  readonly countedMinutes: number
  /** Evaluations x devices that cycles were expected of. */
  readonly readings: number
  readonly attempts: number
  readonly failures: number
  readonly cycles: number
  /** Evaluations x devices that something was expected of. */
  readonly expectedReadings: number
  /** By the baseline of the same devices in the same shift and kind of day. */
  readonly expectedCycles: number
  readonly units: number
  readonly expectedUnits: number
  readonly cycleMs: number
  readonly expectedCycleMs: number
  /** Sum over the readings of ln(cycle time) above what is expected, each bounded. */
  readonly boundedEffects: number
  readonly operations: number
  readonly errors: number
  readonly expectedErrors: number
}

/**
 * What the stage did, and its controls. The controls of several evaluations, or lines, are mixed as the stage is: where
 * there were many of them they weigh no more, as the plant's bad hours would be held against a stage whose controls were
 * few then. Their sums are those of as many as the mixture is worth. [source: mixed-as-the-stage]
 */
export interface Totals {
  readonly stage: Sums
  readonly controls: Sums
  /** Devices of the stage for each control; absent in the sums of one evaluation and line, which tell it themselves. */
  readonly perControl?: number
}

/** One line, over one evaluation or more. */
export interface LineSums extends Totals {
  readonly line: number
  readonly evaluations: number
}

/** What one evaluation observed. */
export interface EvaluationSums {
  readonly atMs: number
  /** Stratum of the week that it fell into. */
  readonly stratum: string
  readonly lines: readonly LineSums[]
  /** Over all lines. */
  readonly total: Totals
  /** How single controls scatter about their line, in ln(cycle time): the yardstick of the cycle time rule. */
  readonly noise: Noise
  /** The same for what the controls made, as a share of what was expected. */
  readonly outputNoise: Noise
  /** What the rules on metrics read; absent in evidence that an earlier version has stored. */
  readonly metrics?: MetricEvaluations
  readonly down: Down
}

/**
 * Devices of which nothing new came in, or hardly a connection, of those that were up; the stage's count once
 * installed.
 */
export interface Down {
  readonly stage: number
  readonly stageOf: number
  readonly controls: number
  readonly controlsOf: number
}

/** To be added up; written out, since it is made for every line at every evaluation. */
export const noSums = (): MutableSums => ({
  minutes: 0,
  countedMinutes: 0,
  readings: 0,
  attempts: 0,
  failures: 0,
  cycles: 0,
  expectedReadings: 0,
  expectedCycles: 0,
  units: 0,
  expectedUnits: 0,
  cycleMs: 0,
  expectedCycleMs: 0,
  boundedEffects: 0,
  operations: 0,
  errors: 0,
  expectedErrors: 0,
})

export const NO_SUMS: Sums = noSums()

export const NO_TOTALS: Totals = { stage: NO_SUMS, controls: NO_SUMS }

/** Sums over lines, or over evaluations. */
export const totalOf = (parts: readonly Totals[], start: Totals = NO_TOTALS): Totals => ({
  stage: sumOf(start.stage, parts, 'stage'),
  ...controlsOf(start === NO_TOTALS ? parts : [start, ...parts]),
})

/**
 * Each part weighs as many controls as its devices of the stage ask for, which sets the mixture; together they weigh so
 * much that the variance is that of a plain sum (Kish's effective size). With as many controls for each device
 * everywhere it is the plain sum, and without any device of the stage as well.
 */
function controlsOf(parts: readonly Totals[]): Pick<Totals, 'controls' | 'perControl'> {
  const ratios = parts.map(perControlOf)
  let [time, squares, isEqual] = [0, 0, true]
  let first: number | null = null
  for (const [i, { controls }] of parts.entries()) {
    if (controls.minutes === 0) continue
    const ratio = ratios[i] as number
    first ??= ratio
    isEqual &&= ratio === first
    time += ratio * controls.minutes
    squares += ratio ** 2 * controls.minutes
  }
  const perControl = time > 0 ? squares / time : 0
  if (isEqual || time === 0) return { controls: sumOf(NO_SUMS, parts, 'controls'), ...(first && { perControl: first }) }
  const weights = ratios.map((ratio) => ratio / perControl)
  return { controls: sumOf(NO_SUMS, parts, 'controls', weights), perControl }
}

/** By devices that something was expected of: minutes of reports that come late were of other evaluations. */
function perControlOf({ stage, controls, perControl }: Totals): number {
  if (perControl !== undefined) return perControl
  if (stage.expectedReadings > 0 && controls.expectedReadings > 0)
    return stage.expectedReadings / controls.expectedReadings
  return controls.minutes > 0 ? stage.minutes / controls.minutes : 0
}

/** The lines of several evaluations as one; a line counts the evaluations in which its stage was seen. */
export function linesOf(evaluations: readonly Pick<EvaluationSums, 'lines'>[]): readonly LineSums[] {
  const byLine = groupedBy(
    evaluations.flatMap(({ lines }) => lines),
    ({ line }) => line,
  )
  return [...byLine].map(([line, parts]) => ({
    line,
    evaluations: parts.reduce((sum, { evaluations: count, stage }) => sum + (stage.minutes > 0 ? count : 0), 0),
    ...totalOf(parts),
  }))
}

/** Member by member in locals, since every line of the window is added up at every evaluation. */
function sumOf(start: Sums, parts: readonly Totals[], role: 'stage' | 'controls', weights?: readonly number[]): Sums {
  let { minutes, countedMinutes, readings, attempts, failures, cycles } = start
  let { expectedReadings, expectedCycles, units, expectedUnits } = start
  let { cycleMs, expectedCycleMs, boundedEffects, operations, errors, expectedErrors } = start
  for (const [i, part] of parts.entries()) {
    const more = role === 'stage' ? part.stage : part.controls
    if (more === NO_SUMS) continue
    const weight = weights === undefined ? 1 : (weights[i] as number)
    minutes += weight * more.minutes
    countedMinutes += weight * more.countedMinutes
    readings += weight * more.readings
    attempts += weight * more.attempts
    failures += weight * more.failures
    cycles += weight * more.cycles
    expectedReadings += weight * more.expectedReadings
    expectedCycles += weight * more.expectedCycles
    units += weight * more.units
    expectedUnits += weight * more.expectedUnits
    cycleMs += weight * more.cycleMs
    expectedCycleMs += weight * more.expectedCycleMs
    boundedEffects += weight * more.boundedEffects
    operations += weight * more.operations
    errors += weight * more.errors
    expectedErrors += weight * more.expectedErrors
  }
  return {
    minutes,
    countedMinutes,
    readings,
    attempts,
    failures,
    cycles,
    expectedReadings,
    expectedCycles,
    units,
    expectedUnits,
    cycleMs,
    expectedCycleMs,
    boundedEffects,
    operations,
    errors,
    expectedErrors,
  }
}

/** Sums that are still being added up. */
export type MutableSums = { -readonly [K in keyof Sums]: Sums[K] }

/** Which rules take in what a device does, so long after its install. */
export interface Warm {
  readonly connection: boolean
  readonly cycleTime: boolean
  readonly output: boolean
  readonly errors: boolean
}

export const ALL_WARM: Warm = { connection: true, cycleTime: true, output: true, errors: true }

/**
 * Without an expectation (the baseline lacks the stratum, or the interval spans two) only the connection minutes count.
 */
export function addDelta(sum: MutableSums, delta: Delta, expected: Expected | null, warm: Warm = ALL_WARM): void {
  sum.minutes += delta.minutes
  if (warm.connection) {
    sum.attempts += delta.connectionAttempts
    sum.failures += delta.connectionFailures
  }
  if (expected === null) return
  if (warm.cycleTime) {
    sum.readings += delta.cycles > 0 ? 1 : 0
    sum.cycleMs += delta.cycleTimeMsSum
    sum.expectedCycleMs += delta.cycles * expected.cycleTimeMs
    sum.boundedEffects += boundedEffectOf(delta, expected) ?? 0
  }
  if (warm.output) {
    sum.cycles += delta.cycles
    sum.expectedReadings += expected.cyclesPerMinute > 0 ? 1 : 0
    sum.expectedCycles += delta.countedMinutes * expected.cyclesPerMinute
    sum.units += delta.unitsProduced
    sum.expectedUnits += delta.countedMinutes * expected.unitsPerMinute
  }
  if (warm.errors) {
    sum.countedMinutes += delta.countedMinutes
    sum.operations += delta.operations
    sum.errors += delta.errors
    sum.expectedErrors += delta.countedMinutes * expected.errorsPerMinute
  }
}

/**
 * One cycle in which a machine stood for minutes would outweigh an hour of good ones, so that a reading says no more than
 * its bound. Null where nothing was made. [source: bounded-readings]
 */
function boundedEffectOf({ cycles, cycleTimeMsSum }: Delta, { cycleTimeMs, maxEffect }: Expected): number | null {
  const expectedMs = cycles * cycleTimeMs
  if (cycleTimeMsSum <= 0 || expectedMs <= 0) return null
  return Math.min(Math.max(Math.log(cycleTimeMsSum / expectedMs), -maxEffect), maxEffect)
}

/** Scatter of the controls of one evaluation about the means of their lines. */
export class Scatter {
  readonly #cycleTime = new WithinLines()
  readonly #output = new WithinLines()

  add(line: number, delta: Delta, expected: Expected): void {
    const effect = boundedEffectOf(delta, expected)
    if (effect !== null) this.#cycleTime.add(line, effect)
    const expectedCycles = delta.countedMinutes * expected.cyclesPerMinute
    if (expectedCycles > 0) this.#output.add(line, delta.cycles / expectedCycles)
  }

  noise(): Noise {
    return this.#cycleTime.sums()
  }

  outputNoise(): Noise {
    return this.#output.sums()
  }
}
