import { type EffectEstimate, type LineEffect, stageEffect } from '../evidence/cycle-time-effect.ts'
import {
  isStanding,
  type Made,
  type OutputNoise,
  outputLosses,
  outputNoiseOf,
  standingLines,
} from '../evidence/output-effect.ts'
import { type LineSums, totalOf } from '../evidence/sums.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { boundedMeanNats, boundedMeanRadius } from '../statistics/bounded-mean.ts'
import { mixtureBoundary, runBoundary } from '../statistics/budget.ts'
import { mixtureLogRatio, mixtureRadius } from '../statistics/sequential.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import { rollingWindowOf } from './segments.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/** A loss that was judged, of the stage or of the worst line. */
interface Candidate {
  readonly made: Made
  readonly segment: SegmentKey
  readonly loss: number
  /** None for a line that makes nothing: it has no sampling error. */
  readonly interval?: Interval
  readonly statistic: Statistic
  readonly hasControls: boolean
  /** Lines that have lost too much, the worst first. */
  readonly lines: readonly number[]
}

/**
 * What the stage makes per minute, beside the controls on the same lines: cycles and units. A rule on the time of a
 * cycle sees nothing where there are none, so that here nothing made is the worst case. A loss of the stage, or of
 * several lines, is a breach; the more is lost, the sooner: a stage that stands is one at once. One line alone may be a
 * station that has broken down, and without controls it may be the plant: then nothing is promoted, and nothing is rolled
 * back. None where nothing is expected at this time. [source: output-limit, one-station]
 */
export function judgeOutput(one: RuleInput): readonly Finding[] {
  const { evidence, baseline, policy } = one
  const window = rollingWindowOf(evidence.evaluations)
  const noise = outputNoiseOf(evidence.evaluations, baseline)
  const candidates = (['cycles', 'units'] as const).flatMap((made) => [
    ...candidatesOf(one, noise, window, 'rolling-window', made),
    ...candidatesOf(one, noise, evidence.lines, 'since-update', made),
    ...latestOf(one, noise, made),
  ])
  candidates.push(...longestStanding(one))
  const limit = policy.limits.outputDecreasePct / 100
  const found = candidates.filter(({ loss, statistic }) => loss > limit && statistic.value >= statistic.boundary)
  const breach = found.find(({ hasControls, lines }) => hasControls && lines.length !== 1)
  const shown = breach ?? found[0] ?? candidates[0] ?? null
  if (shown === null) return []
  if (breach !== undefined) return [findingOf(one, shown, { outcome: 'breach' })]
  if (found.length > 0) return [findingOf(one, shown, { outcome: 'inconclusive', inconclusive: 'gate' })]
  // The controls stand as well, or there are none: that is no health either.
  if (isStanding(totalOf(window).stage))
    return [findingOf(one, shown, { outcome: 'inconclusive', inconclusive: 'common-mode' })]
  return [findingOf(one, shown, { outcome: 'healthy' })]
}

/** The stage, and the worst of the lines with all that have lost as much. */
function candidatesOf(
  { policy }: RuleInput,
  noise: OutputNoise,
  lines: readonly LineSums[],
  span: 'since-update' | 'rolling-window',
  made: Made,
): readonly Candidate[] {
  const limit = policy.limits.outputDecreasePct / 100
  const losses = outputLosses(lines, noise, made)
  const stage = stageEffect(losses)
  if (stage === null) return []
  const hasControls = lines.some(({ controls }) => controls.expectedCycles > 0)
  const boundaryOf = (members: number): number => mixtureBoundary(policy, members, span === 'rolling-window')
  const judged = ({ effect, variance }: EffectEstimate, members: number): Statistic => ({
    name: 'msprt',
    value: mixtureLogRatio(effect, variance, limit),
    boundary: boundaryOf(members),
  })
  const intervalOf = ({ effect, variance }: EffectEstimate, members: number): Interval => {
    const radius = mixtureRadius(variance, limit, boundaryOf(members))
    return { low: effect - radius, high: effect + radius }
  }
  const isLost = (one: LineEffect): boolean => {
    const { value, boundary } = judged(one, losses.length)
    return one.effect > limit && value >= boundary
  }
  const lost = losses.filter(isLost).toSorted((a, b) => b.effect - a.effect)
  const ofStage = {
    made,
    segment: { span },
    loss: stage.effect,
    interval: intervalOf(stage, 1),
    statistic: judged(stage, 1),
    hasControls,
    lines: lost.map(({ line }) => line),
  }
  const [worst] = lost
  if (worst === undefined) return [ofStage]
  const ofLines = {
    made,
    segment: { span, line: worst.line },
    loss: worst.effect,
    interval: intervalOf(worst, losses.length),
    statistic: judged(worst, losses.length),
    hasControls,
    lines: ofStage.lines,
  }
  return [ofStage, ofLines]
}

/**
 * The stage at this evaluation alone. For minutes a machine makes all or nothing, so that the test assumes no more than
 * the variance: many machines stand, or nothing is said. [source: bounded-mean]
 */
function latestOf({ evidence, policy }: RuleInput, noise: OutputNoise, made: Made): readonly Candidate[] {
  const lines = evidence.evaluations.at(-1)?.lines ?? []
  const losses = outputLosses(lines, noise, made)
  const stage = stageEffect(losses.map((loss) => ({ ...loss, effect: Math.min(loss.effect, 1) })))
  if (stage === null) return []
  const [variance, boundary] = [stage.variance * losses.length, runBoundary(policy)]
  const value = boundedMeanNats(stage.effect, variance, losses.length)
  return [
    {
      made,
      segment: { span: 'latest-evaluation' },
      loss: stage.effect,
      // More than all cannot be lost.
      interval: { low: stage.effect - boundedMeanRadius(boundary, variance, losses.length), high: 1 },
      statistic: { name: 'bounded-mean', value, boundary },
      hasControls: lines.some(({ controls }) => controls.expectedCycles > 0),
      lines: [],
    },
  ]
}

/** So long a line may stand before it holds, whatever the plant's stations do. [source: standing-line] */
const STANDING_MINUTES = 20

/** The line that has made nothing for the longest, which as a line alone only holds. */
function longestStanding({ evidence, watch }: RuleInput): readonly Candidate[] {
  const [longest] = standingLines(evidence.evaluations)
  if (longest === undefined) return []
  const { line, minutes, evaluations } = longest
  return [
    {
      made: 'cycles',
      segment: { span: 'change-point', line, evaluations },
      loss: 1,
      statistic: { name: 'standing', value: minutes, boundary: STANDING_MINUTES },
      hasControls: watch.controls.length > 0,
      lines: [line],
    },
  ]
}

function findingOf(
  { policy, evidence }: RuleInput,
  { made, segment, loss, interval, statistic, hasControls, lines }: Candidate,
  end: Pick<Finding, 'outcome' | 'inconclusive'>,
): Finding {
  const limit = policy.limits.outputDecreasePct
  return {
    rule: 'output',
    metric: 'outputDecreasePct',
    ...end,
    observed: loss * 100,
    baseline: 0,
    limit,
    n: evidence.lines.length,
    ...(segment.line !== undefined && { line: segment.line }),
    statistic,
    ...(interval !== undefined && { interval: scaled(interval, (end) => end * 100) }),
    reason: {
      code: 'OUTPUT_DECREASE',
      data: { made, decreasePct: loss * 100, allowedPct: limit, segment, lines, hasControls },
    },
  }
}
