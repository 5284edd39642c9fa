import type { Baseline } from '../evidence/baseline.ts'
import { cycleNoiseOf, type LineEffect, lineEffects, stageEffect } from '../evidence/cycle-time-effect.ts'
import { outputLosses, outputNoiseOf } from '../evidence/output-effect.ts'
import type { MutableSums } from '../evidence/sums.ts'
import { judgeConnection } from './connection-failure.ts'
import { judgeCycleTime } from './cycle-time.ts'
import { judgeErrorRate } from './error-rate.ts'
import { judgeOutput } from './output.ts'
import type { Harm, PlannedLine, PlannedWindow } from './planned-window.ts'
import type { RuleInput } from './rule-input.ts'
import { smallestWhere } from './smallest-where.ts'
import type { Finding } from './verdict.ts'

/** How a rule is asked for what it can detect. */
export interface Detectable {
  readonly judge: (one: RuleInput) => readonly Finding[]
  /** What a harm of this size does to the mean of what a line's devices do. */
  readonly harm: (stage: MutableSums, size: number) => void
  /** So many standard deviations of chance on top, over these lines together. */
  readonly chance: (lines: readonly PlannedLine[], sigmas: number, baseline: Baseline) => void
  /** Sizes between which the smallest is looked for. */
  readonly from: number
  readonly to: number
}

/**
 * A count that is reached with this chance: its square root spreads by a half, times the root of how much more than
 * chance it varies; a count takes no value between two. [source: smallest-rate-ratio]
 */
export const countAt = (mean: number, sigmas: number, dispersion = 1): number =>
  Math.max(Math.sqrt(mean) + (sigmas * Math.sqrt(dispersion)) / 2, 0) ** 2 + 0.5

function scaleCount(
  lines: readonly PlannedLine[],
  key: 'errors' | 'failures',
  sigmas: number,
  dispersion: number | undefined,
): void {
  const mean = lines.reduce((sum, { stage }) => sum + stage[key], 0)
  if (mean === 0) return
  const factor = countAt(mean, sigmas, dispersion) / mean
  for (const { stage } of lines) stage[key] *= factor
}

/** Standard deviation of what the lines' effects are together. */
const sigmaOf = (effects: readonly LineEffect[]): number => Math.sqrt(stageEffect(effects)?.variance ?? 0)

const slower = (stage: MutableSums, effect: number): void => {
  stage.cycleMs *= Math.exp(effect)
  stage.boundedEffects += stage.readings * effect
}

const less = (stage: MutableSums, share: number): void => {
  stage.cycles = Math.max(stage.cycles - stage.expectedCycles * share, 0)
  stage.units = Math.max(stage.units - stage.expectedUnits * share, 0)
}

export const ERRORS: Detectable = {
  judge: (one) => [judgeErrorRate(one)],
  harm: (stage, increasePct) => {
    stage.errors *= 1 + increasePct / 100
  },
  chance: (lines, sigmas, { dispersion }) => scaleCount(lines, 'errors', sigmas, dispersion?.errors),
  from: 1,
  to: 100_000,
}

/** Its size is the failed share itself. */
export const CONNECTIONS: Detectable = {
  judge: judgeConnection,
  harm: (stage, failedPct) => {
    stage.failures = Math.max(stage.failures, (stage.attempts * failedPct) / 100)
  },
  chance: (lines, sigmas, { dispersion }) => scaleCount(lines, 'failures', sigmas, dispersion?.connection),
  from: 0.01,
  to: 100,
}

export const CYCLE_TIME: Detectable = {
  judge: (one) => [judgeCycleTime(one)],
  harm: (stage, increasePct) => slower(stage, Math.log1p(increasePct / 100)),
  chance: (lines, sigmas, baseline) => {
    const shift = sigmas * sigmaOf(lineEffects(lines, cycleNoiseOf([], baseline), true))
    for (const { stage } of lines) slower(stage, shift)
  },
  from: 0.1,
  to: 10_000,
}

export const OUTPUT: Detectable = {
  judge: judgeOutput,
  harm: (stage, decreasePct) => less(stage, decreasePct / 100),
  chance: (lines, sigmas, baseline) => {
    const shift = sigmas * sigmaOf(outputLosses(lines, outputNoiseOf([], baseline), 'cycles'))
    for (const { stage } of lines) less(stage, shift)
  },
  from: 0.1,
  to: 100,
}

/** A look at a window, and how far chance may be from the mean in it where the power is what is wanted. */
export interface Look {
  readonly window: PlannedWindow
  readonly sigmas: number
  /** Of the size, that acts in it; all by default. */
  readonly part?: number
}

/**
 * The smallest size for which the rule itself finds a breach in one of the looks; null where the largest is not enough.
 * `line`: only this line is harmed.
 */
export function smallestSize(
  rule: Detectable,
  looks: readonly Look[],
  baseline: Baseline,
  line?: number,
): number | null {
  const isFound = (size: number): boolean => looks.some((look) => isBreach(rule, look, size, baseline, line))
  return smallestWhere(isFound, rule.from, rule.to)
}

function isBreach(
  { judge, harm, chance }: Detectable,
  { window, sigmas, part = 1 }: Look,
  size: number,
  baseline: Baseline,
  line: number | undefined,
): boolean {
  const harmed: Harm = (lines) => {
    const own = line === undefined ? lines : lines.filter((one) => one.line === line)
    for (const { stage } of own) harm(stage, size * part)
    chance(own, sigmas, baseline)
  }
  return judge(window(harmed)).some(({ outcome }) => outcome === 'breach')
}
