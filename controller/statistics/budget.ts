import type { Policy, StagePolicy } from '../policy/policy.ts'
import { STREAMS } from '../policy/rules.ts'
import { memoized } from '../support/memoized.ts'
import { boundaryFor, maxSprtCriticalValue } from './sequential.ts'

/**
 * What failed deployments have of the budget, on which one count a stage decides; the other streams share the rest: the
 * stages times what the rules that decide have. [source: false-rollback-budget]
 */
const FAILED_PART = 0.118
/**
 * Ways in which a stream may alarm: stage and lines, since the update and in the rolling window, and at every evaluation
 * by a late change or by itself.
 */
const WAYS = 5

/** What a release may lose to false rollbacks on one stream. */
export const streamAlpha = ({ evidence, rules, stages }: Policy): number =>
  (evidence.falseRollbackShare * (1 - FAILED_PART)) / (stages.length * streamsOf(rules))

/** At least one, so that a policy of which no rule decides can still be reported on. */
const streamsOf = memoized((rules: Policy['rules']): number =>
  Math.max(
    rules.reduce((sum, { name, criticality, metricTest }) => {
      const own = STREAMS[name] ?? (metricTest === undefined ? 0 : 1)
      return sum + (criticality === 'decides' ? own : 0)
    }, 0),
    1,
  ),
)

const wayAlpha = (policy: Policy): number => streamAlpha(policy) / WAYS

/** Rolling windows that the horizon holds, end to end. */
const windows = ({ evidence }: Policy): number => evidence.horizonMs / evidence.rollingMs

/** How many tests share an error: of the stage one, of its lines as many; of the rolling window as many as it has. */
const members = (policy: Policy, lines: number, isRolling: boolean): number => lines * (isRolling ? windows(policy) : 1)

/** Boundary of mixture likelihood ratios. */
export const mixtureBoundary = (policy: Policy, lines: number, isRolling: boolean): number =>
  boundaryFor(wayAlpha(policy), members(policy, lines, isRolling))

/** Boundary of the Poisson MaxSPRT. */
export const countBoundary = (policy: Policy, lines: number, isRolling: boolean): number =>
  maxSprtCriticalValue(wayAlpha(policy) / members(policy, lines, isRolling))

/**
 * What a rule may be wrong about the limit, once the change itself is beyond doubt: a change that is as large as the
 * limit is taken for more in one release of ten at most. [source: limit-evidence]
 */
export const LIMIT_ALPHA = 0.1

/** Boundary of a log likelihood ratio against the limit; rolling windows are those of one stage. */
export const limitBoundary = ({ windowMs, evidence }: Policy, lines: number, isRolling: boolean): number =>
  boundaryFor(LIMIT_ALPHA, lines * (isRolling ? Math.max(windowMs / evidence.rollingMs, 1) : 1))

/** Boundary of a run's log likelihood ratio; in a rule without runs, of the chance of what one evaluation shows. */
export const runBoundary = (policy: Policy): number =>
  boundaryFor(wayAlpha(policy), policy.evidence.horizonMs / policy.tickMs)

/**
 * What each way of being away has of its stream: half is for devices that have been away since their update, because that
 * is when a release kills; the others are away just now, for long, and all at once.
 */
const UPDATE_PART = 1 / 2
const AWAY_PART = 1 / 6

/**
 * Boundary in nats of the chance that so many devices are away at one moment. Expected crossings bound the chance of
 * any: devices come and go, and on the average `count` of them are away about once in each outage's length for every
 * one, so that the moments to be counted are `count` times the lengths that the horizon holds. [source: away-crossings]
 */
export const awayBoundary = (policy: Policy, count: number): number =>
  boundaryFor(streamAlpha(policy) * AWAY_PART, (count * policy.evidence.horizonMs) / policy.evidence.awayForMs)

/** The same of evaluations, for what an evaluation shows of the time since the one before. */
export const suddenBoundary = (policy: Policy): number =>
  boundaryFor(streamAlpha(policy) * AWAY_PART, policy.evidence.horizonMs / policy.tickMs)

/** The same of the update itself, which a device has once. */
export const updateBoundary = (policy: Policy): number => boundaryFor(streamAlpha(policy) * UPDATE_PART)

/** What the first stage has of it; the others share what is left. */
const FAILED_FIRST_PART = 0.93

/**
 * Boundary in nats of the chance of so many failed deployments in a stage. The stages share their part unevenly: later
 * ones are so large that a share above the limit is far beyond chance anyway. [source: failed-deployments]
 */
export function failedBoundary({ evidence, stages }: Policy, stage: StagePolicy['name']): number {
  const later = stages.length - 1
  const part = later === 0 ? 1 : stage === stages[0]?.name ? FAILED_FIRST_PART : (1 - FAILED_FIRST_PART) / later
  return boundaryFor(evidence.falseRollbackShare * FAILED_PART * part)
}
