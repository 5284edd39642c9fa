import type { DecisionReason, Lack } from '../messages/decisions.ts'
import type { Message } from '../messages/message.ts'
import type { OperationReason } from '../messages/operations.ts'
import { gateAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import type { Decision, DecisionKind } from './decide.ts'
import { sinceReleaseMs, soakMs } from './holdback.ts'
import type { LastEvaluation } from './last-evaluation.ts'
import {
  type Freeze,
  heldOf,
  isAtLastStage,
  isDeploymentUnconfirmed,
  isFinal,
  isReleasingHoldback,
  type Operated,
  type Pause,
  type Rollout,
  stageOf,
} from './rollout.ts'
import { type SoakClock, watchedMs } from './soak.ts'
import { transition } from './transition.ts'

/** What an operator may do to a rollout, or to all changes. */
export const OPERATIONS = ['pause', 'resume', 'abort', 'skip', 'retry', 'promote', 'freeze', 'unfreeze'] as const
export type Operation = (typeof OPERATIONS)[number]

/**
 * Which operator requests what, and why. `id` is an idempotency key, bound to all of it: the same request again has no
 * further effect, and another one under the same id is refused. [source: idempotency-key]
 */
export interface OperationRequest {
  readonly operation: Operation
  readonly actor: string
  readonly reason: string
  readonly id?: string | undefined
}

/** What an operation is judged by. */
export interface Situation {
  /** The last rollout, ended or not; null if there never was one. */
  readonly rollout: Rollout | null
  readonly freeze: Freeze
  /** Operations on rollouts before this one, whose ids may come again; absent where none was looked up. */
  readonly formerOperations?: readonly Operated[]
  readonly lastEvaluation: LastEvaluation | null
  readonly soak: SoakClock | null
  readonly policy: Policy
  readonly nowMs: number
}

/** What is done: the documents that change, and the decision that the operation amounts to, if any. */
export interface Accepted {
  readonly kind: 'accepted'
  readonly reason: OperationReason
  readonly rollout?: Rollout
  readonly freeze?: Freeze
  readonly decision?: Decision
  /** The stage's window starts again. */
  readonly restartsSoak?: boolean
}

/** `repeated`: it was done before, and is not done again. */
export type Admission = Accepted | { readonly kind: 'refused' | 'repeated'; readonly reason: OperationReason }

/** Operations that are kept in the document of the rollout, and in that of the change freeze. */
const KEPT_OPERATIONS = 50
/** An evaluation older than so many ticks does not show the present health. */
const FRESH_TICKS = 2

const refused = (reason: OperationReason): Admission => ({ kind: 'refused', reason })
const accepted = (reason: OperationReason, change: Omit<Accepted, 'kind' | 'reason'>): Accepted => ({
  kind: 'accepted',
  reason,
  ...change,
})

/**
 * Admits a request, or refuses it, by what the operation means in this state. Pure; the actor matters to the audit
 * trail only.
 */
export function admit(request: OperationRequest, situation: Situation): Admission {
  const { rollout, freeze, nowMs } = situation
  const admission =
    doneBefore(request, situation) ??
    (request.operation === 'freeze' || request.operation === 'unfreeze'
      ? admitFreeze(request, freeze, nowMs)
      : rollout === null
        ? refused({ code: 'ROLLOUT_MISSING', data: {} })
        : ADMISSION_RULES[request.operation](rollout, request, situation))
  return admission.kind === 'accepted' ? withOperation(admission, request, nowMs) : admission
}

function doneBefore(request: OperationRequest, situation: Situation): Admission | null {
  const { id } = request
  if (id === undefined) return null
  const before = operationsIn(situation).find((one) => one.id === id)
  if (before === undefined) return null
  const { operation, actor, reason: operatorReason } = before
  return isSameRequest(before, request)
    ? { kind: 'repeated', reason: { code: 'DONE_BEFORE', data: { operation, id } } }
    : refused({ code: 'IDEMPOTENT_PARAMETER_MISMATCH', data: { id, operation, actor, operatorReason } })
}

const operationsIn = ({ rollout, freeze, formerOperations = [] }: Situation): readonly Operated[] => [
  ...(rollout?.operations ?? []),
  ...freeze.operations,
  ...formerOperations,
]

const isSameRequest = (one: Operated, { operation, actor, reason, id }: OperationRequest): boolean =>
  one.operation === operation && one.actor === actor && one.reason === reason && one.id === id

/**
 * Whether the request was carried out at this very instant: what a write has left behind that the store reported as lost
 * to another one. [source: conditional-write-retry]
 */
export const isWritten = (request: OperationRequest, situation: Situation): boolean =>
  operationsIn(situation).some((one) => one.atMs === situation.nowMs && isSameRequest(one, request))

type AdmissionRule = (rollout: Rollout, request: OperationRequest, situation: Situation) => Admission

const ADMISSION_RULES: Readonly<Record<Exclude<Operation, 'freeze' | 'unfreeze'>, AdmissionRule>> = {
  /** Holds progress; monitoring and a rollback go on. */
  pause(rollout, { actor, reason: operatorReason }, { nowMs }) {
    if (isFinal(rollout)) return ended(rollout)
    if (rollout.state === 'rolling-back') return refused({ code: 'ROLLBACK_NOT_PAUSABLE', data: {} })
    if (rollout.pause != null) return pausedAlready(rollout.pause, actor, operatorReason)
    const pause: Pause = { actor, reason: { code: 'OPERATOR_REASON', data: { operatorReason } }, atMs: nowMs }
    return accepted({ code: 'ROLLOUT_PAUSED', data: {} }, { rollout: { ...rollout, pause } })
  },

  resume(rollout) {
    if (isFinal(rollout)) return ended(rollout)
    if (rollout.pause == null) return refused({ code: 'NOT_PAUSED', data: {} })
    const reason: OperationReason = { code: 'ROLLOUT_RESUMED', data: { pausedBy: rollout.pause.actor } }
    return accepted(reason, { rollout: { ...rollout, pause: null } })
  },

  /** Rolls back now; also what was halted with new firmware on devices. */
  abort(rollout, request, { nowMs }) {
    if (rollout.state === 'rolling-back') return refused({ code: 'ROLLBACK_RUNNING', data: {} })
    if (rollout.state === 'halted' && rollout.haltedFrom === 'rolling-back') {
      return refused({ code: 'HALTED_IN_ROLLBACK', data: {} })
    }
    if (isFinal(rollout) && rollout.state !== 'halted') return ended(rollout)
    const decision: Decision = { kind: 'rollback', reason: { code: 'ABORTED', data: operatorOf(request) } }
    return accepted(
      { code: 'ROLLBACK_REQUESTED', data: {} },
      { rollout: transition(rollout, decision, nowMs), decision },
    )
  },

  /** Does without the rest of the window; only of a healthy stage. */
  skip(rollout, request, situation) {
    const { nowMs, lastEvaluation } = situation
    const obstacle = notJudged(rollout, situation)
    if (obstacle !== null) return obstacle
    if (lastEvaluation?.verdict !== 'healthy') {
      return refused({ code: 'STAGE_NOT_HEALTHY', data: { finding: worstOf(lastEvaluation) } })
    }
    const remainingMs = restOfWindowMs(rollout, situation)
    if (remainingMs <= 0) return refused({ code: 'WINDOW_ELAPSED', data: {} })
    return onward(rollout, { code: 'WINDOW_SKIPPED', data: { ...operatorOf(request), remainingMs } }, nowMs)
  },

  /** Does without evidence that a whole window could not bring; never against evidence. */
  promote(rollout, request, situation) {
    const { nowMs, lastEvaluation } = situation
    const obstacle = notJudged(rollout, situation)
    if (obstacle !== null) return obstacle
    if (lastEvaluation?.verdict === 'breach') {
      return refused({ code: 'STAGE_BREACHES', data: { finding: worstOf(lastEvaluation) } })
    }
    const remainingMs = restOfWindowMs(rollout, situation)
    if (remainingMs > 0) return refused({ code: 'WINDOW_NOT_ELAPSED', data: { remainingMs } })
    const despite = lastEvaluation?.reason ?? NO_DATA
    return onward(rollout, { code: 'PROMOTED_WITHOUT_EVIDENCE', data: { ...operatorOf(request), despite } }, nowMs)
  },

  /** Takes up what was halted: with new tokens, so that it is a new request to the devices. */
  retry(rollout, request, { freeze, policy, nowMs }) {
    if (rollout.state !== 'halted') {
      return isFinal(rollout) ? ended(rollout) : refused({ code: 'NOT_HALTED', data: {} })
    }
    const reason: DecisionReason = { code: 'RETRIED', data: operatorOf(request) }
    // What is pending still is: released devices must be moved, and devices that may have the firmware be rolled back.
    const anew = { ...rollout, retries: (rollout.retries ?? 0) + 1 }
    const again = (kind: DecisionKind, answer: OperationReason, restartsSoak = false): Accepted => {
      const decision: Decision = { kind, reason }
      return accepted(answer, {
        rollout: transition(anew, decision, nowMs),
        decision,
        ...(restartsSoak && { restartsSoak }),
      })
    }
    const { name: stage } = stageOf(rollout)
    switch (rollout.haltedFrom) {
      case 'rolling-back':
        return again('rollback', { code: 'ROLLBACK_RETRIED', data: {} })
      case 'deploying':
        return (
          notDeployable(rollout, freeze, policy, nowMs) ??
          again('deploy', { code: 'DEPLOYMENT_RETRIED', data: { stage } })
        )
      case 'soaking':
        return again('soak', { code: 'WINDOW_RESTARTED', data: { stage } }, true)
      default:
        return refused({ code: 'HALT_ORIGIN_UNKNOWN', data: {} })
    }
  },
}

const operatorOf = ({
  actor,
  reason,
}: OperationRequest): { readonly actor: string; readonly operatorReason: string } => ({
  actor,
  operatorReason: reason,
})

function admitFreeze(request: OperationRequest, freeze: Freeze, nowMs: number): Admission {
  const { operation, actor, reason } = request
  const { frozen } = freeze
  if (operation === 'unfreeze') {
    if (frozen === null) return refused({ code: 'NOT_FROZEN', data: {} })
    return accepted(
      { code: 'FREEZE_LIFTED', data: { frozenBy: frozen.actor } },
      { freeze: { ...freeze, frozen: null } },
    )
  }
  if (frozen !== null) {
    const isSame = frozen.actor === actor && frozen.reason === reason
    const data = { actor: frozen.actor, operatorReason: frozen.reason }
    return { kind: isSame ? 'repeated' : 'refused', reason: { code: 'ALREADY_FROZEN', data } }
  }
  return accepted({ code: 'FREEZE_SET', data: {} }, { freeze: { ...freeze, frozen: { actor, reason, atMs: nowMs } } })
}

/** The same reason of the same operator is the same request. */
function pausedAlready({ actor, reason }: Pause, byActor: string, operatorReason: string): Admission {
  const isSame = actor === byActor && reason.code === 'OPERATOR_REASON' && reason.data.operatorReason === operatorReason
  return { kind: isSame ? 'repeated' : 'refused', reason: { code: 'ALREADY_PAUSED', data: { actor, reason } } }
}

/** Why a halted deployment must not be requested again now. */
function notDeployable(rollout: Rollout, { frozen }: Freeze, policy: Policy, nowMs: number): Admission | null {
  const { name: stage } = stageOf(rollout)
  const isHotfix = rollout.release.hotfix !== undefined
  if (frozen !== null && !isHotfix) {
    return refused({ code: 'CHANGES_FROZEN', data: { actor: frozen.actor, operatorReason: frozen.reason } })
  }
  const { opensAtMs, closedBy } = gateAt(policy, stage, nowMs, isHotfix)
  if (opensAtMs <= nowMs) return null
  return refused({ code: 'GATE_CLOSED', data: { stage, opensInMs: opensAtMs - nowMs, closedBy } })
}

/** Why an operator must not promote a stage either: there is no verdict to rest on. */
function notJudged(rollout: Rollout, { lastEvaluation, policy, nowMs }: Situation): Admission | null {
  if (isFinal(rollout)) return ended(rollout)
  const { name: stage, soakingSinceMs } = stageOf(rollout)
  if (rollout.state !== 'soaking') return refused({ code: 'NOT_SOAKING', data: { stage, state: rollout.state } })
  if (rollout.pause != null) return refused({ code: 'PAUSED_BY', data: { actor: rollout.pause.actor } })
  if (isDeploymentUnconfirmed(rollout)) return refused({ code: 'DEPLOYMENT_UNCONFIRMED', data: { stage } })
  if (isReleasingHoldback(rollout)) return refused({ code: 'HOLDBACK_RELEASE_UNFINISHED', data: { stage } })
  const isFresh = lastEvaluation !== null && nowMs - lastEvaluation.atMs <= FRESH_TICKS * policy.tickMs
  if (!isFresh || lastEvaluation.atMs < (soakingSinceMs ?? nowMs)) {
    return refused({ code: 'NO_RECENT_EVALUATION', data: {} })
  }
  return lastEvaluation.isTelemetryDown ? refused({ code: 'HEALTH_UNKNOWN', data: {} }) : null
}

const NO_DATA: Lack = { code: 'NO_DATA', data: {} }
const worstOf = (evaluation: LastEvaluation | null): Message => evaluation?.findings[0]?.reason ?? NO_DATA

const ended = ({ state }: Rollout): Admission => refused({ code: 'ROLLOUT_OVER', data: { state } })

/** Of the stage's window, and of the bake time. */
const restOfWindowMs = (rollout: Rollout, { soak, policy, nowMs }: Situation): number =>
  Math.max(
    soakMs(rollout, policy) - watchedMs(stageOf(rollout), soak, nowMs),
    policy.bakeMs - sinceReleaseMs(rollout, nowMs),
  )

function onward(rollout: Rollout, reason: DecisionReason, nowMs: number): Accepted {
  const isLast = isAtLastStage(rollout) && heldOf(rollout).length === 0
  const decision: Decision = { kind: isLast ? 'complete' : 'promote', reason }
  return accepted(reason, { rollout: transition(rollout, decision, nowMs), decision })
}

/** The operation is kept in the document that it changed: one write, so that neither is without the other. */
function withOperation(
  admission: Accepted,
  { operation, actor, reason, id }: OperationRequest,
  atMs: number,
): Accepted {
  const one: Operated = { operation, actor, reason, atMs, id }
  const added = (operations: readonly Operated[] = []): readonly Operated[] =>
    [...operations, one].slice(-KEPT_OPERATIONS)
  const { rollout, freeze } = admission
  return {
    ...admission,
    ...(rollout !== undefined && { rollout: { ...rollout, operations: added(rollout.operations) } }),
    ...(freeze !== undefined && { freeze: { ...freeze, operations: added(freeze.operations) } }),
  }
}
