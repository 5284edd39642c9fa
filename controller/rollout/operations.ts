import { hoursText } from '../messages/wording.ts'
import { gateAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { type Decision, transition } from './decide.ts'
import { sinceReleaseMs } from './holdback.ts'
import type { LastEvaluation } from './last-evaluation.ts'
import {
  type Freeze,
  heldOf,
  isDeploymentUnconfirmed,
  isFinal,
  isReleasingHoldback,
  LAST_STAGE,
  type Operated,
  type Rollout,
  stageOf,
} from './rollout.ts'
import { type SoakClock, watchedMs } from './soak.ts'

/** What a person may do to a rollout, or to the line. */
export const OPERATIONS = ['pause', 'resume', 'abort', 'skip', 'retry', 'promote', 'freeze', 'unfreeze'] as const
export type Operation = (typeof OPERATIONS)[number]

/** Who wants what, and why; with an `id`, asking again is no second operation. */
export interface OperationRequest {
  readonly operation: Operation
  readonly actor: string
  readonly reason: string
  readonly id?: string | undefined
}

/** What an operation meets. */
export interface Situation {
  /** The last rollout, ended or not; null if there never was one. */
  readonly rollout: Rollout | null
  readonly freeze: Freeze
  readonly lastEvaluation: LastEvaluation | null
  readonly soak: SoakClock | null
  readonly policy: Policy
  readonly nowMs: number
}

/** What is done: the documents that change, and the decision that it comes to, if it is one. */
export interface Accepted {
  readonly kind: 'accepted'
  readonly reason: string
  readonly rollout?: Rollout
  readonly freeze?: Freeze
  readonly decision?: Decision
  /** The stage's window begins anew. */
  readonly restartsSoak?: boolean
}

/** `repeated`: it was done before, and is not done again. */
export type Admission = Accepted | { readonly kind: 'refused' | 'repeated'; readonly reason: string }

/** Operations that are remembered with the rollout and with the line. */
const REMEMBERED = 50
/** A look older than so many ticks says nothing about now. */
const FRESH_TICKS = 2

const refused = (reason: string): Admission => ({ kind: 'refused', reason })
const accepted = (reason: string, change: Omit<Accepted, 'kind' | 'reason'>): Accepted => ({
  kind: 'accepted',
  reason,
  ...change,
})

/** Rules on a request, by what the operation means in this state. Pure; who asks is not its business but the audit's. */
export function admit(request: OperationRequest, situation: Situation): Admission {
  const { rollout, freeze, nowMs } = situation
  const done = [...(rollout?.operations ?? []), ...freeze.operations]
  const before = request.id === undefined ? undefined : done.find(({ id }) => id === request.id)
  if (before !== undefined) return { kind: 'repeated', reason: `${before.operation} ${request.id} was done before` }
  const admission =
    request.operation === 'freeze' || request.operation === 'unfreeze'
      ? admitFreeze(request, freeze, nowMs)
      : rollout === null
        ? refused('there is no rollout')
        : ADMISSION_RULES[request.operation](rollout, request, situation)
  return admission.kind === 'accepted' ? withOperation(admission, request, nowMs) : admission
}

type AdmissionRule = (rollout: Rollout, request: OperationRequest, situation: Situation) => Admission

const ADMISSION_RULES: Readonly<Record<Exclude<Operation, 'freeze' | 'unfreeze'>, AdmissionRule>> = {
  /** Holds the way on, not the watch, and not a way back. */
  pause(rollout, request, { nowMs }) {
    const { actor, reason } = request
    if (isFinal(rollout)) return ended(rollout)
    if (rollout.state === 'rolling-back') return refused('a way back cannot be paused')
    if (rollout.pause != null) return again(rollout.pause, request, 'paused')
    return accepted('nothing is deployed or promoted until it is resumed', {
      rollout: { ...rollout, pause: { actor, reason, atMs: nowMs } },
    })
  },

  resume(rollout) {
    if (isFinal(rollout)) return ended(rollout)
    if (rollout.pause == null) return refused('the rollout is not paused')
    return accepted(`goes on after the pause by ${rollout.pause.actor}`, { rollout: { ...rollout, pause: null } })
  },

  /** The way back, now; also for what was halted with new firmware on devices. */
  abort(rollout, request, { nowMs }) {
    if (rollout.state === 'rolling-back') return refused('it is on its way back already')
    if (rollout.state === 'halted' && rollout.haltedFrom === 'rolling-back') {
      return refused('it was halted on its way back; retry orders the way back anew')
    }
    if (isFinal(rollout) && rollout.state !== 'halted') return ended(rollout)
    const decision: Decision = { kind: 'rollback', reason: `aborted by ${request.actor}: ${request.reason}` }
    return accepted('every stage that was deployed goes back', {
      rollout: transition(rollout, decision, nowMs),
      decision,
    })
  },

  /** Does without the rest of the window; only of a stage that is well. */
  skip(rollout, request, situation) {
    const { nowMs, lastEvaluation } = situation
    const obstacle = notJudged(rollout, situation)
    if (obstacle !== null) return obstacle
    if (lastEvaluation?.verdict !== 'healthy') return refused(`the stage is not healthy: ${worstOf(lastEvaluation)}`)
    const restMs = restOfWindowMs(rollout, situation)
    if (restMs <= 0) return refused('the window has passed; promote does without the evidence that is missing')
    return onward(rollout, `${hoursText(restMs)} of the window skipped by ${request.actor}: ${request.reason}`, nowMs)
  },

  /** Does without evidence that a whole window could not bring; never against evidence. */
  promote(rollout, request, situation) {
    const { nowMs, lastEvaluation } = situation
    const obstacle = notJudged(rollout, situation)
    if (obstacle !== null) return obstacle
    if (lastEvaluation?.verdict === 'breach') return refused(`the stage breaches: ${worstOf(lastEvaluation)}`)
    const restMs = restOfWindowMs(rollout, situation)
    if (restMs > 0) return refused(`${hoursText(restMs)} of the window are left; skip does without them`)
    return onward(rollout, `promoted by ${request.actor}: ${request.reason} (${lastEvaluation?.reason})`, nowMs)
  },

  /** Takes up what was halted: with new tokens, so that it is a new order to the devices. */
  retry(rollout, request, { freeze, policy, nowMs }) {
    if (rollout.state !== 'halted') {
      return isFinal(rollout) ? ended(rollout) : refused('it was not halted; what failed is tried again at every look')
    }
    const { actor, reason } = request
    const why = `retried by ${actor}: ${reason}`
    // What is pending still is: devices that were let go must get there, and who may have the firmware be taken back.
    const anew = { ...rollout, retries: (rollout.retries ?? 0) + 1 }
    const stage = stageOf(rollout).name
    switch (rollout.haltedFrom) {
      case 'rolling-back': {
        const decision: Decision = { kind: 'rollback', reason: why }
        return accepted('the way back is ordered anew', { rollout: transition(anew, decision, nowMs), decision })
      }
      case 'deploying': {
        const isHotfix = rollout.release.hotfix !== undefined
        if (freeze.frozen !== null && !isHotfix) return refused(`the line was stopped by ${freeze.frozen.actor}`)
        const { opensAtMs } = gateAt(policy, stage, nowMs, isHotfix)
        if (opensAtMs > nowMs) return refused(`the gate of ${stage} opens in ${hoursText(opensAtMs - nowMs)}`)
        const decision: Decision = { kind: 'deploy', reason: why }
        return accepted(`${stage} is deployed anew`, { rollout: transition(anew, decision, nowMs), decision })
      }
      case 'soaking': {
        const decision: Decision = { kind: 'soak', reason: why }
        const next = transition(anew, decision, nowMs)
        return accepted(`the window of ${stage} begins anew`, { rollout: next, decision, restartsSoak: true })
      }
      default:
        return refused('nobody knows what it was halted from')
    }
  },
}

function admitFreeze(request: OperationRequest, freeze: Freeze, nowMs: number): Admission {
  const { operation, actor, reason } = request
  if (operation === 'unfreeze') {
    if (freeze.frozen === null) return refused('the line is not stopped')
    return accepted(`the stop by ${freeze.frozen.actor} is over`, { freeze: { ...freeze, frozen: null } })
  }
  if (freeze.frozen !== null) return again(freeze.frozen, request, 'stopped')
  return accepted('nothing is deployed until unfreeze, except ways back and hotfixes', {
    freeze: { ...freeze, frozen: { actor, reason, atMs: nowMs } },
  })
}

/** The same words of the same person are the same request. */
function again(order: { actor: string; reason: string }, { actor, reason }: OperationRequest, what: string): Admission {
  const isSame = order.actor === actor && order.reason === reason
  return { kind: isSame ? 'repeated' : 'refused', reason: `${what} already by ${order.actor}: ${order.reason}` }
}

/** Why a stage must not be promoted by a person either: there is nothing to go by. */
function notJudged(rollout: Rollout, { lastEvaluation, policy, nowMs }: Situation): Admission | null {
  if (isFinal(rollout)) return ended(rollout)
  if (rollout.state !== 'soaking') return refused(`${stageOf(rollout).name} is ${rollout.state}, not soaking`)
  if (rollout.pause != null) return refused(`paused by ${rollout.pause.actor}; resume it first`)
  if (isDeploymentUnconfirmed(rollout))
    return refused('nobody knows whether its order was placed; it is asked at every look')
  if (isReleasingHoldback(rollout)) return refused(`not all that were let go are in ${stageOf(rollout).name} yet`)
  const soakingSinceMs = stageOf(rollout).soakingSinceMs ?? nowMs
  const isFresh = lastEvaluation !== null && nowMs - lastEvaluation.atMs <= FRESH_TICKS * policy.tickMs
  if (!isFresh || lastEvaluation.atMs < soakingSinceMs) return refused('no look of late; nothing is known of the stage')
  return lastEvaluation.isTelemetryDown ? refused('the telemetry is down; nothing is known of the stage') : null
}

const worstOf = (evaluation: LastEvaluation | null): string => evaluation?.findings[0]?.reason ?? 'no data'

const ended = ({ state }: Rollout): Admission =>
  refused(`the rollout is ${state}${state === 'halted' ? '; retry or abort it' : '; start another one'}`)

/** Of the stage's window, and of that of devices which were let go. */
const restOfWindowMs = (rollout: Rollout, { soak, policy, nowMs }: Situation): number =>
  policy.windowMs - Math.min(watchedMs(stageOf(rollout), soak, nowMs), sinceReleaseMs(rollout, nowMs))

function onward(rollout: Rollout, reason: string, nowMs: number): Accepted {
  const isLast = rollout.stageIndex === LAST_STAGE && heldOf(rollout).length === 0
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
  const added = (operations: readonly Operated[] = []): readonly Operated[] => [...operations, one].slice(-REMEMBERED)
  const { rollout, freeze } = admission
  return {
    ...admission,
    ...(rollout !== undefined && { rollout: { ...rollout, operations: added(rollout.operations) } }),
    ...(freeze !== undefined && { freeze: { ...freeze, operations: added(freeze.operations) } }),
  }
}
