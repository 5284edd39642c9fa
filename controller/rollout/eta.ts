import { gateAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { windowOf } from '../policy/stages.ts'
import { followGateAt, soakMs } from './holdback.ts'
import { type Freeze, isFinal, type Rollout, stageOf } from './rollout.ts'
import { type SoakClock, watchedMs } from './soak.ts'

/** When the last stage will have passed if nothing goes wrong, and what the time until then is made of. */
export interface Eta {
  readonly atMs: number
  /** Installing and monitoring. */
  readonly workMs: number
  /** Waiting for gates. [source: work-and-waiting] */
  readonly waitingMs: number
}

/** A stage's install, with room for the slow ones. [source: reference-calendar] */
const INSTALL_MS = 15 * 60_000

/** Null when it is unknown: the rollout has ended, rolls back, is paused, or changes are frozen. */
export function etaOf(
  rollout: Rollout,
  freeze: Freeze,
  soak: SoakClock | null,
  policy: Policy,
  nowMs: number,
): Eta | null {
  const isHotfix = rollout.release.hotfix !== undefined
  const isFrozen = freeze.frozen !== null && !isHotfix
  if (isFinal(rollout) || rollout.state === 'rolling-back' || rollout.pause != null || isFrozen) return null
  const stage = stageOf(rollout)
  const isWaiting = rollout.state === 'waiting'
  const installMs =
    rollout.state === 'soaking' ? 0 : Math.max(0, INSTALL_MS - (nowMs - (stage.deployment?.atMs ?? nowMs)))
  const { holdback } = rollout
  const isReleased = holdback?.releasedAtMs != null
  // Devices that were held back are watched for a time of their own.
  const leftMs = isReleased
    ? (holdback.releasedAtMs as number) + INSTALL_MS + policy.bakeMs - nowMs
    : soakMs(rollout, policy) - watchedMs(stage, soak, nowMs)
  let workMs = isWaiting ? 0 : installMs + Math.max(0, leftMs)
  let atMs = nowMs + workMs
  const isLastStep = isReleased || (isWaiting && holdback !== undefined)
  const later = isLastStep ? [] : rollout.stages.slice(rollout.stageIndex + (isWaiting ? 0 : 1))
  // The holdback is chosen when production is deployed; it may be empty.
  const isHeldLater = policy.holdback && later.length > 0
  const mayHold = !isReleased && (holdback !== undefined || isHeldLater)
  for (const { name } of later) {
    const windowMs = windowOf(policy, name)
    atMs = gateAt(policy, name, atMs, isHotfix).opensAtMs + INSTALL_MS + windowMs
    workMs += INSTALL_MS + windowMs
  }
  if (mayHold) {
    atMs = followGateAt(policy, atMs, isHotfix).opensAtMs + INSTALL_MS + policy.bakeMs
    workMs += INSTALL_MS + policy.bakeMs
  } else if (later.length > 0) {
    atMs += policy.bakeMs
    workMs += policy.bakeMs
  }
  return { atMs, workMs, waitingMs: atMs - nowMs - workMs }
}
