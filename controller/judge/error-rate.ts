import { type Sums, totalOf } from '../evidence/sums.ts'
import { withTail } from '../evidence/variation.ts'
import type { Policy } from '../policy/policy.ts'
import { countBoundary } from '../statistics/budget.ts'
import { type Count, excessLogRatio, rateInterval } from '../statistics/excess.ts'
import { plannedBoundary, plannedLogRatio, policyOfOthers } from '../statistics/planned.ts'
import { criticalValueLess } from '../statistics/sequential.ts'
import {
  afterBadHour,
  againstBefore,
  againstControls,
  againstOwnBefore,
  bounded,
  boundSigmas,
  type Compared,
  informationShare,
  leastOf,
  minutesOf,
  tailOf,
} from './error-counts.ts'
import { errorsBefore } from './errors-before.ts'
import { around } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import {
  isHopeless,
  isSignificant,
  type Judged,
  rollingWindowOf,
  type Segment,
  segmentsOf,
  statisticFrom,
  worstSegment,
} from './segments.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/**
 * Errors per operating hour against the same devices' baseline in the same shift and kind of day, of the stage and of
 * each line: over the whole time, over the rolling window, or since a change, because healthy hours dilute the whole.
 * A breach is above the limit by its 90 % bound, enough extra errors, and significant against the controls of the same
 * time, whose noise is the plant's; without controls against the baseline and a bad hour. What is only significant
 * against the baseline is inconclusive. [source: thresholds, relative-error-rate, dilution, limit-bound]
 */
export function judgeErrorRate(one: RuleInput): Finding {
  const { policy, evidence } = one
  if (policy.profile === 'raw-thresholds') {
    const total = totalOf(evidence.evaluations.slice(-1).map(({ total }) => total))
    return findingOf(one, literal({ key: { span: 'latest-evaluation' }, strata: [], boundary: 0, ...total }, policy))
  }
  const segments = segmentsOf({ ...one, policy: policyOfOthers(policy) }, 'errors', (stage) => isAbove(stage, policy))
  return findingOf(one, worstSegment(segments.map((segment) => judgedOf(segment, one))))
}

