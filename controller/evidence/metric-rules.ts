import type { Policy } from '../policy/policy.ts'
import type { MetricTest, Rule } from '../policy/rules.ts'
import { memoized } from '../support/memoized.ts'

export interface MetricRule extends Rule {
  readonly metricTest: MetricTest
}

/** The rules of a policy that have a test on one metric. */
export const metricRules = memoized(({ rules }: Policy): readonly MetricRule[] => rules.filter(hasMetricTest))

const hasMetricTest = (rule: Rule): rule is MetricRule => rule.metricTest !== undefined

/** The limit of a rule, in the unit of its effect or of its share. */
export function limitOf({ limit }: MetricTest, { limits }: Policy): number {
  return typeof limit === 'number' ? limit : limits[limit]
}

/** Of a mean, an output or a spread: how much of an effect that is. */
export function limitEffect(test: MetricTest, policy: Policy): number {
  const limit = limitOf(test, policy)
  if (test.isAbsolute) return limit
  return test.kind === 'spread' ? Math.log1p(limit / 100) : limit / 100
}
