import type { Baseline } from '../evidence/baseline.ts'
import { type MetricLine, type MetricSums, metricTotal, metricWindow } from '../evidence/metric-evidence.ts'
import { doneBefore, type Events, eventsOf } from '../evidence/metric-reading.ts'
import { limitOf, type MetricRule } from '../evidence/metric-rules.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { countBoundary, limitBoundary } from '../statistics/budget.ts'
import { type Count, excessLogRatio, excessOver, rateInterval } from '../statistics/excess.ts'
import { memoized } from '../support/memoized.ts'
import { hasSameItems } from '../support/same-items.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import { strataOf } from './segments.ts'
import type { Finding, InconclusiveReason, Interval, Statistic } from './verdict.ts'

/** Some lines over some time. */
interface Part {
  readonly key: SegmentKey
  readonly lines: readonly MetricLine[]
  readonly strata: readonly string[]
  /** Among so many that are judged alike. */
  readonly among: number
  readonly isRolling: boolean
}

interface Judged {
  readonly part: Part
  readonly stage: MetricSums
  readonly controls: MetricSums
  /** In percentage points of a share, in per cent of a count. */
  readonly change: number | null
  readonly outcome: Finding['outcome']
  readonly inconclusive?: InconclusiveReason
  readonly statistic?: Statistic
}

/**
 * Events of attempts or per exposure, of the stage and of each line, since the update and in the rolling window, against
 * the same devices before it: beyond the limit by so much that chance and the limit itself do not explain it, and more
 * than the controls show. A change that the controls share is inconclusive. [source: thresholds, limit-evidence]
 */
export function judgeEvents(rule: MetricRule, one: RuleInput): Finding {
  const judged = partsOf(rule, one).map((part) => judgedOf(rule, part, one))
  const worst =
    judged.find(({ outcome }) => outcome === 'breach') ??
    judged.find(({ inconclusive }) => inconclusive === 'gate') ??
    judged.find(({ inconclusive }) => inconclusive === 'common-mode') ??
    judged.find(({ outcome }) => outcome === 'healthy') ??
    (judged[0] as Judged)
  return findingOf(rule, worst, one)
}

function partsOf(rule: MetricRule, { evidence, policy }: RuleInput): readonly Part[] {
  const { name } = rule
  const { evaluations, strata } = evidence
  const window = metricWindow(evaluations, name)
  const spans = [
    { span: 'since-update' as const, lines: evidence.metrics?.[name] ?? [], strata, isRolling: false },
    { span: 'rolling-window' as const, lines: window, strata: strataOf(evaluations), isRolling: true },
  ]
  const stage = spans.map(({ span, ...part }): Part => ({ key: { span }, ...part, among: 1 }))
  const lines = spans.flatMap(({ span, ...part }) =>
    part.lines
      .filter(({ stage }) => isRaised(rule, stage, policy))
      .map((line): Part => ({ ...part, key: { span, line: line.line }, lines: [line], among: part.lines.length })),
  )
  return [...stage, ...lines]
}

function judgedOf(rule: MetricRule, part: Part, one: RuleInput): Judged {
  const { metricTest: test } = rule
  const { stage, controls } = metricTotal(part.lines)
  const change = changeOf(rule, stage)
  const known = { part, stage, controls, change }
  if (change === null || stage.exposure < test.minimum / part.among)
    return { ...known, outcome: 'inconclusive', inconclusive: 'insufficient' }
  if (!isRaised(rule, stage, one.policy)) return { ...known, outcome: 'healthy' }
  const limit = limitOf(test, one.policy)
  const reference = referenceOf(rule, one, part)
  const dispersion = dispersionOf(rule, one)
  const isFall = isFalling(rule)
  const boundary = countBoundary(one.policy, part.among, part.isRolling)
  const value = evidenceOf(isFall, stage, reference, 1, dispersion)
  const statistic = { name: 'maxsprt', value, boundary }
  if (value < boundary) return { ...known, statistic, outcome: 'healthy' }
  const isOwn = controls.exposure === 0 || evidenceOf(isFall, stage, countedOf(controls), 1, dispersion) >= boundary
  if (!isOwn) return { ...known, statistic, outcome: 'inconclusive', inconclusive: 'common-mode' }
  const isBeyond =
    beyondLimit(rule, stage, reference, limit, isFall, dispersion) >=
    limitBoundary(one.policy, part.among, part.isRolling)
  return isBeyond
    ? { ...known, statistic, outcome: 'breach' }
    : { ...known, statistic, outcome: 'inconclusive', inconclusive: 'gate' }
}

/** Of a share events are counted so that more of them are worse. */
const isFalling = ({ metricTest: { direction, kind } }: MetricRule): boolean =>
  direction === 'decrease' && kind === 'count'

/** Beyond the limit by the estimate; most parts are not, and need no evidence. */
function isRaised(rule: MetricRule, stage: MetricSums, policy: RuleInput['policy']): boolean {
  const change = (changeOf(rule, stage) ?? 0) * (isFalling(rule) ? -1 : 1)
  const { metricTest: test } = rule
  return change > limitOf(test, policy) && Math.abs(stage.count - stage.expected) >= test.floorEvents
}