function literal(segment: Segment, policy: Policy): Judged {
  if (segment.stage.countedMinutes === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  return { segment, outcome: isAbove(segment.stage, policy) ? 'breach' : 'healthy' }
}

function judgedOf(segment: Segment, one: RuleInput): Judged {
  const { stage, controls } = segment
  const { policy } = one
  if (stage.countedMinutes === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const isEnough = stage.errors - stage.expectedErrors >= policy.evidence.minExtraErrors
  if (!isAbove(stage, policy) || !isEnough) return { segment, outcome: 'healthy' }
  const compared = boundedOf(segment, one)
  const boundary = boundaryOf(segment, compared, policy)
  const planned = plannedOf(segment, one)
  const least = Math.min(boundary, planned ?? boundary)
  if (isHopeless(least, stage.errors, stage.expectedErrors)) return { segment, outcome: 'healthy' }
  const test = { segment: { ...segment, boundary }, compared, policy, planned }
  const statistic = controls.countedMinutes > 0 ? besideControls(test) : statisticOf(test, afterBadHour)
  if (isSignificant(statistic)) {
    const against = (controls.countedMinutes > 0 ? againstControls : afterBadHour)(compared)
    return isAboveByBound({ ...stage, ...compared.stage }, against, policy)
      ? { segment, outcome: 'breach', statistic }
      : { segment, outcome: 'inconclusive', inconclusive: 'gate', statistic }
  }
  const ofBefore = statisticOf(test, againstBefore)
  if (!isSignificant(ofBefore) || isPast(segment, compared, one)) return { segment, outcome: 'healthy', statistic }
  return { segment, outcome: 'inconclusive', inconclusive: 'common-mode', statistic: ofBefore }
}

/**
 * What the controls share holds while it lasts: the whole time would show it for as long again. It is past once the
 * stage is not above the limit in the rolling window, and has not been beside the controls: a line, of which some always
 * are by chance, by its bound beside its own. [source: past-common-mode]
 */
function isPast({ key, stage, controls }: Segment, compared: Compared, { evidence, policy }: RuleInput): boolean {
  const beside = controls.countedMinutes > 0 ? controls : evidence.total.controls
  if (key.span !== 'since-update' || beside.countedMinutes === 0) return false
  const now = totalOf(rollingWindowOf(evidence.evaluations)).stage
  if (now.expectedErrors === 0 || isAbove(now, policy)) return false
  const against = againstControls({ ...compared, controls: beside })
  const sigmas = key.line === undefined ? 0 : boundSigmas(evidence.lines.length)
  return !isAboveByBound({ ...stage, ...compared.stage }, against, policy, sigmas)
}

const comparedOf = ({ stage, controls, strata, key }: Segment, { baseline, watch }: RuleInput): Compared => ({
  stage,
  controls,
  before: errorsBefore(baseline, watch.members, watch.lineOf, strata, key.line),
  variation: baseline.errorVariation,
})

function boundedOf(segment: Segment, one: RuleInput): Compared {
  const compared = comparedOf(segment, one)
  const { span, line } = segment.key
  if (line !== undefined) return compared
  const { lines, evaluations } = one.evidence
  if (span === 'since-update') return bounded(compared, lines)
  return span === 'rolling-window' ? bounded(compared, rollingWindowOf(evaluations)) : compared
}

interface Test {
  readonly segment: Segment
  readonly compared: Compared
  readonly policy: Policy
  /** Boundary of the test that ends with the window; null where there is none. */
  readonly planned: number | null
}

/** Beside controls a stage of bounded lines has no tail of single devices. */
const isBounded = ({ key, controls }: Segment): boolean =>
  key.line === undefined && key.span !== 'change-point' && controls.countedMinutes > 0

const plannedOf = ({ key: { span, line } }: Segment, { policy, evidence }: RuleInput): number | null =>
  span === 'since-update' ? plannedBoundary(policy, line === undefined ? 1 : evidence.lines.length) : null

/** Of what nothing was seen there may have been so many all the same. [source: rule-of-three] */
const UNSEEN = 3

/** Less where few errors are expected until the last look; more for a change, which may have been picked out of many. */
function boundaryOf(segment: Segment, compared: Compared, policy: Policy): number {
  const spanMs = Math.max(minutesOf(compared) * 60_000, policy.tickMs)
  const { horizonMs, rollingMs } = policy.evidence
  const { span } = segment.key
  const isChange = span === 'change-point'
  const lastMs = span === 'since-update' ? Math.max(horizonMs, spanMs) : isChange ? spanMs : Math.max(rollingMs, spanMs)
  const boundary = isChange ? countBoundary(policyOfOthers(policy), horizonMs / spanMs, false) : segment.boundary
  return boundary - criticalValueLess(Math.max((segment.stage.expectedErrors * lastMs) / spanMs, UNSEEN))
}

/** More than the controls let expect, and more than was before: controls that have a good hour are no evidence. */
function besideControls(test: Test): Statistic {
  const statistic = statisticOf(test, againstControls)
  const ofBefore = statisticOf(test, againstOwnBefore)
  return surplusOf(ofBefore) < surplusOf(statistic) ? ofBefore : statistic
}

/** Evaluations by which a window may end later than it is long. */
const LATE_EVALUATIONS = 2

const statisticOf = (test: Test, against: (compared: Compared) => Count): Statistic =>
  statisticsOf(test, against)(against(test.compared))

/** Since the update also by what is planned for the window's end. */
function statisticsOf({ segment, compared, policy, planned: boundary }: Test, against: (compared: Compared) => Count) {
  const tail = isBounded(segment) ? undefined : tailOf(compared)
  const minutes = (policy.windowMs + LATE_EVALUATIONS * policy.tickMs) / 60_000
  const share = boundary === null ? 0 : informationShare(compared, against, minutes)
  return (count: Count): Statistic => {
    const excess = withTail(excessLogRatio(count), tail)
    const statistic = statisticFrom(segment, excess)
    if (boundary === null) return statistic
    const planned = { name: 'planned', value: plannedLogRatio(excess, share), boundary }
    return isSignificant(planned) && surplusOf(planned) > surplusOf(statistic) ? planned : statistic
  }
}

const surplusOf = ({ value, boundary }: Statistic): number => value - boundary

/** Whether the rise is above the limit even at its lower bound, over the baseline and over what it is held against. */
function isAboveByBound(stage: Sums, against: Count, policy: Policy, sigmas?: number): boolean {
  if (against.reference === 0) return true
  const errors = leastOf(against, sigmas)
  const expectedErrors = Math.max(stage.expectedErrors, against.reference * against.ratio)
  return isAbove({ ...stage, errors, expectedErrors }, policy)
}

function isAbove(stage: Sums, policy: Policy): boolean {
  const rise = increasePct(stage, policy) ?? (stage.errors > 0 ? Number.POSITIVE_INFINITY : 0)
  return rise > policy.limits.errorRateIncreasePct
}

/** Relative: null where no error at all was expected. In points of the operations: null without operations. */
function increasePct({ errors, expectedErrors, operations }: Sums, { limits }: Policy): number | null {
  if (limits.errorRateMode === 'points') return operations > 0 ? ((errors - expectedErrors) / operations) * 100 : null
  return expectedErrors > 0 ? (errors / expectedErrors - 1) * 100 : null
}

/** The rises over the baseline that are not rejected by all that the errors are held against. */
function intervalOf(segment: Segment, one: RuleInput): Interval | undefined {
  const { stage, controls } = segment
  const { policy } = one
  if (!(stage.expectedErrors > 0) || policy.profile === 'raw-thresholds') return undefined
  const compared = boundedOf(segment, one)
  const boundary = boundaryOf(segment, compared, policy)
  const test = { segment: { ...segment, boundary }, compared, policy, planned: plannedOf(segment, one) }
  const rise = (errors: number): number | null => increasePct({ ...stage, errors }, policy)
  const intervals = (controls.countedMinutes > 0 ? [againstControls, againstOwnBefore] : [afterBadHour]).map((of) => {
    const statistic = statisticsOf(test, of)
    const count = of(compared)
    const { low, high } = rateInterval(count, (one) => isSignificant(statistic(one)))
    const expected = count.reference * count.ratio
    return { low: rise(low * expected), high: high === null ? null : rise(high * expected) }
  })
  return around(increasePct(stage, policy), intervals)
}

function findingOf(one: RuleInput, { segment, outcome, statistic, inconclusive }: Judged): Finding {
  const { policy } = one
  const { stage, controls, key } = segment
  const limit = policy.limits.errorRateIncreasePct
  const rise = increasePct(stage, policy)
  const interval = intervalOf(segment, one)
  const isInPoints = policy.limits.errorRateMode === 'points'
  return {
    rule: 'error-rate',
    metric: isInPoints ? 'errorRateIncreasePoints' : 'errorRateIncreasePct',
    outcome,
    observed: rise,
    baseline: 0,
    limit,
    n: stage.countedMinutes,
    ...(key.line !== undefined && { line: key.line }),
    ...(statistic !== undefined && { statistic }),
    ...(interval !== undefined && { interval }),
    ...(inconclusive !== undefined && { inconclusive }),
    reason:
      stage.countedMinutes === 0
        ? { code: 'NO_OPERATING_TIME', data: {} }
        : {
            code: 'ERROR_RATE',
            data: {
              errors: stage.errors,
              expectedErrors: stage.expectedErrors,
              increase: rise,
              controlsIncrease: increasePct(controls, policy),
              allowed: limit,
              unit: isInPoints ? 'points' : 'percent',
              segment: key,
            },
          },
  }
}
