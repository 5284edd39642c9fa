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
  STAGES,
  type StageName,
} from '../contract.ts'
import { type Evidence, installedCount } from '../evidence/evidence.ts'
import type { Verdict } from '../judge/verdict.ts'
import { hoursText, listed } from '../messages/wording.ts'
import { gateAt } from '../policy/calendar.ts'
import { type Policy, quorumOf } from '../policy/policy.ts'
import type { DeviceExecution, DeviceReading } from '../ports/ports.ts'
import { chooseHeld, sinceReleaseMs, soakingStage, withHeld, withHoldbackReleased } from './holdback.ts'
import { hasFailed, isUnfinished } from './job-status.ts'
import type { RollbackProgress } from './rollback-progress.ts'
import {
  type Effect,
  type Freeze,
  heldOf,
  isDeploymentUnconfirmed,
  isFinal,
  isReleasingHoldback,
  LAST_STAGE,
  type Rollout,
  requestOf,
  stageOf,
  touchedStages,
} from './rollout.ts'
import { type SoakClock, soakProgress, watchedMs } from './soak.ts'

export type DecisionKind =
  | 'wait'
  | 'deploy'
  | 'soak'
  | 'promote'
  | 'rollback'
  /** Devices that were held back follow. */
  | 'release-holdback'
  | 'complete'
  | 'confirm'
  /** Somebody is paged for devices that failed to go back, while the others go on. */
  | 'escalate'
  | 'halt'
  /** Held by the controller itself until a person resumes it; somebody is called. */
  | 'pause'
  /** Nothing changes, but somebody is called. */
  | 'page'

/** What to do next and why, in numbers. */
export interface Decision {
  readonly kind: DecisionKind
  readonly reason: string
  /** Devices stuck on their way back. */
  readonly stuck?: readonly string[]
  /** Devices that stay on the previous firmware. */
  readonly held?: readonly string[]
}

/** What a decision rests on beside the rollout. */
export interface Facts {
  readonly nowMs: number
  /** Null while nothing is deployed. */
  readonly verdict: Verdict | null
  /** Evidence of the stage the state is about. */
  readonly evidence: Evidence | null
  readonly readings: readonly DeviceReading[]
  /** How far the devices are with the rollback deployments, by the word of IoT Jobs; empty in other states. */
  readonly rollbackExecutions: readonly DeviceExecution[]
  /** How far they are by their own word. */
  readonly rollbackProgress: RollbackProgress
  /** What the present soak has counted; absent when it was not looked at, which is as good as nothing. */
  readonly soak?: SoakClock | null
  /** Devices of deployed stages that came late and still run a window of their own. */
  readonly stragglers?: readonly string[]
  /** Since when the telemetry is down; null while it is not. */
  readonly telemetryDownSinceMs?: number | null
  /** How the thing groups differ from the frozen plan, a sentence a device. */
  readonly membershipChanges?: readonly string[]
  /** The line as it is: stopped, or null. */
  readonly freeze?: Freeze | null
}

/** How long a window may be extended for want of evidence before a human is asked. [detection D4: + 24 h] */
const MAX_EXTENSION_MS = 24 * 3_600_000
/** A device that is not back after this long makes the rollback itself a breach. [detection E2: tail of 11.4 min] */
const ROLLBACK_DEADLINE_MS = 15 * 60_000
/** Decisions that bring new firmware nearer, or end the watch over it. */
const ONWARD: ReadonlySet<DecisionKind> = new Set<DecisionKind>(['deploy', 'promote', 'release-holdback', 'complete'])

/**
 * The next step of the rollout. Pure. A breach is looked at before the state, so that no state can miss it; what holds a
 * rollout (blind telemetry, a group that changed, a pause) holds only the way on, never the way back.
 */
