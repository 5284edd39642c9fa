import {
  HOLDBACK_GROUP,
  MIGRATION_COMPLETED_EVENT,
  type PagingEvent,
  REASON_CODES,
  ROLLBACK_STARTED_EVENT,
  ROLLBACK_STUCK_EVENT,
  ROLLED_BACK_EVENT,
  ROLLOUT_COMPLETED_EVENT,
  ROLLOUT_HALTED_EVENT,
  ROLLOUT_HELD_EVENT,
  STAGE_PASSED_EVENT,
  type StageName,
} from '../contract.ts'
import type { DecisionReason, PauseReason } from '../messages/decisions.ts'
import type { NotificationMessage } from '../messages/notifications.ts'
import type { Decision } from './decide.ts'
import { withHeld, withHoldbackReleased } from './holdback.ts'
import { type Effect, heldOf, type Rollout, requestOf, stageOf, touchedStages } from './rollout.ts'

/** The rollout after a decision, with its effects still pending. Pure; the only way a state changes. */
export function transition(rollout: Rollout, decision: Decision, nowMs: number): Rollout {
  if (decision.kind === 'wait') return rollout
  if (decision.kind === 'page' || decision.kind === 'pause') return held(rollout, decision, nowMs)
  const next = { ...rollout, reason: decision.reason, stateSinceMs: nowMs }
  const { name } = stageOf(rollout)
  const announce = (detailType: string, detail: object = {}): Effect =>
    announcement(rollout, detailType, { stage: name, reason: decision.reason, ...detail })
  const page = (event: PagingEvent, stuck?: readonly string[]): readonly Effect[] =>
    paging(rollout, event, decision.reason, stuck)
  switch (decision.kind) {
    case 'deploy': {
      const deploy = requestOf(rollout, 'deploy', name, nowMs)
      const holding = decision.held === undefined ? next : withHeld(next, decision.held, nowMs)
      const things = heldOf(holding)
      const pending: Effect[] = things.length === 0 ? [deploy] : [{ kind: 'hold-back', things }, deploy]
      return { ...holding, state: 'deploying', pending }
    }
    case 'soak':
      return { ...next, state: 'soaking', stages: withSoak(rollout, name, nowMs) }
    case 'promote': {
      // After the last stage follows its holdback.
      const detail = { passed: name, next: rollout.stages[rollout.stageIndex + 1]?.name ?? HOLDBACK_GROUP }
      const pending = [announcement(rollout, STAGE_PASSED_EVENT, detail)]
      return {
        ...next,
        state: 'waiting',
        stageIndex: Math.min(rollout.stageIndex + 1, rollout.stages.length - 1),
        pending,
      }
    }
    case 'release-holdback': {
      const releaseHoldback = { kind: 'release-holdback', things: heldOf(rollout), into: 'release' } as const
      return { ...withHoldbackReleased(next, nowMs), state: 'soaking', pending: [releaseHoldback] }
    }
    case 'rollback': {
      const pending = [...rollbackEffects(rollout, nowMs), announce(ROLLBACK_STARTED_EVENT)]
      return { ...withHoldbackReleased(next, nowMs), state: 'rolling-back', pause: null, stuck: [], pending }
    }
    case 'complete':
      return { ...next, state: 'completed', pending: [...rollout.pending, announce(completionOf(rollout))] }
    case 'confirm':
      return { ...next, state: 'rolled-back', pending: [...rollout.pending, announce(ROLLED_BACK_EVENT)] }
    case 'escalate': {
      const { stuck } = decision
      return { ...rollout, stuck, pending: [...rollout.pending, ...page(ROLLBACK_STUCK_EVENT, stuck)] }
    }
    case 'halt': {
      const { stuck = [] } = decision
      const pages = stuck.length > 0 ? page(ROLLBACK_STUCK_EVENT, stuck) : page(ROLLOUT_HALTED_EVENT)
      return { ...next, state: 'halted', haltedFrom: rollout.state, stuck, pending: [...rollout.pending, ...pages] }
    }
  }
}

const completionOf = ({ subject }: Rollout): string =>
  subject === 'migration' ? MIGRATION_COMPLETED_EVENT : ROLLOUT_COMPLETED_EVENT

/** The state stays what it was, and its clock runs on; on-call is paged. */
function held(rollout: Rollout, { kind, reason }: Decision, nowMs: number): Rollout {
  const pending = [...rollout.pending, ...paging(rollout, ROLLOUT_HELD_EVENT, reason)]
  const pause = kind === 'pause' && { pause: { actor: CONTROLLER, reason: reason as PauseReason, atMs: nowMs } }
  if (reason.code === 'FOREIGN_DEPLOYMENT') {
    const noticed = reason.data.deployments.map(({ deploymentId }) => deploymentId)
    return { ...rollout, pending, ...pause, noticedDeployments: [...(rollout.noticedDeployments ?? []), ...noticed] }
  }
  return { ...rollout, pending, ...(pause || { pagedAtMs: nowMs }) }
}

/** The actor of what no operator has requested. */
export const CONTROLLER = 'controller'

const withSoak = (rollout: Rollout, name: StageName, nowMs: number): Rollout['stages'] =>
  rollout.stages.map((stage) => (stage.name === name ? { ...stage, soakingSinceMs: nowMs } : stage))

const announcement = (rollout: Rollout, detailType: string, detail: object): Effect => ({
  kind: 'announce',
  detailType,
  detail: { rolloutId: rollout.id, ...detail },
})

/** What on-call is paged for is announced on the bus as well. */
function paging(
  rollout: Rollout,
  event: PagingEvent,
  reason: DecisionReason,
  stuck?: readonly string[],
): readonly Effect[] {
  const { name: stage } = stageOf(rollout)
  const data = { version: rollout.release.version, stage, reason, ...(stuck !== undefined && { stuck }) }
  const message: NotificationMessage = { code: REASON_CODES[event], data }
  return [announcement(rollout, event, data), { kind: 'notify', notification: { rolloutId: rollout.id, message } }]
}

/**
 * Newest stage first: the rollback revision supersedes the bad one; the cancel after it only tidies up. The holdback
 * comes last, and gets that revision. [source: rollback-order]
 */
function rollbackEffects(rollout: Rollout, nowMs: number): readonly Effect[] {
  const requests = [...touchedStages(rollout)].reverse().flatMap(({ name, deployment }): Effect[] => {
    const request = requestOf(rollout, 'rollback', name, nowMs)
    return deployment === null ? [request] : [request, { kind: 'cancel', deploymentId: deployment.deploymentId }]
  })
  const { holdback } = rollout
  return holdback === undefined
    ? requests
    : [...requests, { kind: 'release-holdback', things: holdback.things, into: 'rollback' }]
}
