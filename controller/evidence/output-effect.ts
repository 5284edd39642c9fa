import type { Baseline } from './baseline.ts'
import type { LineEffect } from './cycle-time-effect.ts'
import type { EvaluationSums, LineSums, Sums } from './sums.ts'

/** What is made, by its count in the sums. */
export type Made = 'cycles' | 'units'

/** How the output of a device varies, as a share of what is expected: variances. */
export interface OutputNoise {
  /** From day to day: more evaluations do not average it out. */
  readonly lasting: number
  /** Within a shift. A station that stands does so for many evaluations, so that they do not average it out either. */
  readonly passing: number
}

/** What an update alone may do to a device, as for the cycle time. [source: device-effect] */
const LEAST_LASTING = 0.02

/**
 * The yardstick comes from the controls and the baseline. Where no two controls are on a line it is what shares with
 * their mean may vary at the most; without controls in the window a whole cycle more or less in an evaluation is all that
 * is known. [source: one-control]
 */
export function outputNoiseOf(evaluations: readonly EvaluationSums[], baseline: Baseline): OutputNoise {
  const lasting = Math.max(baseline.outputSpread ?? 0, LEAST_LASTING) ** 2
  let [squares, degrees, expected, readings] = [0, 0, 0, 0]
  let [ofControls, expectedOfControls] = [0, 0]
  for (const { outputNoise, total } of evaluations) {
    squares += outputNoise.squares
    degrees += outputNoise.degrees
    expected += total.stage.expectedCycles
    readings += total.stage.expectedReadings
    ofControls += total.controls.cycles
    expectedOfControls += total.controls.expectedCycles
  }
  const wholeCycle = readings / Math.max(expected, 1)
  const made = expectedOfControls > 0 ? Math.min(ofControls / expectedOfControls, 1) : 1
  return { lasting, passing: degrees > 0 ? squares / degrees : wholeCycle ** 2 / 6 + made * (1 - made) }
}

/**
 * The loss of output on each line whose stage was expected to make something, as a share of that, less the loss of the
 * controls on the line; negative for a gain. A line that makes nothing has lost all, which is as certain as it gets.
 * [source: output-effect]
 */
export function outputLosses(lines: readonly LineSums[], noise: OutputNoise, made: Made): readonly LineEffect[] {
  const losses: LineEffect[] = []
  for (const { line, evaluations, stage, controls } of lines) {
    if (expectedOf(stage, made) < LEAST_EXPECTED) continue
    const hasControls = expectedOf(controls, made) >= LEAST_EXPECTED
    const own = stage.expectedReadings
    const ofControls = hasControls ? 1 / controls.expectedReadings : 0
    const devices = Math.max(evaluations, 1) * (1 / own + ofControls)
    const lastingVariance = noise.lasting * (hasControls ? devices : 1)
    const effect = lossOf(stage, made) - (hasControls ? lossOf(controls, made) : 0)
    losses.push({
      line,
      minutes: stage.countedMinutes,
      effect,
      boundedEffect: effect,
      variance: lastingVariance + noise.passing * devices,
      lastingVariance,
    })
  }
  return losses
}

/** A share of less than one piece means nothing. */
const LEAST_EXPECTED = 1

const expectedOf = (sums: Sums, made: Made): number => (made === 'cycles' ? sums.expectedCycles : sums.expectedUnits)

/** 1 where nothing was made. */
const lossOf = (sums: Sums, made: Made): number => 1 - sums[made] / expectedOf(sums, made)

/** True where something was expected of these devices and they have made nothing at all. */
export const isStanding = ({ cycles, expectedCycles }: Sums): boolean =>
  cycles === 0 && expectedCycles >= LEAST_EXPECTED

/** A line whose stage makes nothing, though its controls do or there are none. */
export interface StandingLine {
  readonly line: number
  /** How long it has stood by now, in time that was reported. */
  readonly minutes: number
  readonly evaluations: number
}

/** A cycle three times as long as ever is slow; after more of them without one a machine stands. */
const LEAST_MISSED = 3

/**
 * The lines that have made nothing up to the last evaluation, the longest first. Evaluations in which the controls stand
 * as well, or in which nothing was expected or reported, do not count and end nothing.
 */
export function standingLines(evaluations: readonly EvaluationSums[]): readonly StandingLine[] {
  const latest = evaluations.at(-1)?.lines ?? []
  const standing = latest
    .filter(({ stage }) => makesNothing(stage))
    .map(({ line }) => standingSince(line, evaluations))
    .filter(({ missed }) => missed >= LEAST_MISSED)
  return standing.toSorted((a, b) => b.minutes - a.minutes)
}

function standingSince(
  line: number,
  evaluations: readonly EvaluationSums[],
): StandingLine & { readonly missed: number } {
  const run = { line, minutes: 0, evaluations: 0, missed: 0 }
  for (const { lines } of evaluations.toReversed()) {
    const own = lines.find((one) => one.line === line)
    if (own === undefined || own.stage.expectedReadings === 0) continue
    if (!makesNothing(own.stage)) break
    if (makesNothing(own.controls)) continue
    run.minutes += own.stage.countedMinutes / own.stage.expectedReadings
    run.evaluations += 1
    run.missed += own.stage.expectedCycles
  }
  return run
}

const makesNothing = ({ cycles, expectedReadings }: Sums): boolean => cycles === 0 && expectedReadings > 0
