import type { MetricRule } from '../evidence/metric-rules.ts'
import { own } from '../support/own.ts'
import { judgeEffect } from './metric-effect.ts'
import { judgeEvents } from './metric-events.ts'
import { judgeMissing } from './metric-missing.ts'
import { judgeTrend } from './metric-trend.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding } from './verdict.ts'

/**
 * One rule on one metric: first whether there are data at all, then what they say. A baseline that is older than the rule
 * cannot tell, so that the rule begins with the next rollout; one without any such data knows nothing of it.
 */
export function judgeMetric(rule: MetricRule, one: RuleInput): readonly Finding[] {
  if (!own(one.baseline.rules, rule.name)?.hasData) return []
  const missing = judgeMissing(rule, one)
  if (missing !== null) return [missing]
  const { kind } = rule.metricTest
  if (kind === 'trend') return [judgeTrend(rule, one)]
  return [kind === 'share' || kind === 'count' ? judgeEvents(rule, one) : judgeEffect(rule, one)]
}
