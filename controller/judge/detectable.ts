import type { Baseline } from '../evidence/baseline.ts'
import {
  type CycleNoise,
  cycleNoiseOf,
  type EffectEstimate,
  lineEffects,
  stageEffect,
} from '../evidence/cycle-time-effect.ts'
import { type OutputNoise, outputLosses, outputNoiseOf } from '../evidence/output-effect.ts'
import { judgeConnection } from './connection-failure.ts'
import { judgeCycleTime } from './cycle-time.ts'
import { judgeErrorRate } from './error-rate.ts'
import { judgeOutput } from './output.ts'
import type { Harm, PlannedLine, PlannedWindow } from './planned-window.ts'
import type { RuleInput } from './rule-input.ts'
import { smallestWhere } from './smallest-where.ts'
import type { Finding } from './verdict.ts'

/**
 * What chance does to an effect, in standard deviations towards the harm: of what varies from evaluation to evaluation
 * so many in the middle, and so many fewer than that where the power is what is wanted; of what lasts for the day so many
 * fewer.
 */
export interface Sigmas {
  readonly middle: number
  readonly spread: number
  readonly lasting: number
}

/** How a rule is asked for what it can detect. */
export interface Detectable {
  readonly judge: (one: RuleInput) => readonly Finding[]
  /** What a harm of this size does to the mean of what a line's devices do. */
  readonly harm: (line: PlannedLine, size: number) => void
  /** What chance does on top, to these lines together. */
  readonly chance: (lines: readonly PlannedLine[], sigmas: Sigmas, healthy: RuleInput) => void
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
  { middle, spread }: Sigmas,
  dispersion: number | undefined,
): void {
  const mean = lines.reduce((sum, { stage }) => sum + stage[key], 0)
  if (mean === 0) return
  const factor = countAt(mean, middle - spread, dispersion) / mean
  for (const { stage } of lines) stage[key] *= factor
}

/** What chance adds to an effect; what lasts and what passes do not come together. */
export function shiftOf(effect: Pick<EffectEstimate, 'variance' | 'lastingVariance'> | null, sigmas: Sigmas): number {
  if (effect === null) return 0
  const { variance, lastingVariance } = effect
  const passing = Math.sqrt(Math.max(variance - lastingVariance, 0))
  return sigmas.middle * passing - Math.hypot(sigmas.spread * passing, sigmas.lasting * Math.sqrt(lastingVariance))
}

/**
 * The scatter that the week has shown: rules take more for possible, since an update may do to a device what no week
 * without one can show, but that is no chance of every release. [source: device-effect]
 */
function cycleNoiseSeen(baseline: Baseline): CycleNoise {
  const { cycleTimeSpread = 0, cycleTimeSpreads } = baseline
  const besideLine = (cycleTimeSpreads?.besideLine ?? cycleTimeSpread) ** 2
  return { ...cycleNoiseOf([], baseline), lasting: cycleTimeSpread ** 2, besideLine }
}

/** The same of what is made. */
const outputNoiseSeen = (baseline: Baseline): OutputNoise => ({
  ...outputNoiseOf([], baseline),
  lasting: (baseline.outputSpread ?? 0) ** 2,
})

const slower = ({ stage }: PlannedLine, effect: number): void => {
  stage.cycleMs *= Math.exp(effect)
  stage.boundedEffects += stage.readings * effect
}

const less = ({ stage }: PlannedLine, share: number): void => {
  stage.cycles = Math.max(stage.cycles - stage.expectedCycles * share, 0)
  stage.units = Math.max(stage.units - stage.expectedUnits * share, 0)
}

export const ERRORS: Detectable = {
  judge: (one) => [judgeErrorRate(one)],
  harm: ({ stage }, increasePct) => {
    stage.errors *= 1 + increasePct / 100
  },
  chance: (lines, sigmas, { baseline }) => scaleCount(lines, 'errors', sigmas, baseline.dispersion?.errors),
  from: 1,
  to: 100_000,
}

/** Its size is the failed share itself. */
export const CONNECTIONS: Detectable = {
  judge: judgeConnection,
  harm: ({ stage }, failedPct) => {
    stage.failures = Math.max(stage.failures, (stage.attempts * failedPct) / 100)
  },
  chance: (lines, sigmas, { baseline }) => scaleCount(lines, 'failures', sigmas, baseline.dispersion?.connection),
  from: 0.01,
  to: 100,
}

export const CYCLE_TIME: Detectable = {
  judge: (one) => [judgeCycleTime(one)],
  harm: (line, increasePct) => slower(line, Math.log1p(increasePct / 100)),
  chance: (lines, sigmas, { baseline }) => {
    const shift = shiftOf(stageEffect(lineEffects(lines, cycleNoiseSeen(baseline), true)), sigmas)
    for (const line of lines) slower(line, shift)
  },
  from: 0.1,
  to: 10_000,
}

export const OUTPUT: Detectable = {
  judge: judgeOutput,
  harm: (line, decreasePct) => less(line, decreasePct / 100),
  chance: (lines, sigmas, { baseline }) => {
    const shift = shiftOf(stageEffect(outputLosses(lines, outputNoiseSeen(baseline), 'cycles')), sigmas)
    for (const line of lines) less(line, shift)
  },
  from: 0.1,
  to: 100,
}

/** A look at a window, and what chance does in it where the power is what is wanted. */
export interface Look {
  readonly window: PlannedWindow
  readonly sigmas: Sigmas
  /** Of the size, that acts in it; all by default. */
  readonly part?: number
}

/**
 * The smallest size for which the rule itself finds a breach in one of the looks; null where the largest is not enough.
 * `line`: only this line is harmed.
 */
export function smallestSize(rule: Detectable, looks: readonly Look[], line?: number): number | null {
  const healthy = looks.map(({ window }) => window(() => undefined))
  const isFound = (size: number): boolean =>
    looks.some((look, i) => isBreach(rule, look, size, healthy[i] as RuleInput, line))
  return smallestWhere(isFound, rule.from, rule.to)
}

function isBreach(
  { judge, harm, chance }: Detectable,
  { window, sigmas, part = 1 }: Look,
  size: number,
  healthy: RuleInput,
  line: number | undefined,
): boolean {
  const harmed: Harm = (lines) => {
    const own = line === undefined ? lines : lines.filter((one) => one.line === line)
    for (const each of own) harm(each, size * part)
    chance(own, sigmas, healthy)
  }
  return judge(window(harmed)).some(({ outcome }) => outcome === 'breach')
}
