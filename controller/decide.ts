import { gateOpensAtMs } from './calendar.ts'
import { ROLLOUT_HALTED_EVENT, STAGE_PASSED_EVENT, STAGES, type StageName } from './contract.ts'
import { type Evidence, exposureMs, installedCount } from './evidence.ts'
import { hasFailed, isUnfinished } from './job-status.ts'
import type { Policy } from './policy.ts'
import type { DeviceExecution, DeviceReading } from './ports.ts'
import {
  clientToken,
  type Effect,
  isFinal,
  LAST_STAGE,
  type Rollout,
  type Stage,
  stageOf,
  touchedStages,
} from './rollout.ts'
import type { Verdict } from './verdict.ts'

export type DecisionKind = 'wait' | 'deploy' | 'soak' | 'promote' | 'rollback' | 'complete' | 'confirm' | 'halt'

/** What to do next and why, in numbers. */
export interface Decision {
  readonly kind: DecisionKind
  readonly reason: string
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
 * Verified device by device: every one that can be reached runs the previous version again, has said so since, and has
 * no deployment left to take. A device that failed to go back is the rollback's own breach.
 */
function whileRollingBack(rollout: Rollout, { nowMs, readings, rollbackExecutions }: Facts): Decision {
  const stages = touchedStages(rollout)
  const failed = rollbackExecutions.filter(hasFailed)
  if (failed.length > 0) {
    const list = failed.map(({ thing, status }) => `${thing} ${status}`).join(', ')
    return { kind: 'halt', reason: `${failed.length} devices failed to go back: ${list}` }
  }
  const byThing = new Map(readings.map((reading) => [reading.thing, reading]))
  const unfinished = new Set(rollbackExecutions.filter(isUnfinished).map(({ thing }) => thing))
  const isReachable = (thing: string): boolean => byThing.get(thing)?.connected ?? false
  const isOpen = (stage: Stage, thing: string): boolean =>
    unfinished.has(thing) || !isBack(byThing.get(thing), rollout.release.replaces, stage.rollback?.atMs ?? 0)
  const members = stages.flatMap((stage) => stage.members)
  const reachable = members.filter(isReachable)
  const open = stages.flatMap((stage) => stage.members.filter((thing) => isReachable(thing) && isOpen(stage, thing)))
  const back = `${reachable.length - open.length} of ${members.length} devices back on ${rollout.release.replaces}`
  const counted = `${back}, ${members.length - reachable.length} offline`
  const isOrdered = rollout.pending.every(({ kind }) => kind !== 'roll-back')
  if (open.length === 0 && isOrdered) return { kind: 'confirm', reason: counted }
  return nowMs - rollout.stateSinceMs > ROLLBACK_DEADLINE_MS
    ? { kind: 'halt', reason: `rollback not verified after 15 min: ${counted}; open: ${open.join(', ')}` }
    : { kind: 'wait', reason: counted }
}

const isBack = (reading: DeviceReading | undefined, version: string, sinceMs: number): boolean =>
  reading?.sample?.firmwareVersion === version &&
  reading.sample.componentState === 'RUNNING' &&
  reading.sample.sampledAtMs > sinceMs

/** The rollout after a decision, with the effects it asks for still pending. Pure; the only way a state changes. */
export function transition(rollout: Rollout, decision: Decision, nowMs: number): Rollout {
  if (decision.kind === 'wait') return rollout
  const next = { ...rollout, reason: decision.reason, stateSinceMs: nowMs }
  const { name } = stageOf(rollout)
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
      return { ...next, state: 'rolling-back', pending: rollbackEffects(rollout) }
    case 'complete':
      return { ...next, state: 'completed' }
    case 'confirm':
      return { ...next, state: 'rolled-back' }
    case 'halt': {
      const page = announcement(rollout, ROLLOUT_HALTED_EVENT, { stage: name, reason: decision.reason })
      return { ...next, state: 'halted', pending: [...rollout.pending, page] }
    }
  }
}

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
