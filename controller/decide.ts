import { gateOpensAtMs } from './calendar.ts'
import {
  MIGRATION_COMPLETED_EVENT,
  ROLLBACK_STARTED_EVENT,
  ROLLBACK_STUCK_EVENT,
  ROLLED_BACK_EVENT,
  ROLLOUT_COMPLETED_EVENT,
  ROLLOUT_HALTED_EVENT,
  STAGE_PASSED_EVENT,
  STAGES,
  type StageName,
} from './contract.ts'
import { type Evidence, exposureMs, installedCount } from './evidence.ts'
import { hasFailed, isUnfinished } from './job-status.ts'
import type { Policy } from './policy.ts'
import type { DeviceExecution, DeviceReading } from './ports.ts'
import { clientToken, type Effect, isFinal, LAST_STAGE, type Rollout, stageOf, touchedStages } from './rollout.ts'
import type { Verdict } from './verdict.ts'
import type { WayBack } from './way-back.ts'

export type DecisionKind =
  | 'wait'
  | 'deploy'
  | 'soak'
  | 'promote'
  | 'rollback'
  | 'complete'
  | 'confirm'
  /** Somebody is paged for devices that failed to go back, while the others go on. */
  | 'escalate'
  | 'halt'

/** What to do next and why, in numbers. */
export interface Decision {
  readonly kind: DecisionKind
  readonly reason: string
  /** Devices stuck on their way back. */
  readonly stuck?: readonly string[]
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
  readonly wayBack: WayBack
}

