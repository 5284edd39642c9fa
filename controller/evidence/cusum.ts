import type { Policy } from '../policy/policy.ts'
import { cusumStep, normalLogRatio, poissonLogRatio } from '../statistics/sequential.ts'
import type { Baseline } from './baseline.ts'
import { cycleNoiseOf, lineEffects, stageEffect } from './cycle-time-effect.ts'
import { type EvaluationSums, NO_TOTALS, type Totals, totalOf } from './sums.ts'
import { partsOver } from './variation.ts'

/**
 * What has happened since a cumulative sum last was zero: since a change, if there was one. [source: cusum, dilution]
 */
export interface CusumRun extends Totals {
  /** Log likelihood ratio. */
  readonly sum: number
  readonly evaluations: number
  /** Sum of the stage's effects in ln(cycle time), for the run of that. */
  readonly effects: number
}

/** One run for each quantity that is measured per evaluation: after twelve healthy hours totals react slowly. */
export interface CusumState {
  readonly connection: CusumRun
  readonly cycleTime: CusumRun
  readonly errors: CusumRun
}

const NO_RUN: CusumRun = { sum: 0, evaluations: 0, effects: 0, ...NO_TOTALS }
export const NO_CUSUM: CusumState = { connection: NO_RUN, cycleTime: NO_RUN, errors: NO_RUN }

/** How many times as many errors the run is tuned to find; it lasts while there are more than 1.23 times as many. */
const ERROR_RATIO = 1.5
/** No run can distinguish a connection limit nearer to the baseline than this. */
const LEAST_LIMIT_RATIO = 1.2
/** Lasting differences up to so many standard deviations are no change. [source: lasting-sigmas] */
const LASTING_SIGMAS = 4

/** The runs after one more evaluation; `before` are the evaluations of the rolling window. */
export function cusumAfter(
  runs: CusumState,
  evaluation: EvaluationSums,
  before: readonly EvaluationSums[],
  baseline: Baseline,
  policy: Policy,
): CusumState {
  const evaluations = [...before, evaluation]
  const { controls } = totalOf(evaluations.map(({ total }) => total))
  const { stage } = evaluation.total
  const normalShare = baseline.connections.failures / Math.max(baseline.connections.attempts, 1)
  const limitRatio = policy.limits.connectionFailurePct / 100 / Math.max(normalShare, 1e-9)
  const limitEffect = Math.log1p(policy.limits.cycleTimeIncreasePct / 100)
  const connection = countEvidence(
    stage.failures,
    stage.attempts * normalShare * riseOf(controls.failures, controls.attempts * normalShare),
    ratioLevelAt(Math.max(limitRatio, LEAST_LIMIT_RATIO)),
    baseline.dispersion?.connection,
  )
  const errors = countEvidence(
    stage.errors,
    stage.expectedErrors * riseOf(controls.errors, controls.expectedErrors),
    ERROR_RATIO,
    errorDispersion(evaluation, controls.countedMinutes > 0, baseline),
  )
  const effect = stageEffect(lineEffects(evaluation.lines, cycleNoiseOf(evaluations, baseline), true))
  const slack = effect === null ? 0 : LASTING_SIGMAS * Math.sqrt(effect.lastingVariance)
  const sigma = effect === null ? 1 : Math.sqrt(effect.variance)
  const cycleTime =
    effect === null ? 0 : normalLogRatio((effect.boundedEffect - slack) / sigma, (2 * limitEffect) / sigma)
  return {
    connection: runAfter(runs.connection, connection, evaluation.total),
    cycleTime: runAfter(runs.cycleTime, cycleTime, evaluation.total, effect?.effect),
    errors: runAfter(runs.errors, errors, evaluation.total),
  }
}

/**
 * How many times as much as chance the errors of one evaluation vary: of its devices, and without controls also of what
 * these have in common.
 */
function errorDispersion({ lines, total }: EvaluationSums, hasControls: boolean, baseline: Baseline): number {
  const { errorVariation } = baseline
  const { expectedErrors, expectedReadings, countedMinutes } = total.stage
  if (errorVariation === undefined || expectedReadings === 0) return 1
  const { device, line, plant } = partsOver(errorVariation, countedMinutes / expectedReadings)
  const ofLines = lines.reduce((count, { stage }) => count + (stage.expectedReadings > 0 ? 1 : 0), 0)
  const shared = hasControls ? 0 : line / Math.max(ofLines, 1) + plant
  return 1 + expectedErrors * (device / expectedReadings + shared)
}

/**
 * Ratio whose log likelihood ratio stands still where the rate is `level` times the expected: a run then lasts only
 * while the rate is above that, and worse evaluations before it cannot lower it.
 */
function ratioLevelAt(level: number): number {
  let [low, high] = [level, level ** 2 * 4]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if ((middle - 1) / Math.log(middle) < level) low = middle
    else high = middle
  }
  return low
}

/** What is expected rises with what the controls show, so that the plant's bad hours leave no trace. */
const riseOf = (observed: number, expected: number): number => (expected > 0 ? Math.max(observed / expected, 1) : 1)

/** Nothing where nothing was expected: the rules on totals see to that. */
const countEvidence = (count: number, expected: number, ratio: number, dispersion = 1): number =>
  expected > 0 ? poissonLogRatio(count, expected, ratio) / dispersion : 0

function runAfter(run: CusumRun, evidence: number, { stage, controls }: Totals, effect = 0): CusumRun {
  const sum = cusumStep(run.sum, evidence)
  if (sum === 0) return NO_RUN
  return {
    sum,
    evaluations: run.evaluations + 1,
    effects: run.effects + effect,
    ...totalOf([{ stage, controls }], run),
  }
}
