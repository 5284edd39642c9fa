import type { CusumRun, CusumState } from '../evidence/cusum.ts'
import { type EvaluationSums, type LineSums, linesOf, type Sums, type Totals, totalOf } from '../evidence/sums.ts'
import type { SegmentKey } from '../messages/segment.ts'
import type { Policy } from '../policy/policy.ts'
import { countBoundary, runBoundary } from '../statistics/budget.ts'
import { memoized } from '../support/memoized.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, Statistic } from './verdict.ts'

/** What a rule on counts judges at once, and the evidence it needs. */
export interface Segment extends Totals {
  readonly key: SegmentKey
  /** Strata of the week that it lies in: their counts before the rollout are all that is known of what is expected. */
  readonly strata: readonly string[]
  /** The excess over the reference must reach it. */
  readonly boundary: number
  /** A late change alarms by its run; the excess must then be more than one test's chance. */
  readonly run?: Statistic
}

/**
 * Stage first: the whole time since the update, the rolling window, the run since a change if there is one; then the same of each line
 * that is raised: most are not, and need no evidence.
 */
export function segmentsOf(
  one: RuleInput,
  kind: keyof CusumState,
  isRaised: (stage: Sums) => boolean,
): readonly Segment[] {
  const { evidence, policy } = one
  const { evaluations, strata } = evidence
  const { lines: windowLines, total: windowTotal } = rollingWindow(evaluations)
  const ofWindow = strataOf(evaluations)
  const segments: Segment[] = [
    { key: { span: 'since-update' }, strata, ...evidence.total, boundary: countBoundary(policy, 1, false) },
    { key: { span: 'rolling-window' }, strata: ofWindow, ...windowTotal, boundary: countBoundary(policy, 1, true) },
  ]
  const run = evidence.runs[kind]
  segments.push(cusumSegment(run, run.evaluations > evaluations.length ? strata : ofWindow, policy))
  const addLines = (lines: readonly LineSums[], span: 'since-update' | 'rolling-window'): void => {
    const isRolling = span === 'rolling-window'
    for (const { line, stage, controls } of lines) {
      if (!isRaised(stage)) continue
      const boundary = countBoundary(policy, lines.length, isRolling)
      segments.push({ key: { span, line }, strata: isRolling ? ofWindow : strata, stage, controls, boundary })
    }
  }
  addLines(evidence.lines, 'since-update')
  addLines(windowLines, 'rolling-window')
  return segments
}

/** The strata that these evaluations lie in. */
export const strataOf = (evaluations: readonly EvaluationSums[]): readonly string[] => [
  ...new Set(evaluations.map(({ stratum }) => stratum)),
]

/** The rolling window, by line and over all lines. */
interface RollingWindow {
  readonly lines: readonly LineSums[]
  readonly total: Totals
}

/** Summed once for all rules. */
const rollingWindow = memoized((evaluations: readonly EvaluationSums[]): RollingWindow => {
  const lines = linesOf(evaluations)
  return { lines, total: totalOf(lines) }
})

/** The rolling window by line. */
export const rollingWindowOf = (evaluations: readonly EvaluationSums[]): readonly LineSums[] =>
  rollingWindow(evaluations).lines

function cusumSegment(
  { sum, evaluations, stage, controls }: CusumRun,
  strata: readonly string[],
  policy: Policy,
): Segment {
  return {
    key: { span: 'change-point', evaluations },
    strata,
    stage,
    controls,
    boundary: countBoundary(policy, 1, false),
    run: { name: 'cusum', value: sum, boundary: runBoundary(policy) },
  }
}

/** Whether even an endless reference would not make this count significant: then the real one need not be computed. */
export const isHopeless = (boundary: number, count: number, expected: number): boolean =>
  count <= expected || expected - count + count * Math.log(count / expected) < boundary

/** The evidence of a rise, a log likelihood ratio, and what it has to reach. */
export function statisticFrom({ boundary, run }: Segment, value: number): Statistic {
  const excess = { name: 'maxsprt', value, boundary }
  return run === undefined || !isSignificant(excess) ? excess : run
}

export const isSignificant = ({ value, boundary }: Statistic): boolean => value >= boundary

/** What one segment came to; the numbers of a finding are those of its worst segment. */
export interface Judged {
  readonly segment: Segment
  readonly outcome: Finding['outcome']
  readonly statistic?: Statistic
  readonly inconclusive?: Finding['inconclusive']
}

/** The first breach, else the first that is inconclusive for what was observed, else the first with enough evidence. */
export const worstSegment = (judged: readonly Judged[]): Judged =>
  judged.find(({ outcome }) => outcome === 'breach') ??
  judged.find(({ inconclusive }) => inconclusive === 'common-mode' || inconclusive === 'gate') ??
  judged.find(({ outcome }) => outcome === 'healthy') ??
  (judged[0] as Judged)
