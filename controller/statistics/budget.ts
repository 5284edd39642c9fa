import type { StageName } from '../contract.ts'
import type { Policy } from '../policy/policy.ts'
import { boundaryFor, maxSprtCriticalValue } from './sequential.ts'

/**
 * Three stages times connection, cycle time, errors, memory, crashes, devices that are away, and failed deployments.
 * [source: false-rollback-budget]
 */
const STREAMS = 21
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

/** Ways in which devices may be away: just now, for long, since their update, and all at once. */
const AWAY_WAYS = 4

/**
 * Boundary in nats of the chance that so many devices are away at one moment. Expected crossings bound the chance of
 * any: devices come and go, and on the average `count` of them are away about once in each outage's length for every
 * one, so that the moments to be counted are `count` times the lengths that the horizon holds. [source: away-crossings]
 */
export const awayBoundary = (policy: Policy, count: number): number =>
  boundaryFor(streamAlpha(policy) / AWAY_WAYS, (count * policy.evidence.horizonMs) / policy.evidence.awayForMs)

/** The same of evaluations, for what an evaluation shows of the time since the one before. */
export const suddenBoundary = (policy: Policy): number =>
  boundaryFor(streamAlpha(policy) / AWAY_WAYS, policy.evidence.horizonMs / policy.tickMs)

/** The same of the update itself, which a device has once. */
export const updateBoundary = (policy: Policy): number => boundaryFor(streamAlpha(policy) / AWAY_WAYS)

/**
 * Boundary in nats of the chance of so many failed deployments in a stage. The three stages share their streams
 * unevenly: later stages are so large that a share above the limit is far beyond chance anyway.
 * [source: failed-deployments]
 */
export const failedBoundary = (policy: Policy, stage: StageName): number =>
  boundaryFor(3 * streamAlpha(policy) * (stage === 'canary' ? 0.8 : 0.1))

/** Boundary of a single count. */
export const singleBoundary = (policy: Policy): number => maxSprtCriticalValue(streamAlpha(policy))