export function decide(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const isGoing = !isFinal(rollout) && rollout.state !== 'rolling-back'
  if (!isGoing) return inState(rollout, facts, policy)
  const blindMs = facts.telemetryDownSinceMs == null ? null : facts.nowMs - facts.telemetryDownSinceMs
  const isTrusted = blindMs === null || blindMs >= policy.telemetry.noRollbackForMs
  if (facts.verdict?.kind === 'breach' && isTrusted) {
    return { kind: 'rollback', reason: facts.verdict.findings[0]?.reason ?? 'breach' }
  }
  if (blindMs !== null) return whileBlind(rollout, facts, blindMs, policy)
  const changes = facts.membershipChanges ?? []
  if (changes.length > 0 && rollout.pause == null) {
    return { kind: 'pause', reason: `the thing groups differ from the plan: ${changes.join('; ')}` }
  }
  const decision = inState(rollout, facts, policy)
  const { pause } = rollout
  // Halting is an end, and whoever paused has not asked for one.
  const isHeld = pause != null && (ONWARD.has(decision.kind) || decision.kind === 'halt')
  return isHeld ? { kind: 'wait', reason: `paused by ${pause.actor}: ${pause.reason} (${decision.reason})` } : decision
}

/** Nothing goes on and no time counts; somebody is called once. [detection D4: HOLD] */
function whileBlind(rollout: Rollout, facts: Facts, blindMs: number, policy: Policy): Decision {
  const minutes = Math.round(blindMs / 60_000)
  const breach = facts.verdict?.kind === 'breach' ? `; not acted upon: ${facts.verdict.findings[0]?.reason}` : ''
  const reason = `the telemetry is down for ${minutes} min, everything is held${breach}`
  const isCalled = (rollout.pagedAtMs ?? Number.NEGATIVE_INFINITY) >= facts.nowMs - blindMs
  const isDue = blindMs >= policy.telemetry.pageAfterMs && !isCalled
  return { kind: isDue ? 'page' : 'wait', reason }
}

function inState(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  switch (rollout.state) {
    case 'waiting':
      return atGate(rollout, facts, policy)
    case 'deploying':
      return whileDeploying(rollout, facts, policy)
    case 'soaking':
      return whileSoaking(rollout, facts, policy)
    case 'rolling-back':
      return whileRollingBack(rollout, facts)
    case 'completed':
    case 'rolled-back':
    case 'halted':
      return { kind: 'wait', reason: `the rollout is ${rollout.state}` }
  }
}

/** An open gate is not enough: what was promoted hours ago must still be known to be well. [detection B3, B5] */
function atGate(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const { nowMs, verdict, freeze } = facts
  const { name } = stageOf(rollout)
  if (verdict?.kind === 'inconclusive') {
    return { kind: 'wait', reason: `inconclusive before ${name}: ${verdict.findings[0]?.reason ?? 'no data'}` }
  }
  const { hotfix } = rollout.release
  const stopped = freeze?.frozen ?? null
  if (stopped !== null && hotfix === undefined) {
    return { kind: 'wait', reason: `the line was stopped by ${stopped.actor}: ${stopped.reason}` }
  }
  const { opensAtMs, shutBy } = gateAt(policy, name, nowMs, hotfix !== undefined)
  if (opensAtMs > nowMs) {
    const why = shutBy === null ? '' : ` (${shutBy})`
    return { kind: 'wait', reason: `the gate of ${name} opens in ${hoursText(opensAtMs - nowMs)}${why}` }
  }
  if (hotfix === undefined) return throughGate(rollout, facts, policy, `the gate of ${name} is open`)
  const reason = `hotfix past ${passedBy(policy, name, nowMs, stopped)}: ${hotfix.reason}`
  return throughGate(rollout, facts, policy, reason)
}

/** Whom to hold back is chosen among those that a look can reach. They are the last to get the new firmware. */
function throughGate(rollout: Rollout, { readings }: Facts, policy: Policy, reason: string): Decision {
  const held = heldOf(rollout)
  if (held.length > 0)
    return { kind: 'release-holdback', reason: `${reason}; ${held.length} devices that were held back follow` }
  if (!policy.holdback || rollout.stageIndex < LAST_STAGE) return { kind: 'deploy', reason }
  if (readings.length === 0) return { kind: 'wait', reason: `${reason}; the next look chooses whom to hold back` }
  const chosen = chooseHeld(stageOf(rollout).members, rollout.lineOf, readings)
  if (chosen.length === 0) return { kind: 'deploy', reason: `${reason}; nobody can be held back` }
  return { kind: 'deploy', reason: `${reason}; ${chosen.length} devices are held back`, held: chosen }
}

