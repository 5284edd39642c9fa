import { maxEffectOf } from '../evidence/baseline.ts'
import {
  type CycleNoise,
  cycleNoiseOf,
  type EffectEstimate,
  type LineEffect,
  lastingOfLines,
  lineEffects,
  stageEffect,
} from '../evidence/cycle-time-effect.ts'
import { type LineSums, linesOf } from '../evidence/sums.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { mixtureBoundary, runBoundary } from '../statistics/budget.ts'
import { normalQuantile } from '../statistics/normal.ts'
import { mixtureLogRatio, mixtureRadius } from '../statistics/sequential.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import { rollingWindowOf } from './segments.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/** One effect with its evidence. */
interface Candidate {
  readonly segment: SegmentKey
  /** How many lines the mean is of. */
  readonly lines?: number
  /** In ln(cycle time). */
  readonly effect: number
  /** What it may be at the least: above the limit where this is. */
  readonly atLeast: number
  /** It would be one if a bad hour of the plant could not have made it. */
  readonly isBadHour?: boolean
  readonly statistic?: Statistic
  /** Of the effect, in ln(cycle time). */
  readonly interval?: Interval
}

/**
 * Increase of the cycle time over the same devices' baseline in the same shift and kind of day, minus what the controls
 * on the same line show: of the stage with its lines weighing equally, and of each line, because one line must triple
 * before the mean moves by a tenth. Its always-valid lower bound must be above zero and its 90 % bound above the limit;
 * of a line the estimate, where it stands out from the others. Over the whole time, over the rolling window, or since a
 * change. [source: thresholds, judge-blind-spots, line-weights, msprt, limit-bound]
 */
export function judgeCycleTime(one: RuleInput): Finding {
  const { evidence, policy } = one
  const limitEffect = Math.log1p(policy.limits.cycleTimeIncreasePct / 100)
  if (policy.profile === 'raw-thresholds') {
    const stage = stageEffect(
      lineEffects(linesOf(evidence.evaluations.slice(-1)), cycleNoiseOf([], one.baseline), false),
    )
    const shown =
      stage === null
        ? null
        : { segment: { span: 'latest-evaluation' } as const, effect: stage.effect, atLeast: stage.effect }
    const outcome = shown === null ? 'insufficient' : shown.effect > limitEffect ? 'breach' : 'healthy'
    return findingOf(one, shown, outcome, evidence.evaluations.at(-1)?.lines.length ?? 0)
  }
  const candidates = candidatesOf(one, limitEffect)
  const isSignificant = ({ statistic }: Candidate): boolean =>
    statistic !== undefined && statistic.value >= statistic.boundary
  const breaches = candidates.filter((each) => each.atLeast > limitEffect && isSignificant(each))
  // A breach of the whole stage is shown first, then that of the worst line.
  const worst =
    breaches.find(({ segment }) => segment.line === undefined) ??
    breaches.toSorted((a, b) => b.effect - a.effect)[0] ??
    null
  if (worst !== null) return findingOf(one, worst, 'breach', evidence.lines.length)
  // Above the limit as far as one can tell, but not for certain.
  const unclear = candidates.find(
    (each) =>
      each.isBadHour === true || (each.segment.line === undefined && each.effect > limitEffect && isSignificant(each)),
  )
  if (unclear !== undefined)
    return findingOf(one, unclear, unclear.isBadHour === true ? 'common-mode' : 'gate', evidence.lines.length)
  const shown = candidates[0] ?? null
  return findingOf(one, shown, shown === null ? 'insufficient' : 'healthy', evidence.lines.length)
}

/**
 * A line is of few devices: within less time one stop of a machine is as likely as a slow one. [source: bounded-readings]
 */
const LEAST_LINE_MINUTES = 30

const isLongEnough = ({ minutes }: LineEffect): boolean => minutes >= LEAST_LINE_MINUTES

/** One-sided, 90 %. */
const BOUND_SHARE = 0.9

/**
 * An hour in which the plant's cycles take half again as long, at a handover or a bad batch, is no news of a release. The
 * baseline's shifts do not show it, and controls have it as well; without them it may be all of what was seen.
 * [source: bad-hour]
 */
const BAD_HOUR_EFFECT = Math.log(1.5)
const BAD_HOUR_MINUTES = 60

/** Share of so many evaluations that a bad hour may be; none beside controls. */
function badShareOf(evaluations: number, { watch, policy }: RuleInput): number {
  const minutes = Math.max((evaluations * policy.tickMs) / 60_000, 1)
  return watch.controls.length > 0 ? 0 : Math.min(BAD_HOUR_MINUTES / minutes, 1)
}

/**
 * The least that a line's effect may be taken for: itself where it stands out from the other lines, which as many lines
 * do once in ten times by chance; else it is theirs, with chance on top.
 */
function leastOfLine(line: LineEffect, stage: EffectEstimate, lines: number): number {
  if (lines < 2) return line.effect - normalQuantile(BOUND_SHARE) * Math.sqrt(line.variance)
  const others = (stage.effect * lines - line.effect) / (lines - 1)
  const ofOthers = (stage.variance * lines ** 2 - line.variance) / (lines - 1) ** 2
  const sigma = Math.sqrt(line.variance + Math.max(ofOthers, 0))
  const sigmas = normalQuantile(1 - (1 - BOUND_SHARE) / lines)
  return line.effect - others > sigmas * sigma ? line.effect : line.effect - sigmas * Math.sqrt(line.variance)
}