/** How long a window may be extended for want of evidence before a human is asked. [detection D4: + 24 h] */
const MAX_EXTENSION_MS = 24 * 3_600_000
/** A device that is not back after this long makes the rollback itself a breach. [detection E2: tail of 11.4 min] */
const ROLLBACK_DEADLINE_MS = 15 * 60_000
/** The next step of the rollout. Pure. A breach is looked at before the state, so that no state can miss it. */
export function decide(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const isGoing = !isFinal(rollout) && rollout.state !== 'rolling-back'
  if (isGoing && facts.verdict?.kind === 'breach') {
    return { kind: 'rollback', reason: facts.verdict.findings[0]?.reason ?? 'breach' }
  }
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

const hoursText = (durationMs: number): string => `${(durationMs / 3_600_000).toFixed(1)} h`

/** An open gate is not enough: what was promoted hours ago must still be known to be well. [detection B3, B5] */
function atGate(rollout: Rollout, { nowMs, verdict }: Facts, policy: Policy): Decision {
  const { name } = stageOf(rollout)
  if (verdict?.kind === 'inconclusive') {
    return { kind: 'wait', reason: `inconclusive before ${name}: ${verdict.findings[0]?.reason ?? 'no data'}` }
  }
  const opensAtMs = gateOpensAtMs(policy, name, nowMs)
  return opensAtMs <= nowMs
    ? { kind: 'deploy', reason: `the gate of ${name} is open` }
    : { kind: 'wait', reason: `the gate of ${name} opens in ${hoursText(opensAtMs - nowMs)}` }
}

/** The soak begins when nobody is left to wait for: all that can be reached are installed, or had their time. */
function whileDeploying(rollout: Rollout, { nowMs, evidence, readings }: Facts, policy: Policy): Decision {
  const stage = stageOf(rollout)
  const installed = evidence === null ? 0 : installedCount(evidence)
  const quorum = Math.ceil(policy.quorumShare * stage.members.length)
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

function whileSoaking(rollout: Rollout, { nowMs, evidence, verdict }: Facts, policy: Policy): Decision {
  const stage = stageOf(rollout)
  const soakedMs = nowMs - (stage.soakingSinceMs ?? nowMs)
  if (soakedMs < policy.windowMs) {
    return { kind: 'wait', reason: `${hoursText(soakedMs)} of ${hoursText(policy.windowMs)} of the window have passed` }
  }
  const neededMs = policy.exposureShare * stage.members.length * policy.windowMs
  const exposedMs = evidence === null ? 0 : exposureMs(evidence)
  const isProved = verdict?.kind === 'healthy' && exposedMs >= neededMs
  if (isProved) {
    const kind = rollout.stageIndex === LAST_STAGE ? 'complete' : 'promote'
    return { kind, reason: `${hoursText(exposedMs)} of healthy exposure, ${hoursText(neededMs)} needed` }
  }
  const lack =
    verdict?.kind === 'healthy' ? `${hoursText(exposedMs)} of exposure` : (verdict?.findings[0]?.reason ?? 'no data')
  return soakedMs > policy.windowMs + MAX_EXTENSION_MS
    ? { kind: 'halt', reason: `still inconclusive ${hoursText(soakedMs)} into the window: ${lack}` }
    : { kind: 'wait', reason: `the window is extended: ${lack}` }
}

/**
 * Verified device by device: every one that can be reached has said twice that it runs the previous version again, and
 * has no deployment left to take. Those that failed to go back are named and paged for at once, and nobody waits for
 * them; they make the way back a breach of its own that a human has to end.
 */
function whileRollingBack(rollout: Rollout, { nowMs, readings, rollbackExecutions, wayBack }: Facts): Decision {
  const members = touchedStages(rollout).flatMap((stage) => stage.members)
  const connected = new Set(readings.filter((reading) => reading.connected).map(({ thing }) => thing))
  const unfinished = new Set(rollbackExecutions.filter(isUnfinished).map(({ thing }) => thing))
  const failures = rollbackExecutions.filter(hasFailed)
  const failed = failures.map(({ thing }) => thing)
  const isBack = (thing: string): boolean =>
    !unfinished.has(thing) && (wayBack.devices[thing]?.confirmedAtMs ?? null) !== null
  const reachable = members.filter((thing) => connected.has(thing))
  const open = reachable.filter((thing) => !isBack(thing) && !failed.includes(thing))
  const back = `${reachable.filter(isBack).length} of ${members.length} devices back on ${rollout.release.replaces}`
  const counted = `${back}, ${members.length - reachable.length} offline`
  const list = failures.map(({ thing, status }) => `${thing} ${status}`).join(', ')
  const stuck = `${failed.length} devices failed to go back: ${list}`
  const isOrdered = rollout.pending.every(({ kind }) => kind !== 'roll-back')
  if (open.length === 0 && isOrdered) {
    return failed.length === 0
      ? { kind: 'confirm', reason: counted }
      : { kind: 'halt', reason: `${stuck}; ${counted}`, stuck: failed }
  }
  // A device that has just come back gets its time to say so again, however long nobody looked.
  const isOverdue = (thing: string): boolean =>
    nowMs - (wayBack.devices[thing]?.sinceMs ?? rollout.stateSinceMs) > ROLLBACK_DEADLINE_MS
  const isLate = nowMs - rollout.stateSinceMs > ROLLBACK_DEADLINE_MS
  if (isLate && (open.some(isOverdue) || !isOrdered)) {
    const reason = `rollback not verified after 15 min: ${counted}; open: ${[...failed, ...open].join(', ')}`
    return { kind: 'halt', reason, stuck: [...failed, ...open] }
  }
  const isNews = failed.some((thing) => !(rollout.stuck ?? []).includes(thing))
  return isNews ? { kind: 'escalate', reason: stuck, stuck: failed } : { kind: 'wait', reason: counted }
}

/** The rollout after a decision, with the effects it asks for still pending. Pure; the only way a state changes. */
export function transition(rollout: Rollout, decision: Decision, nowMs: number): Rollout {
  if (decision.kind === 'wait') return rollout
  const next = { ...rollout, reason: decision.reason, stateSinceMs: nowMs }
  const { name } = stageOf(rollout)
  const tell = (detailType: string, detail: object = {}): Effect =>
    announcement(rollout, detailType, { stage: name, reason: decision.reason, ...detail })
  switch (decision.kind) {
    case 'deploy': {
      const deploy = { kind: 'deploy', stage: name, clientToken: clientToken(rollout, 'deploy', name) } as const
      return { ...next, state: 'deploying', pending: [deploy] }
    }
    case 'soak':
      return { ...next, state: 'soaking', stages: withSoak(rollout, name, nowMs) }
    case 'promote': {
      const detail = { passed: name, next: STAGES[rollout.stageIndex + 1] as StageName }
      const pending = [announcement(rollout, STAGE_PASSED_EVENT, detail)]
      return { ...next, state: 'waiting', stageIndex: rollout.stageIndex + 1, pending }
    }
    case 'rollback':
      return { ...next, state: 'rolling-back', pending: [...rollbackEffects(rollout), tell(ROLLBACK_STARTED_EVENT)] }
    case 'complete':
      return { ...next, state: 'completed', pending: [...rollout.pending, tell(completionOf(rollout))] }
    case 'confirm':
      return { ...next, state: 'rolled-back', pending: [...rollout.pending, tell(ROLLED_BACK_EVENT)] }
    case 'escalate': {
      const { stuck } = decision
      return { ...rollout, stuck, pending: [...rollout.pending, tell(ROLLBACK_STUCK_EVENT, { stuck })] }
    }
    case 'halt': {
      const { stuck = [] } = decision
      const page = stuck.length > 0 ? tell(ROLLBACK_STUCK_EVENT, { stuck }) : tell(ROLLOUT_HALTED_EVENT)
      return { ...next, state: 'halted', stuck, pending: [...rollout.pending, page] }
    }
  }
}

const completionOf = ({ subject }: Rollout): string =>
  subject === 'migration' ? MIGRATION_COMPLETED_EVENT : ROLLOUT_COMPLETED_EVENT

const withSoak = (rollout: Rollout, name: StageName, nowMs: number): Rollout['stages'] =>
  rollout.stages.map((stage) => (stage.name === name ? { ...stage, soakingSinceMs: nowMs } : stage))

const announcement = (rollout: Rollout, detailType: string, detail: object): Effect => ({
  kind: 'announce',
  detailType,
  detail: { rolloutId: rollout.id, ...detail },
})

/** Newest stage first: the rollback revision supersedes the bad one; the cancel after it only tidies up. [design 6] */
function rollbackEffects(rollout: Rollout): readonly Effect[] {
  return [...touchedStages(rollout)].reverse().flatMap(({ name, deployment }): Effect[] => {
    const back: Effect = { kind: 'roll-back', stage: name, clientToken: clientToken(rollout, 'back', name) }
    return deployment === null ? [back] : [back, { kind: 'cancel', deploymentId: deployment.deploymentId }]
  })
}