/** What a hotfix did not wait for, for the audit trail. */
function passedBy(policy: Policy, stage: StageName, nowMs: number, stopped: Freeze['frozen']): string {
  const { opensAtMs, shutBy } = gateAt(policy, stage, nowMs, false)
  const gate = opensAtMs > nowMs ? [shutBy ?? `the gate of ${stage}`] : []
  return [...(stopped === null ? [] : [`the stop by ${stopped.actor}`]), ...gate].join(' and ') || 'an open gate'
}

/** The soak begins when nobody is left to wait for: all that can be reached are installed, or had their time. */
function whileDeploying(rollout: Rollout, { nowMs, evidence, readings }: Facts, policy: Policy): Decision {
  const stage = stageOf(rollout)
  const installed = evidence === null ? 0 : installedCount(evidence, stage.members)
  const quorum = quorumOf(policy, stage.name, stage.members.length)
  const members = new Set(stage.members)
  const reachable = readings.filter(({ thing, connected }) => connected && members.has(thing))
  const open = reachable.filter(({ thing }) => (evidence?.members[thing]?.installedAtMs ?? null) === null)
  const counted = `${installed} of ${members.size} devices installed, ${members.size - reachable.length} offline`
  const sinceMs = nowMs - (stage.deployment?.atMs ?? rollout.stateSinceMs)
  const hasTimedOut = sinceMs > policy.installTimeoutMs
  if (installed >= quorum && (open.length === 0 || hasTimedOut)) {
    const late = open.map(({ thing }) => thing)
    return { kind: 'soak', reason: late.length === 0 ? counted : `${counted}; not waited for: ${late.join(', ')}` }
  }
  if (sinceMs > policy.windowMs) return { kind: 'halt', reason: `${counted} after a whole window, ${quorum} needed` }
  return { kind: 'wait', reason: `${counted}, ${quorum} needed` }
}

function whileSoaking(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const { nowMs, evidence, verdict } = facts
  const stage = soakingStage(rollout)
  const soak = facts.soak ?? null
  const passedMs = watchedMs(stage, soak, nowMs)
  if (passedMs < policy.windowMs) {
    return { kind: 'wait', reason: `${hoursText(passedMs)} of ${hoursText(policy.windowMs)} of the window have passed` }
  }
  const progress = soakProgress(stage, evidence, soak, policy, nowMs)
  const { exposedMs, neededMs, uncounted } = progress
  const isOverdue = Math.min(passedMs, sinceReleaseMs(rollout, nowMs)) > policy.windowMs + MAX_EXTENSION_MS
  // Whoever goes on forgets what is pending, and with it that this stage has to be watched and taken back.
  const unknown = [
    ...(isDeploymentUnconfirmed(rollout) ? [`nobody knows whether the order of ${stage.name} was placed`] : []),
    ...(isReleasingHoldback(rollout) ? [`not all that were let go are in ${stage.name} yet`] : []),
  ]
  const unseen = verdict?.kind === 'healthy' ? progress.lacks : [verdict?.findings[0]?.reason ?? 'no data']
  const lacks = [...unknown, ...unseen]
  if (lacks.length > 0) {
    const lack = lacks.join('; ')
    return isOverdue
      ? { kind: 'halt', reason: `still inconclusive ${hoursText(passedMs)} into the window: ${lack}` }
      : { kind: 'wait', reason: `the window is extended: ${lack}` }
  }
  const apart = uncounted.length === 0 ? '' : `; not counted: ${listed(uncounted)}`
  const reason = `${hoursText(exposedMs)} of healthy exposure, ${hoursText(neededMs)} needed${apart}`
  if (rollout.stageIndex < LAST_STAGE || heldOf(rollout).length > 0) return { kind: 'promote', reason }
  const coming = comingOf(rollout, facts, policy)
  if (coming.length > 0) return { kind: 'wait', reason: `${reason}; let go and not installed: ${listed(coming)}` }
  // The watch ends with the last window that somebody runs, but nobody is waited for longer than a whole extension.
  const stragglers = facts.stragglers ?? []
  if (stragglers.length === 0 || isOverdue) return { kind: 'complete', reason }
  return { kind: 'wait', reason: `${reason}; stragglers run a window of their own: ${listed(stragglers)}` }
}

