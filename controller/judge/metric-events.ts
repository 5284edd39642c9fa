import type { Baseline } from '../evidence/baseline.ts'
import { type MetricLine, type MetricSums, metricTotal, metricWindow } from '../evidence/metric-evidence.ts'
import { doneBefore, eventsOf } from '../evidence/metric-reading.ts'
import { limitOf, type MetricRule } from '../evidence/metric-rules.ts'
import { type Tail, withTail } from '../evidence/variation.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { countBoundary, limitBoundary } from '../statistics/budget.ts'
import { type Count, excessLogRatio, rateInterval } from '../statistics/excess.ts'
import { memoized } from '../support/memoized.ts'
import { hasSameItems } from '../support/same-items.ts'
import {
  againstBefore,
  againstControls,
  againstOwnBefore,
  bounded,
  type Compared,
  type Errors,
  tailOf,
} from './error-counts.ts'
import type { ErrorsBefore } from './errors-before.ts'
import { around, scaled } from './interval.ts'
import { metricName } from './metric-name.ts'
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
 * the same devices before it: beyond the limit by so much that chance, what devices, lines and the plant vary by, and the
 * limit itself do not explain it, and more than the controls show. A change that the controls share is inconclusive.
 * [source: thresholds, limit-evidence, variance-components]
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
  const compared = comparedOf(rule, one, part, stage, controls)
  if (compared.before.countedMinutes === 0) return { ...known, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const hasControls = controls.exposure > 0
  const boundary = countBoundary(one.policy, part.among, part.isRolling)
  const tail = tailFor(rule, part, compared)
  const statisticOf = (against: (compared: Compared) => Count): Statistic => {
    return { name: 'maxsprt', value: withTail(evidenceOf(rule, against(compared)), tail), boundary }
  }
  const statistic = statisticOf(againstMembers(compared))
  if (statistic.value < boundary) return { ...known, statistic, outcome: 'healthy' }
  const beyond = beyondLimit(rule, stage, (hasControls ? againstControls : againstBefore)(compared), one)
  const isBeyond = beyond >= limitBoundary(one.policy, part.among, part.isRolling)
  if (hasControls && statisticOf(againstControls).value < boundary) {
    if (!isBeyond && isPast(rule, part, one)) return { ...known, statistic, outcome: 'healthy' }
    return { ...known, statistic, outcome: 'inconclusive', inconclusive: 'common-mode' }
  }
  return isBeyond
    ? { ...known, statistic, outcome: 'breach' }
    : { ...known, statistic, outcome: 'inconclusive', inconclusive: 'gate' }
}

