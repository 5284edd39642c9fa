import type { Policy } from '../policy/policy.ts'
import { boundaryFor, maxSprtCriticalValue } from './sequential.ts'

/** Three stages times connection, cycle time, errors, memory, crashes, quality, and output of cycles and of units. [source: false-rollback-budget] */
const STREAMS = 24
/** Ways in which a stream may alarm: stage and lines, since the update and in the rolling window, and a late change. */
const WAYS = 5

/** What a release may lose to false rollbacks on one stream. */
export const streamAlpha = ({ evidence }: Policy): number => evidence.falseRollbackShare / STREAMS

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

/** Boundary of a run's log likelihood ratio. */
export const runBoundary = (policy: Policy): number =>
  boundaryFor(wayAlpha(policy), policy.evidence.horizonMs / policy.tickMs)

/** Boundary of a single count. */
export const singleBoundary = (policy: Policy): number => maxSprtCriticalValue(streamAlpha(policy))