/** Devices that were let go, can be reached and have their time to install. */
function comingOf({ holdback }: Rollout, { nowMs, evidence, readings }: Facts, policy: Policy): readonly string[] {
  if (holdback?.releasedAtMs == null || nowMs - holdback.releasedAtMs > policy.installTimeoutMs) return []
  const reachable = new Set(readings.filter(({ connected }) => connected).map(({ thing }) => thing))
  return holdback.things.filter(
    (thing) => reachable.has(thing) && (evidence?.members[thing]?.installedAtMs ?? null) === null,
  )
}

/**
 * Verified device by device: every one that can be reached has said twice that it runs the previous version again, and
 * has no deployment left to take. Those that failed to go back are named and paged for at once, and nobody waits for
 * them; they make the way back a breach of its own that a human has to end.
 */
function whileRollingBack(
  rollout: Rollout,
  { nowMs, readings, rollbackExecutions, rollbackProgress }: Facts,
): Decision {
  const members = touchedStages(rollout).flatMap((stage) => stage.members)
  const connected = new Set(readings.filter((reading) => reading.connected).map(({ thing }) => thing))
  const unfinished = new Set(rollbackExecutions.filter(isUnfinished).map(({ thing }) => thing))
  const isOrdered = rollout.pending.every(({ kind }) => kind !== 'rollback' && kind !== 'release-holdback')
  // Before a retry is ordered these are still the failures of the order before it.
  const failures = isOrdered ? rollbackExecutions.filter(hasFailed) : []
  const failed = failures.map(({ thing }) => thing)
  const isBack = (thing: string): boolean =>
    !unfinished.has(thing) && (rollbackProgress.devices[thing]?.confirmedAtMs ?? null) !== null
  const reachable = members.filter((thing) => connected.has(thing))
  const awaited = members.filter((thing) => !isBack(thing) && !failed.includes(thing))
  const open = awaited.filter((thing) => connected.has(thing))
  const back = `${reachable.filter(isBack).length} of ${members.length} devices back on ${rollout.release.replaces}`
  const counted = `${back}, ${members.length - reachable.length} offline`
  const list = failures.map(({ thing, status }) => `${thing} ${status}`).join(', ')
  const stuck = `${failed.length} devices failed to go back: ${list}`
  if (open.length === 0 && isOrdered) {
    return failed.length === 0
      ? { kind: 'confirm', reason: counted }
      : { kind: 'halt', reason: `${stuck}; ${counted}`, stuck: failed }
  }
  // A device that has just come back gets its time to say so again, however long nobody looked.
  const isOverdue = (thing: string): boolean =>
    nowMs - (rollbackProgress.devices[thing]?.sinceMs ?? rollout.stateSinceMs) > ROLLBACK_DEADLINE_MS
  const isLate = nowMs - rollout.stateSinceMs > ROLLBACK_DEADLINE_MS
  if (isLate && (open.some(isOverdue) || !isOrdered)) {
    const unplaced = isOrdered ? [] : ['an order that could not be placed']
    const reason = `rollback not verified after 15 min: ${counted}; open: ${[...failed, ...open, ...unplaced].join(', ')}`
    // Whom an order has not reached is stuck, offline or not.
    return { kind: 'halt', reason, stuck: [...failed, ...(isOrdered ? open : awaited)] }
  }
  const isNews = failed.some((thing) => !(rollout.stuck ?? []).includes(thing))
  return isNews ? { kind: 'escalate', reason: stuck, stuck: failed } : { kind: 'wait', reason: counted }
}