/** What the controls share holds while the rolling window shows it, beyond the limit. [source: past-common-mode] */
function isPast(rule: MetricRule, part: Part, one: RuleInput): boolean {
  const { evidence, policy } = one
  const window = metricWindow(evidence.evaluations, rule.name)
  const { line: own } = part.key
  const lines = own === undefined ? window : window.filter(({ line }) => line === own)
  const { stage, controls } = metricTotal(lines)
  if (part.isRolling || stage.exposure <= 0) return false
  if (!isRaised(rule, stage, policy)) return true
  const compared = comparedOf(rule, one, { ...part, lines }, stage, controls)
  return beyondLimit(rule, stage, againstBefore(compared), one) < limitBoundary(policy, part.among, false)
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

/** In nats, that there are more events (or fewer) than the limit allows, over what they are held against. */
function beyondLimit(rule: MetricRule, stage: MetricSums, against: Count, { policy }: RuleInput): number {
  const { reference, ratio } = against
  if (reference === 0) return Number.POSITIVE_INFINITY
  const limit = limitOf(rule.metricTest, policy)
  const isFall = isFalling(rule)
  const mean = isFall ? Math.min(stage.expected, reference * ratio) : Math.max(stage.expected, reference * ratio)
  const isShare = rule.metricTest.kind === 'share'
  const allowed = isShare ? mean + (stage.exposure * limit) / 100 : mean * (1 + ((isFall ? -1 : 1) * limit) / 100)
  return evidenceOf(rule, { ...against, ratio: allowed / reference })
}

/** In nats, that the count is more than its reference lets expect; of a rule that looks for fewer, that it is less. */
const evidenceOf = (rule: MetricRule, { count, reference, ratio }: Count): number =>
  excessLogRatio(
    isFalling(rule) ? { count: reference, reference: count, ratio: 1 / ratio } : { count, reference, ratio },
  )

/**
 * As errors are compared: exposure counts in minutes, those that the same devices had for so much of it before, since
 * noise lasts for a time and not for a number of attempts.
 */
function comparedOf(
  rule: MetricRule,
  one: RuleInput,
  { key: { line }, strata, lines }: Part,
  stage: MetricSums,
  controls: MetricSums,
): Compared {
  const { exposure, ...before } = eventsBefore(rule, one, line, strata)
  const minutesEach = exposure > 0 ? before.countedMinutes / exposure : 1
  const errorsOf = ({ count, expected, exposure: own }: MetricSums): Errors => ({
    errors: count,
    expectedErrors: expected,
    countedMinutes: own * minutesEach,
  })
  const variation = one.baseline.rules?.[rule.name]?.events
  const compared = { stage: errorsOf(stage), controls: errorsOf(controls), before, variation }
  if (line !== undefined || isFalling(rule)) return compared
  return bounded(
    compared,
    lines.map((own) => ({ stage: errorsOf(own.stage) })),
  )
}

/** Against the same devices before; what they share with others is left to the controls, where there are any. */
const againstMembers = ({ controls }: Compared): ((compared: Compared) => Count) =>
  controls.countedMinutes > 0 ? againstOwnBefore : againstBefore

/** Where lines are bounded, or fewer events are bad, there is no tail of single devices. */
const tailFor = (rule: MetricRule, { key: { line } }: Part, compared: Compared): Tail | undefined =>
  isFalling(rule) || (compared.controls.countedMinutes > 0 && line === undefined) ? undefined : tailOf(compared)

/** The changes that the test against the same devices before does not reject. */
function intervalOf(rule: MetricRule, { part, stage, controls, change }: Judged, one: RuleInput): Interval | undefined {
  if (!(stage.expected > 0)) return undefined
  const boundary = countBoundary(one.policy, part.among, part.isRolling)
  const compared = comparedOf(rule, one, part, stage, controls)
  const tail = tailFor(rule, part, compared)
  const count = againstMembers(compared)(compared)
  const { low, high } = rateInterval(count, (each) => withTail(excessLogRatio(each), tail) >= boundary)
  const expected = count.reference * count.ratio
  const changeAt = (multiple: number): number => changeOf(rule, { ...stage, count: multiple * expected }) as number
  return around(change, [scaled({ low, high }, changeAt)])
}

/** Null where nothing was exposed, or nothing is known to compare with. */
function changeOf({ metricTest: { kind } }: MetricRule, { count, expected, exposure }: MetricSums): number | null {
  if (exposure <= 0) return null
  if (kind === 'share') return ((count - expected) / exposure) * 100
  return expected > 0 ? (count / expected - 1) * 100 : count > 0 ? Number.POSITIVE_INFINITY : 0
}

/** JSON knows no infinity. */
const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null)

interface EventsBefore extends ErrorsBefore {
  readonly exposure: number
}

/** By the rule, the strata and the line. */
const known = memoized(
  (_: Baseline) => new Map<string, { readonly of: readonly string[]; readonly before: EventsBefore }>(),
)

/** What the members did before. */
function eventsBefore(
  { name, metricTest }: MetricRule,
  { baseline, watch }: RuleInput,
  line: number | undefined,
  strata: readonly string[],
): EventsBefore {
  const key = `${name}/${line ?? ''}/${metricTest.isStratified ? strata.join() : ''}`
  const kept = known(baseline).get(key)
  if (kept !== undefined && hasSameItems(kept.of, watch.members)) return kept.before
  const members = watch.members.filter((thing) => line === undefined || watch.lineOf[thing] === line)
  const ofStrata = new Map<string, number>()
  let [errors, exposure, countedMinutes] = [0, 0, 0]
  for (const thing of members) {
    const own = baseline.devices[thing] ?? {}
    for (const stratum of metricTest.isStratified ? strata : Object.keys(own)) {
      const sums = own[stratum]
      const events = sums === undefined ? null : eventsOf(metricTest, doneBefore(sums))
      if (sums === undefined || events === null || events.exposure <= 0) continue
      errors += events.count
      exposure += events.exposure
      countedMinutes += sums.countedMinutes
      ofStrata.set(stratum, (ofStrata.get(stratum) ?? 0) + events.count)
    }
  }
  const lines = new Set(members.map((thing) => watch.lineOf[thing])).size
  const leastErrors = metricTest.isStratified ? Math.min(...ofStrata.values()) : errors
  const before = { devices: members.length, lines, errors, leastErrors, countedMinutes, exposure }
  known(baseline).set(key, { of: watch.members, before })
  return before
}

function findingOf(rule: MetricRule, judged: Judged, one: RuleInput): Finding {
  const { stage, controls, change, outcome, inconclusive, statistic, part } = judged
  const { metricTest: test } = rule
  const limit = limitOf(test, one.policy)
  const isShare = test.kind === 'share'
  const observed = finite(change)
  const interval = observed === null ? undefined : intervalOf(rule, judged, one)
  const unit = isShare ? 'points' : 'percent'
  return {
    rule: rule.name,
    metric: metricName(test),
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
