import { failedBoundary } from '../statistics/budget.ts'
import { betaBinomial } from '../statistics/clustered-tail.ts'
import { shareInterval } from '../statistics/exact-interval.ts'
import { concerned } from './concerned.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, Statistic } from './verdict.ts'

/** Weight of the share of failed deployments that is assumed: half a failure, as of none in so many. */
const FAILED_WEIGHT = 0.5

/**
 * Deployments that devices report as failed, and those that the cloud timed out while the device could be reached, as a
 * share of the stage: above the limit, and more than healthy devices would fail. What is above the limit and may be
 * chance is held; what is below it is listed. The interval is of the share times the devices; those that have not
 * installed yet may still fail. [source: failed-deployments]
 */
export function judgeFailedDeployments(one: RuleInput): Finding {
  const { evidence, failedDevices, watch, policy } = one
  const things = failedDevices.map(({ thing }) => thing)
  const n = watch.members.length
  const share = policy.evidence.failedDeploymentShare
  const allowed = Math.floor((n * policy.limits.failedDeploymentPct) / 100)
  const isAbove = things.length > allowed
  const statistic: Statistic = {
    name: 'beta-binomial',
    value: things.length === 0 ? 0 : -Math.log(chanceOf(things.length, n, share)),
    boundary: failedBoundary(policy, watch.stage),
  }
  const outcome = !isAbove ? 'healthy' : statistic.value >= statistic.boundary ? 'breach' : 'inconclusive'
  const [first] = failedDevices
  const open = watch.members.filter((thing) => (evidence.members[thing]?.installedAtMs ?? null) === null).length
  const interval = shareInterval(things.length, n, statistic.boundary, Math.max(open - things.length, 0))
  return {
    rule: 'deployment-failure',
    metric: 'failedDevices',
    outcome,
    observed: things.length,
    baseline: n * share,
    limit: allowed,
    n,
    ...concerned(things, one),
    ...(things.length > 0 && { statistic }),
    interval: scaled(interval, (end) => end * n),
    ...(outcome === 'inconclusive' && { inconclusive: 'insufficient' }),
    reason: {
      code: 'FAILED_DEPLOYMENTS',
      data: {
        devices: failedDevices.length,
        of: n,
        allowed,
        first: first === undefined ? null : { thing: first.thing, status: first.status },
      },
    },
  }
}

/** That so many or more of n fail. */
function chanceOf(count: number, n: number, share: number): number {
  const chances = betaBinomial(n, FAILED_WEIGHT, FAILED_WEIGHT / share)
  let sum = 0
  for (let i = n; i >= Math.min(count, n); i--) sum += chances[i] as number
  return Math.max(sum, Number.MIN_VALUE)
}
