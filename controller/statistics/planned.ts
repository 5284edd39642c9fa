import type { Policy } from '../policy/policy.ts'
import { memoized } from '../support/memoized.ts'
import { streamAlpha } from './budget.ts'
import { normalQuantile } from './normal.ts'

/**
 * Part of a stream that one test has whose looks end with the window: what a small rise can show by then needs nearly
 * all of it, and an hour is too short to show it whatever is spent. The other tests share the rest.
 * [source: planned-looks]
 */
const PLANNED_PART = 1 / 3

/** The policy by which the other tests of such a stream have their boundaries. */
export const policyOfOthers = (policy: Policy): Policy => ({
  ...policy,
  evidence: { ...policy.evidence, falseRollbackShare: policy.evidence.falseRollbackShare * (1 - PLANNED_PART) },
})

/**
 * A log likelihood ratio at a share of the information that is planned: where the information grows as in Brownian
 * motion, the square root of twice this is how high the motion is at that time, whose end is 1. Nothing beyond that.
 * [source: planned-looks]
 */
export const plannedLogRatio = (logRatio: number, share: number): number => (share > 1 ? 0 : logRatio * share)

/**
 * What it reaches at any time until then with a chance of alpha: Brownian motion ever exceeds a height with twice the
 * chance of ending above it.
 */
export const boundaryUntilPlanned = (alpha: number): number => normalQuantile(alpha / 2) ** 2 / 2

/** Found once for all that is asked of it: an interval asks at each of its steps. */
export const plannedBoundary = memoized((policy: Policy): number =>
  boundaryUntilPlanned(streamAlpha(policy) * PLANNED_PART),
)
