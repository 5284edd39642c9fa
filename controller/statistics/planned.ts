import type { Policy } from '../policy/policy.ts'
import { streamAlpha } from './budget.ts'
import { normalQuantile } from './normal.ts'

/**
 * Part of a stream that the tests have whose looks end with the window, one of the stage and one of all its lines: what a
 * small rise can show by then needs nearly all of it, and an hour is too short to show it whatever is spent. The other
 * tests share the rest. [source: planned-looks]
 */
const PLANNED_PART = 1 / 4

/** The policy by which the other tests of such a stream have their boundaries. */
export const policyOfOthers = (policy: Policy): Policy => ({
  ...policy,
  evidence: { ...policy.evidence, falseRollbackShare: policy.evidence.falseRollbackShare * (1 - 2 * PLANNED_PART) },
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

/** Of the stage, or of each of so many lines, which share it evenly: e-values ask for as much of one. [source: e-values] */
export const plannedBoundary = (policy: Policy, lines = 1): number =>
  boundaryUntilPlanned((streamAlpha(policy) * PLANNED_PART) / lines)
