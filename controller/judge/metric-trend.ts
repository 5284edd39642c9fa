import { limitOf, type MetricRule } from '../evidence/metric-rules.ts'
import { NO_TREND, TREND_BLOCKS_PER_HOUR, type TrendSeries } from '../evidence/metric-trend.ts'
import { LIMIT_ALPHA, streamAlpha } from '../statistics/budget.ts'
import { leastRise, medianInterval, riseTail, signTail, slopeInterval, theilSenSlope } from '../statistics/trend.ts'
import { own } from '../support/own.ts'
import { scaled } from './interval.ts'
import { metricName } from './metric-name.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/** Fewer half hours show no trend. */
const MIN_BLOCKS = 3
/** Independent tests of a trend: it gains one value every half hour, and keeps a day of them. */
const TREND_TESTS = 48

interface Trend {
  readonly perHour: number
  readonly statistic: Statistic
  /** Slopes per hour that its test does not reject. */
  readonly slopes: () => Interval
  /** Not only the estimate is steeper than the limit. [source: limit-evidence] */
  readonly isBeyondLimit: boolean
  readonly n: number
  readonly thing?: string
}

interface Member {
  readonly thing: string
  readonly means: readonly number[]
  readonly s: number
}

/**
 * A gauge against the age of its process, above what the baseline and the controls let expect: rising (or falling) on
 * nearly all devices of the stage (sign test) or without doubt on one (Mann-Kendall, corrected for autocorrelation), by
 * more than the limit per hour at the Theil-Sen slope, and beyond doubt so.
 * [source: sign-test, mann-kendall, hamed-rao, theil-sen, limit-evidence]
 */
export function judgeTrend(rule: MetricRule, one: RuleInput): Finding {
  const { direction } = rule.metricTest
  const limit = effectLimit(rule, one)
  const signs = direction === 'either' ? [1, -1] : [direction === 'increase' ? 1 : -1]
  const alpha = streamAlpha(one.policy) / 2 / signs.length
  const members = membersOf(rule, one)
  const found = signs.flatMap((sign) => {
    const towards = members.map(({ thing, means, s }) => ({
      thing,
      means: means.map((mean) => sign * mean),
      s: sign * s,
    }))
    return [ofStage(towards, alpha, limit), ofDevices(towards, alpha, limit)]
      .filter((trend) => trend !== null)
      .map((trend) => ({ ...trend, perHour: sign * trend.perHour, slopes: () => signed(trend.slopes(), sign) }))
  })
  const steepest = found.toSorted((a, b) => Math.abs(b.perHour) - Math.abs(a.perHour))
  const beyond = steepest.find(({ isBeyondLimit }) => isBeyondLimit)
  const gate = steepest.find(({ perHour }) => Math.abs(perHour) > limit)
  if (beyond !== undefined) return findingOf(rule, one, beyond, members.length, { outcome: 'breach' })
  if (gate !== undefined)
    return findingOf(rule, one, gate, members.length, { outcome: 'inconclusive', inconclusive: 'gate' })
  return findingOf(rule, one, steepest[0], members.length, { outcome: 'healthy' })
}

function membersOf({ name }: MetricRule, { evidence, watch }: RuleInput): readonly Member[] {
  const series = own(evidence.trends, name)
  return watch.members
    .map((thing): Member => ({ thing, ...(own<TrendSeries>(series, thing) ?? NO_TREND) }))
    .filter(({ means }) => means.length >= MIN_BLOCKS)
}

const slopeOf = (means: readonly number[]): number => theilSenSlope(means) * TREND_BLOCKS_PER_HOUR

function ofStage(members: readonly Member[], alpha: number, limit: number): Trend | null {
  const rising = members.filter(({ s }) => s > 0).length
  const p = signTail(rising, members.length)
  const boundary = alpha / (TREND_TESTS / MIN_BLOCKS)
  if (members.length === 0 || p > boundary) return null
  const slopes = members.map(({ means }) => slopeOf(means)).sort((a, b) => a - b)
  const statistic = { name: 'sign', value: -Math.log(p), boundary: -Math.log(boundary) }
  const steeper = slopes.filter((slope) => slope > limit).length
  const isBeyondLimit = signTail(steeper, members.length) <= LIMIT_ALPHA / (TREND_TESTS / MIN_BLOCKS)
  const perHour = slopes[Math.floor(slopes.length / 2)] as number
  return { perHour, statistic, slopes: () => medianInterval(slopes, boundary), isBeyondLimit, n: members.length }
}

/** The steepest of those whose trend is beyond doubt for a family of that size. */
function ofDevices(members: readonly Member[], alpha: number, limit: number): Trend | null {
  const boundary = alpha / (members.length * TREND_TESTS)
  let worst: Trend | null = null
  for (const { thing, means, s } of members) {
    // A device that is not even close by S alone is not worth the exact test.
    if (s < leastRise(means.length)) continue
    const p = riseTail(means)
    const perHour = slopeOf(means)
    if (p > boundary || (worst !== null && worst.perHour >= perHour)) continue
    const statistic = { name: 'mann-kendall', value: -Math.log(p), boundary: -Math.log(boundary) }
    const above = means.map((mean, i) => mean - (limit * i) / TREND_BLOCKS_PER_HOUR)
    const isBeyondLimit = riseTail(above) <= LIMIT_ALPHA / members.length
    const slopes = (): Interval => scaled(slopeInterval(means, boundary), (slope) => slope * TREND_BLOCKS_PER_HOUR)
    worst = { perHour, statistic, slopes, isBeyondLimit, n: means.length, thing }
  }
  return worst
}

const signed = ({ low, high }: Interval, sign: number): Interval =>
  sign > 0 ? { low, high } : scaled({ low: high, high: low }, (slope) => -slope)

/** Per hour, as a share of the baseline's mean or in the unit of the metric. */
function effectLimit({ metricTest }: MetricRule, { policy }: RuleInput): number {
  return limitOf(metricTest, policy) / (metricTest.isAbsolute ? 1 : 100)
}

function findingOf(
  rule: MetricRule,
  { watch, policy }: RuleInput,
  trend: Trend | undefined,
  n: number,
  end: { readonly outcome: Finding['outcome']; readonly inconclusive?: 'gate' },
): Finding {
  const { metricTest: test } = rule
  const factor = test.isAbsolute ? 1 : 100
  const perHour = trend === undefined ? null : trend.perHour * factor
  const limit = limitOf(test, policy)
  return {
    rule: rule.name,
    metric: metricName(test),
    ...end,
    observed: perHour,
    baseline: 0,
    limit,
    n: trend?.n ?? n,
    ...(trend?.thing !== undefined && { thing: trend.thing, line: watch.lineOf[trend.thing] as number }),
    ...(trend !== undefined && {
      statistic: trend.statistic,
      interval: scaled(trend.slopes(), (slope) => slope * factor),
    }),
    reason: {
      code: 'METRIC_TREND',
      data: {
        metric: test.metric,
        thing: trend?.thing ?? null,
        devices: trend?.thing === undefined ? n : 1,
        perHour,
        allowedPerHour: limit,
        unit: test.isAbsolute ? 'metric' : 'percent',
        hasControls: watch.controls.length > 0,
      },
    },
  }
}
