import {
  cycleNoiseOf,
  type EffectEstimate,
  type LineEffect,
  lineEffects,
  stageEffect,
} from '../evidence/cycle-time-effect.ts'
import { type LineSums, linesOf } from '../evidence/sums.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { mixtureBoundary, runBoundary } from '../statistics/budget.ts'
import { mixtureLogRatio } from '../statistics/sequential.ts'
import type { RuleInput } from './rule-input.ts'
import { rollingWindowOf } from './segments.ts'
import type { Finding, Statistic } from './verdict.ts'

/** One effect with its evidence. */
interface Candidate {
  readonly segment: SegmentKey
  /** How many lines the mean is of. */
  readonly lines?: number
  /** In ln(cycle time). */
  readonly effect: number
  readonly statistic?: Statistic
}

/**
 * Increase of the cycle time over the same devices' baseline in the same shift and kind of day, minus what the controls
 * on the same line show: of the stage with its lines weighing equally, and of each line, because one line must triple
 * before the mean moves by a tenth. The estimate must be above the limit and its always-valid lower bound above zero;
 * over the whole time, over the rolling window, or since a change.
 * [source: thresholds, judge-blind-spots, line-weights, msprt]
 */
export function judgeCycleTime(one: RuleInput): Finding {
  const { evidence, policy } = one
  const limitEffect = Math.log1p(policy.limits.cycleTimeIncreasePct / 100)
  if (policy.profile === 'raw-thresholds') {
    const stage = stageEffect(
      lineEffects(linesOf(evidence.evaluations.slice(-1)), cycleNoiseOf([], one.baseline), false),
    )
    const shown = stage === null ? null : { segment: { span: 'latest-evaluation' } as const, effect: stage.effect }
    const outcome = shown === null ? 'inconclusive' : shown.effect > limitEffect ? 'breach' : 'healthy'
    return findingOf(one, shown, outcome, evidence.evaluations.at(-1)?.lines.length ?? 0)
  }
  const candidates = candidatesOf(one, limitEffect)
  const isBreach = ({ effect, statistic }: Candidate): boolean =>
    effect > limitEffect && statistic !== undefined && statistic.value >= statistic.boundary
  const breaches = candidates.filter(isBreach)
  // A breach of the whole stage is shown first, then that of the worst line.
  const worst =
    breaches.find(({ segment }) => segment.line === undefined) ??
    breaches.toSorted((a, b) => b.effect - a.effect)[0] ??
    null
  const shown = worst ?? candidates[0] ?? null
  const outcome = worst !== null ? 'breach' : shown === null ? 'inconclusive' : 'healthy'
  return findingOf(one, shown, outcome, evidence.lines.length)
}

/**
 * A line is of few devices: within less time one stop of a machine is as likely as a slow one. [source: bounded-readings]
 */
const LEAST_LINE_MINUTES = 30

const isLongEnough = ({ minutes }: LineEffect): boolean => minutes >= LEAST_LINE_MINUTES

/** The stage in the rolling window first: that is what is shown when all is well. */
function candidatesOf({ evidence, baseline, policy }: RuleInput, tau: number): readonly Candidate[] {
  const noise = cycleNoiseOf(evidence.evaluations, baseline)
  const among = (lines: readonly LineSums[], span: 'since-update' | 'rolling-window'): Candidate[] => {
    const effects = lineEffects(lines, noise, true)
    const stage = stageEffect(effects)
    if (stage === null) return []
    const judged = ({ boundedEffect, variance }: EffectEstimate, members: number): Statistic => ({
      name: 'msprt',
      value: mixtureLogRatio(boundedEffect, variance, tau),
      boundary: mixtureBoundary(policy, members, span === 'rolling-window'),
    })
    return [
      { segment: { span }, lines: effects.length, effect: stage.effect, statistic: judged(stage, 1) },
      ...effects.filter(isLongEnough).map((one): Candidate => {
        const { line, effect } = one
        return { segment: { span, line }, effect, statistic: judged(one, effects.length) }
      }),
    ]
  }
  return [
    ...among(rollingWindowOf(evidence.evaluations), 'rolling-window'),
    ...among(evidence.lines, 'since-update'),
    ...sinceChange(evidence.runs.cycleTime, runBoundary(policy)),
  ]
}

function sinceChange(
  { evaluations, effects, sum }: RuleInput['evidence']['runs']['cycleTime'],
  boundary: number,
): Candidate[] {
  if (evaluations === 0) return []
  const statistic = { name: 'cusum', value: sum, boundary }
  return [{ segment: { span: 'change-point', evaluations }, effect: effects / evaluations, statistic }]
}

function findingOf(
  { policy, watch }: RuleInput,
  shown: Candidate | null,
  outcome: Finding['outcome'],
  n: number,
): Finding {
  const limit = policy.limits.cycleTimeIncreasePct
  const observed = shown === null ? null : Math.expm1(shown.effect) * 100
  const { segment, lines, statistic } = shown ?? {}
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
    ...(outcome === 'inconclusive' && { inconclusive: 'insufficient' }),
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