/** The stage in the rolling window first: that is what is shown when all is well. */
function candidatesOf(one: RuleInput, tau: number): readonly Candidate[] {
  const { evidence, baseline, policy, watch } = one
  const ofLines = lastingOfLines(baseline, watch.members, watch.lineOf)
  const noise = { ...cycleNoiseOf(evidence.evaluations, baseline), ...(ofLines !== undefined && { ofLines }) }
  const among = (lines: readonly LineSums[], span: 'since-update' | 'rolling-window'): Candidate[] => {
    const effects = lineEffects(lines, noise, true)
    const stage = stageEffect(effects)
    if (stage === null) return []
    const badShare = badShareOf(Math.max(...lines.map(({ evaluations }) => evaluations)), one)
    const allowance = BAD_HOUR_EFFECT * badShare
    const boundedAllowance = Math.min(BAD_HOUR_EFFECT, maxEffectOf(baseline)) * badShare
    const tested = ({ effect, boundedEffect, variance }: EffectEstimate, least: number, members: number) => {
      const boundary = mixtureBoundary(policy, members, span === 'rolling-window')
      const radius = mixtureRadius(variance, tau, boundary)
      const ratioOf = (mean: number): number => mixtureLogRatio(mean, variance, tau)
      const value = ratioOf(boundedEffect - boundedAllowance)
      const atLeast = least - allowance
      const isBreach = least > tau && ratioOf(boundedEffect) >= boundary
      return {
        effect,
        atLeast,
        isBadHour: isBreach && !(atLeast > tau && value >= boundary),
        statistic: { name: 'msprt', value, boundary },
        // What is beyond the bound of a reading is counted in no test, so that it is no end either.
        interval: {
          low: Math.min(boundedEffect - boundedAllowance - radius, effect),
          high: Math.max(boundedEffect, effect) + radius,
        },
      }
    }
    const leastOfStage = stage.effect - normalQuantile(BOUND_SHARE) * Math.sqrt(stage.variance)
    return [
      { segment: { span }, lines: effects.length, ...tested(stage, leastOfStage, 1) },
      ...effects.filter(isLongEnough).map((each): Candidate => {
        const least = leastOfLine(each, stage, effects.length)
        return { segment: { span, line: each.line }, ...tested(each, least, effects.length) }
      }),
    ]
  }
  return [
    ...among(rollingWindowOf(evidence.evaluations), 'rolling-window'),
    ...among(evidence.lines, 'since-update'),
    ...sinceChange(one, noise, tau),
  ]
}

/**
 * A run lasts only while the effect is above the limit by four standard deviations of what lasts. What it would reach
 * its boundary against is the lower end of its interval, by the variance of as many of its evaluations as are kept; it
 * has no upper one, since it begins where the effect does.
 */
function sinceChange(one: RuleInput, noise: CycleNoise, tau: number): Candidate[] {
  const { evaluations, effects, sum } = one.evidence.runs.cycleTime
  if (evaluations === 0) return []
  const boundary = runBoundary(one.policy)
  const kept = stageEffect(lineEffects(linesOf(one.evidence.evaluations.slice(-evaluations)), noise, true))
  const effect = effects / evaluations
  const atLeast = effect - BAD_HOUR_EFFECT * badShareOf(evaluations, one)
  const statistic = { name: 'cusum', value: sum, boundary }
  const beyond = kept === null ? null : ((sum - boundary) * kept.variance) / (2 * tau)
  const interval = { low: beyond === null ? null : Math.min(beyond, effect), high: null }
  return [{ segment: { span: 'change-point', evaluations }, effect, atLeast, statistic, interval }]
}

function findingOf(
  { policy, watch }: RuleInput,
  shown: Candidate | null,
  judged: Finding['outcome'] | NonNullable<Finding['inconclusive']>,
  n: number,
): Finding {
  const outcome = judged === 'breach' || judged === 'healthy' ? judged : 'inconclusive'
  const why = judged === outcome ? undefined : (judged as NonNullable<Finding['inconclusive']>)
  const limit = policy.limits.cycleTimeIncreasePct
  const observed = shown === null ? null : Math.expm1(shown.effect) * 100
  const { segment, lines, statistic, interval } = shown ?? {}
  return {
    rule: 'cycle-time',
    metric: 'cycleTimeIncreasePct',
    outcome,
    observed,
    baseline: 0,
    limit,
    n,
    ...(segment?.line !== undefined && { line: segment.line }),
    ...(statistic !== undefined && { statistic }),
    ...(interval !== undefined && { interval: scaled(interval, (end) => Math.expm1(end) * 100) }),
    ...(why !== undefined && { inconclusive: why }),
    reason:
      observed === null || segment === undefined
        ? { code: 'NO_CYCLES', data: {} }
        : {
            code: 'CYCLE_TIME_INCREASE',
            data: {
              increasePct: observed,
              allowedPct: limit,
              segment,
              ...(lines !== undefined && { lines }),
              hasControls: watch.controls.length > 0,
            },
          },
  }
}