/** The rollout after a decision, with the effects it asks for still pending. Pure; the only way a state changes. */
export function transition(rollout: Rollout, decision: Decision, nowMs: number): Rollout {
  if (decision.kind === 'wait') return rollout
  if (decision.kind === 'page' || decision.kind === 'pause') return held(rollout, decision, nowMs)
  const next = { ...rollout, reason: decision.reason, stateSinceMs: nowMs }
  const { name } = stageOf(rollout)
  const tell = (detailType: string, detail: object = {}): Effect =>
    announcement(rollout, detailType, { stage: name, reason: decision.reason, ...detail })
  const page = (event: PagingEvent, detail: object = {}): readonly Effect[] =>
    paging(rollout, event, decision.reason, detail)
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
      // After the last stage come those that were held back from it.
      const detail = { passed: name, next: STAGES[rollout.stageIndex + 1] ?? HOLDBACK_GROUP }
      const pending = [announcement(rollout, STAGE_PASSED_EVENT, detail)]
      return { ...next, state: 'waiting', stageIndex: Math.min(rollout.stageIndex + 1, LAST_STAGE), pending }
    }
    case 'release-holdback': {
      const releaseHoldback = { kind: 'release-holdback', things: heldOf(rollout), into: 'release' } as const
      return { ...withHoldbackReleased(next, nowMs), state: 'soaking', pending: [releaseHoldback] }
    }
    case 'rollback': {
      const pending = [...rollbackEffects(rollout, nowMs), tell(ROLLBACK_STARTED_EVENT)]
      return { ...withHoldbackReleased(next, nowMs), state: 'rolling-back', pause: null, stuck: [], pending }
    }
    case 'complete':
      return { ...next, state: 'completed', pending: [...rollout.pending, tell(completionOf(rollout))] }
    case 'confirm':
      return { ...next, state: 'rolled-back', pending: [...rollout.pending, tell(ROLLED_BACK_EVENT)] }
    case 'escalate': {
      const { stuck } = decision
      return { ...rollout, stuck, pending: [...rollout.pending, ...page(ROLLBACK_STUCK_EVENT, { stuck })] }
    }
    case 'halt': {
      const { stuck = [] } = decision
      const calls = stuck.length > 0 ? page(ROLLBACK_STUCK_EVENT, { stuck }) : page(ROLLOUT_HALTED_EVENT)
      return { ...next, state: 'halted', haltedFrom: rollout.state, stuck, pending: [...rollout.pending, ...calls] }
    }
  }
}

const completionOf = ({ subject }: Rollout): string =>
  subject === 'migration' ? MIGRATION_COMPLETED_EVENT : ROLLOUT_COMPLETED_EVENT

/** The state stays what it was, and its clock runs on; somebody is called. */
function held(rollout: Rollout, { kind, reason }: Decision, nowMs: number): Rollout {
  const pending = [...rollout.pending, ...paging(rollout, ROLLOUT_HELD_EVENT, reason)]
  if (kind === 'pause') return { ...rollout, pending, pause: { actor: CONTROLLER, reason, atMs: nowMs } }
  return { ...rollout, pending, pagedAtMs: nowMs }
}

/** The actor of what nobody ordered. */
export const CONTROLLER = 'controller'

const withSoak = (rollout: Rollout, name: StageName, nowMs: number): Rollout['stages'] =>
  rollout.stages.map((stage) => (stage.name === name ? { ...stage, soakingSinceMs: nowMs } : stage))

const announcement = (rollout: Rollout, detailType: string, detail: object): Effect => ({
  kind: 'announce',
  detailType,
  detail: { rolloutId: rollout.id, ...detail },
})

/** What people are called for is told on the bus as well. */
function paging(rollout: Rollout, event: PagingEvent, reason: string, more: object = {}): readonly Effect[] {
  const { id: rolloutId, release } = rollout
  const { name: stage } = stageOf(rollout)
  const detail = { rolloutId, stage, reason, ...more }
  const summary = `release ${release.version}, ${stage}: ${reason}`
  return [
    { kind: 'announce', detailType: event, detail },
    { kind: 'notify', notification: { reasonCode: REASON_CODES[event], rolloutId, summary, detail } },
  ]
}

/**
 * Newest stage first: the rollback revision supersedes the bad one; the cancel after it only tidies up. Who was held back
 * comes last, and gets that revision. [design 6]
 */
function rollbackEffects(rollout: Rollout, nowMs: number): readonly Effect[] {
  const ways = [...touchedStages(rollout)].reverse().flatMap(({ name, deployment }): Effect[] => {
    const back = requestOf(rollout, 'rollback', name, nowMs)
    return deployment === null ? [back] : [back, { kind: 'cancel', deploymentId: deployment.deploymentId }]
  })
  const { holdback } = rollout
  return holdback === undefined
    ? ways
    : [...ways, { kind: 'release-holdback', things: holdback.things, into: 'rollback' }]
}
