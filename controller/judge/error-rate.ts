import { type Sums, totalOf } from '../evidence/sums.ts'
import type { Policy } from '../policy/policy.ts'
import { type Count, excessLogRatio } from '../statistics/excess.ts'
import type { RuleInput } from './rule-input.ts'
import {
  isHopeless,
  isSignificant,
  type Judged,
  type Segment,
  segmentsOf,
  significant,
  statisticOf,
  worstSegment,
} from './segments.ts'
import type { Finding } from './verdict.ts'

/**
 * Errors per operating hour against the same devices' baseline in the same shift and kind of day, of the stage and of
 * each line. By default above the limit, enough extra errors, and significant against the chance in both counts: over
 * the whole time, over the rolling window, or since a change, because healthy hours dilute the whole. A rise that the
 * controls explain is inconclusive. [source: thresholds, relative-error-rate, dilution]
 */
export function judgeErrorRate(one: RuleInput): Finding {
  const { policy, evidence } = one
  if (policy.profile === 'raw-thresholds') {
    const total = totalOf(evidence.evaluations.slice(-1).map(({ total }) => total))
    return findingOf(one, literal({ key: { span: 'latest-evaluation' }, strata: [], boundary: 0, ...total }, policy))
  }
  return findingOf(
    one,
    worstSegment(segmentsOf(one, 'errors', (stage) => isAbove(stage, policy)).map((segment) => judgedOf(segment, one))),
  )
}

function literal(segment: Segment, policy: Policy): Judged {
  if (segment.stage.countedMinutes === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  return { segment, outcome: isAbove(segment.stage, policy) ? 'breach' : 'healthy' }
}

function judgedOf(segment: Segment, one: RuleInput): Judged {
  const { stage, controls } = segment
  const { policy, baseline } = one
  if (stage.countedMinutes === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const isEnough = stage.errors - stage.expectedErrors >= policy.evidence.minExtraErrors
  if (!isAbove(stage, policy) || !isEnough) return { segment, outcome: 'healthy' }
  const dispersion = baseline.dispersion?.errors
  if (isHopeless(segment, stage.errors, stage.expectedErrors, dispersion)) return { segment, outcome: 'healthy' }
  const statistic = statisticOf(segment, countOf(stage, referenceOf(one, segment)), dispersion)
  if (!isSignificant(statistic)) return { segment, outcome: 'healthy', statistic }
  const isOwn =
    controls.countedMinutes === 0 || excessLogRatio(countOf(stage, controls), dispersion) >= segment.boundary
  return significant(segment, statistic, isOwn)
}

/** Errors, those that were expected, and the time they were counted in. */
type Errors = Pick<Sums, 'errors' | 'expectedErrors' | 'countedMinutes'>

/** Exposure is the expected errors, so that shifts are mixed alike; the time where none were ever seen. */
const countOf = (stage: Errors, reference: Errors): Count => ({
  count: stage.errors,
  reference: reference.errors,
  ratio:
    stage.expectedErrors > 0 && reference.expectedErrors > 0
      ? stage.expectedErrors / reference.expectedErrors
      : stage.countedMinutes / reference.countedMinutes,
})

/** The same devices in the same strata before the rollout. */
function referenceOf({ baseline, watch }: RuleInput, { key: { line }, strata }: Segment): Errors {
  let [errors, countedMinutes] = [0, 0]
  for (const thing of watch.members) {
    if (line !== undefined && watch.lineOf[thing] !== line) continue
    for (const stratum of strata) {
      errors += baseline.devices[thing]?.[stratum]?.errors ?? 0
      countedMinutes += baseline.devices[thing]?.[stratum]?.countedMinutes ?? 0
    }
  }
  return { errors, expectedErrors: errors, countedMinutes }
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

function findingOf({ policy }: RuleInput, { segment, outcome, statistic, inconclusive }: Judged): Finding {
  const { stage, controls, key } = segment
  const limit = policy.limits.errorRateIncreasePct
  const rise = increasePct(stage, policy)
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