/** Of the controls as a reference: what they did, by what they were expected to. */
const countedOf = ({ count, expected, exposure }: MetricSums): Events & { readonly expected: number } => ({
  count,
  exposure,
  expected,
})

/** In nats, that there are more events than the limit allows. */
function beyondLimit(
  { metricTest: { kind } }: MetricRule,
  stage: MetricSums,
  reference: Events,
  limit: number,
  isFall: boolean,
  dispersion: number,
): number {
  if (kind === 'count') return evidenceOf(isFall, stage, reference, 1 + ((isFall ? -1 : 1) * limit) / 100, dispersion)
  return excessOver(stage.count, stage.expected + (stage.exposure * limit) / 100) / dispersion
}

/** In nats, that the stage's rate is more (or less) than `allowed` times that of the reference. */
function evidenceOf(
  isFall: boolean,
  stage: MetricSums,
  reference: Events & { readonly expected?: number },
  allowed: number,
  dispersion: number,
): number {
  const { count, reference: before, ratio } = countOf(stage, reference)
  return excessLogRatio(
    isFall
      ? { count: before, reference: count, ratio: 1 / (ratio * allowed) }
      : { count, reference: before, ratio: ratio * allowed },
    dispersion,
  )
}

function countOf(stage: MetricSums, reference: Events & { readonly expected?: number }): Count {
  // Exposure is what is expected, so that shifts are mixed alike; the plain one where there never was an event.
  const isKnown = stage.expected > 0 && (reference.expected ?? reference.count) > 0
  const ratio = isKnown ? stage.expected / (reference.expected ?? reference.count) : stage.exposure / reference.exposure
  return { count: stage.count, reference: reference.count, ratio }
}

/** The changes that the test against the same devices before does not reject. */
function intervalOf(rule: MetricRule, part: Part, stage: MetricSums, one: RuleInput): Interval | undefined {
  if (!(stage.expected > 0)) return undefined
  const boundary = countBoundary(one.policy, part.among, part.isRolling)
  const count = countOf(stage, referenceOf(rule, one, part))
  const { low, high } = rateInterval(count, (each) => excessLogRatio(each, dispersionOf(rule, one)) >= boundary)
  const expected = count.reference * count.ratio
  return scaled({ low, high }, (multiple) => changeOf(rule, { ...stage, count: multiple * expected }) as number)
}

const dispersionOf = ({ name }: MetricRule, { baseline }: RuleInput): number => baseline.rules?.[name]?.dispersion ?? 1

/** Null where nothing was exposed, or nothing is known to compare with. */
function changeOf({ metricTest: { kind } }: MetricRule, { count, expected, exposure }: MetricSums): number | null {
  if (exposure <= 0) return null
  if (kind === 'share') return ((count - expected) / exposure) * 100
  return expected > 0 ? (count / expected - 1) * 100 : count > 0 ? Number.POSITIVE_INFINITY : 0
}

/** JSON knows no infinity. */
const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null)

/** What the members did before, by the rule, the strata and the line. */
const known = memoized((_: Baseline) => new Map<string, { readonly of: readonly string[]; readonly events: Events }>())

function referenceOf(rule: MetricRule, { baseline, watch }: RuleInput, { key: { line }, strata }: Part): Events {
  const key = `${rule.name}/${line ?? ''}/${rule.metricTest.isStratified ? strata.join() : ''}`
  const kept = known(baseline).get(key)
  if (kept !== undefined && hasSameItems(kept.of, watch.members)) return kept.events
  let [count, exposure] = [0, 0]
  for (const thing of watch.members) {
    if (line !== undefined && watch.lineOf[thing] !== line) continue
    const before = baseline.devices[thing] ?? {}
    for (const stratum of rule.metricTest.isStratified ? strata : Object.keys(before)) {
      const sums = before[stratum]
      const events = sums === undefined ? null : eventsOf(rule.metricTest, doneBefore(sums))
      count += events?.count ?? 0
      exposure += events?.exposure ?? 0
    }
  }
  const events = { count, exposure }
  known(baseline).set(key, { of: watch.members, events })
  return events
}

function findingOf(rule: MetricRule, judged: Judged, one: RuleInput): Finding {
  const { stage, controls, change, outcome, inconclusive, statistic, part } = judged
  const { metricTest: test } = rule
  const limit = limitOf(test, one.policy)
  const isShare = test.kind === 'share'
  const observed = finite(change)
  const interval = observed === null ? undefined : intervalOf(rule, part, stage, one)
  const unit = isShare ? 'points' : 'percent'
  return {
    rule: rule.name,
    metric: `${test.metric}${isShare ? 'SharePoints' : 'RatePct'}`,
    outcome,
    observed,
    baseline: 0,
    limit,
    n: stage.exposure,
    ...(part.key.line !== undefined && { line: part.key.line }),
    ...(statistic !== undefined && { statistic }),
    ...(interval !== undefined && { interval }),
    ...(inconclusive !== undefined && { inconclusive }),
    reason: {
      code: 'METRIC_EVENTS',
      data: {
        metric: test.metric,
        of: test.of,
        count: stage.count,
        exposure: stage.exposure,
        expected: stage.expected,
        change: observed,
        controlsChange: finite(changeOf(rule, controls)),
        direction: test.direction,
        allowed: limit,
        unit,
        segment: part.key,
      },
    },
  }
}
