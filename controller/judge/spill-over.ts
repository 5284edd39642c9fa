import { NO_SUMS, totalOf } from '../evidence/sums.ts'
import { countBoundary } from '../statistics/budget.ts'
import { excessLogRatio, rateInterval } from '../statistics/excess.ts'
import { againstBefore } from './error-counts.ts'
import { errorsBefore } from './errors-before.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import { isSignificant, rollingWindowOf, type Segment, statisticFrom, strataOf } from './segments.ts'
import type { Finding } from './verdict.ts'

/**
 * Errors of the devices that stay on the previous version, in the rolling window, against their own baseline. A release
 * may harm those that read what it writes, and the plant may have a bad hour: the two cannot be distinguished, so that
 * nothing is promoted while it lasts, and nothing is rolled back. None without such devices.
 * [source: compatibility, common-mode]
 */
export function judgeSpillOver({ evidence, watch, policy, baseline }: RuleInput): readonly Finding[] {
  if (watch.controls.length === 0) return []
  const { controls } = totalOf(rollingWindowOf(evidence.evaluations))
  const limit = policy.limits.errorRateIncreasePct
  const { errors, expectedErrors, countedMinutes } = controls
  const observed = expectedErrors > 0 ? (errors / expectedErrors - 1) * 100 : null
  const strata = strataOf(evidence.evaluations)
  const boundary = countBoundary(policy, 1, true)
  const segment: Segment = { key: { span: 'rolling-window' }, strata, stage: controls, controls, boundary }
  const before = errorsBefore(baseline, watch.controls, watch.lineOf, strata)
  const compared = { stage: controls, controls: NO_SUMS, before, variation: baseline.errorVariation }
  const count = againstBefore(compared)
  const interval = scaled(
    rateInterval(count, (each) => excessLogRatio(each) >= boundary),
    (multiple) => ((multiple * count.reference * count.ratio) / expectedErrors - 1) * 100,
  )
  const finding = {
    rule: 'spill-over',
    metric: 'errorRateIncreasePct',
    observed,
    baseline: 0,
    limit,
    n: countedMinutes,
    ...(observed !== null && { interval }),
    reason: {
      code: 'LINE_PEER_ERRORS' as const,
      data: { errors, expectedErrors, version: watch.previousVersion },
    },
  }
  const isRaised = observed !== null && observed > limit && errors - expectedErrors >= policy.evidence.minExtraErrors
  if (!isRaised) return [{ ...finding, outcome: 'healthy' }]
  const statistic = statisticFrom(segment, excessLogRatio(count))
  return isSignificant(statistic)
    ? [{ ...finding, outcome: 'inconclusive', inconclusive: 'common-mode', statistic }]
    : [{ ...finding, outcome: 'healthy', statistic }]
}
