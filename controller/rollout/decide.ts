import { type Evidence, installedCount } from '../evidence/evidence.ts'
import type { Verdict } from '../judge/verdict.ts'
import type {
  DecisionReason,
  ForeignDeployment,
  Lack,
  MembershipChange,
  StageConfirmed,
  UnverifiedCount,
} from '../messages/decisions.ts'
import type { FindingReason } from '../messages/findings.ts'
import type { Message } from '../messages/message.ts'
import { deviceList } from '../messages/wording.ts'
import { gateAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { policyAt, quorumOf } from '../policy/stages.ts'
import type { DeviceExecution, DeviceReading } from '../ports/ports.ts'
import { chooseHeld, type FollowGate, followGateAt, sinceReleaseMs, soakingStage, soakMs } from './holdback.ts'
import { hasFailed, isUnfinished } from './job-status.ts'
import type { RollbackProgress } from './rollback-progress.ts'
import {
  type Freeze,
  heldOf,
  isAtLastStage,
  isDeploymentUnconfirmed,
  isFinal,
  isReleasingHoldback,
  type Rollout,
  type Stage,
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
  /** On-call is paged for devices that failed to roll back, while the others go on. */
  | 'escalate'
  | 'halt'
  /** Held by the controller itself until an operator resumes it; on-call is paged. */
  | 'pause'
  /** Nothing changes, but on-call is paged. */
  | 'page'

/** What to do next and why. */
export interface Decision {
  readonly kind: DecisionKind
  readonly reason: DecisionReason
  /** Devices on which the rollback failed or is not verified. */
  readonly stuck?: readonly string[]
  /** Devices that stay on the previous firmware. */
  readonly held?: readonly string[]
}

/** What a decision rests on in addition to the rollout. */
export interface Facts {
  readonly nowMs: number
  /** Null while nothing is deployed. */
  readonly verdict: Verdict | null
  /** Evidence of the stage the state is about. */
  readonly evidence: Evidence | null
  readonly readings: readonly DeviceReading[]
  /** How far the devices are with the rollback deployments, according to IoT Jobs; empty in other states. */
  readonly rollbackExecutions: readonly DeviceExecution[]
  /** How far they are according to their own health reports. */
  readonly rollbackProgress: RollbackProgress
  /** What the present soak has counted; absent when it was not evaluated, which counts as nothing. */
  readonly soak?: SoakClock | null
  /** Devices of deployed stages that came late and still run a window of their own. */
  readonly stragglers?: readonly string[]
  /** Since when the telemetry is down; null while it is not. */
  readonly telemetryDownSinceMs?: number | null
  /** How the thing groups differ from the frozen plan. */
  readonly membershipChanges?: readonly MembershipChange[]
  /** Deployments to the rollout's groups by somebody else, which on-call does not know of yet. */
  readonly foreignDeployments?: readonly ForeignDeployment[]
  /** Change freeze of the operators, as it is now. */
  readonly freeze?: Freeze | null
}

/**
 * How long a window, or a rollback, may go on for want of evidence before an operator is needed. [source: window-extension]
 */
const MAX_EXTENSION_MS = 24 * 3_600_000
/** A device that is not back after this long makes the rollback itself a breach. [source: rollback-latency] */
const ROLLBACK_DEADLINE_MS = 15 * 60_000
/** Decisions that bring new firmware nearer, or end its monitoring. */
const ONWARD: ReadonlySet<DecisionKind> = new Set<DecisionKind>(['deploy', 'promote', 'release-holdback', 'complete'])

const wait = (reason: DecisionReason): Decision => ({ kind: 'wait', reason })

/**
 * The next step of the rollout. Pure. A breach is handled before the state, so that no state can miss it; what holds a
 * rollout (telemetry down, a group that changed, a pause) holds only progress, never a rollback.
 */
export function decide(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const isGoing = !isFinal(rollout) && rollout.state !== 'rolling-back'
  if (!isGoing) return foreignDeployment(rollout, facts) ?? inState(rollout, facts, policy)
  const downMs = facts.telemetryDownSinceMs == null ? null : facts.nowMs - facts.telemetryDownSinceMs
  const isTrusted = downMs === null || downMs >= policy.telemetry.noRollbackForMs
  if (facts.verdict?.kind === 'breach' && isTrusted) {
    const rule = facts.verdict.findings[0]?.rule ?? null
    return { kind: 'rollback', reason: { code: 'RULE_BREACHED', data: { rule, finding: worstReason(facts.verdict) } } }
  }
  const foreign = foreignDeployment(rollout, facts)
  if (foreign !== null) return foreign
  if (downMs !== null) return whileTelemetryDown(rollout, facts, downMs, policy)
  const changes = facts.membershipChanges ?? []
  if (changes.length > 0 && rollout.pause == null) {
    return { kind: 'pause', reason: { code: 'MEMBERSHIP_CHANGED', data: { changes } } }
  }
  const decision = inState(rollout, facts, policy)
  const { pause } = rollout
  // Halting ends the rollout, and a pause must not.
  const isHeld = pause != null && (ONWARD.has(decision.kind) || decision.kind === 'halt')
  return isHeld
    ? wait({ code: 'PAUSED', data: { actor: pause.actor, reason: pause.reason, held: decision.reason } })
    : decision
}

/** It holds the rollout and pages on-call, once for each; a rollback and the pause of an operator stay as they are. */
function foreignDeployment(rollout: Rollout, { foreignDeployments: deployments = [] }: Facts): Decision | null {
  if (deployments.length === 0) return null
  const isHeld = rollout.state === 'rolling-back' || rollout.pause != null
  return { kind: isHeld ? 'page' : 'pause', reason: { code: 'FOREIGN_DEPLOYMENT', data: { deployments } } }
}

/** Nothing goes on and no time counts; on-call is paged once. [source: telemetry-hold] */
function whileTelemetryDown(rollout: Rollout, facts: Facts, downMs: number, policy: Policy): Decision {
  const ignoredBreach = facts.verdict?.kind === 'breach' ? worstReason(facts.verdict) : null
  const wasPaged = (rollout.pagedAtMs ?? Number.NEGATIVE_INFINITY) >= facts.nowMs - downMs
  const isDue = downMs >= policy.telemetry.pageAfterMs && !wasPaged
  return { kind: isDue ? 'page' : 'wait', reason: { code: 'TELEMETRY_DOWN', data: { downMs, ignoredBreach } } }
}

const NO_DATA: Lack = { code: 'NO_DATA', data: {} }

/** The reason of the worst finding. */
const worstReason = (verdict: Verdict | null): FindingReason | Lack => verdict?.findings[0]?.reason ?? NO_DATA

function inState(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  switch (rollout.state) {
    case 'waiting':
      return atGate(rollout, facts, policy)
    case 'deploying':
      return whileDeploying(rollout, facts, policy)
    case 'soaking':
      return whileSoaking(rollout, facts, policy)
    case 'rolling-back':
      return whileRollingBack(rollout, facts, policy)
    case 'completed':
    case 'rolled-back':
    case 'halted':
      return wait({ code: 'ROLLOUT_ENDED', data: { state: rollout.state } })
  }
}

/**
 * An open gate is not enough: what was promoted hours ago must still be known to be healthy. [source: health-at-gate]
 */
function atGate(rollout: Rollout, facts: Facts, policy: Policy): Decision {
  const { nowMs, verdict, freeze } = facts
  const { hotfix } = rollout.release
  // Without evidence it goes on by an operator's word only.
  if (verdict?.kind === 'inconclusive' && rollout.reason.code !== 'PROMOTED_WITHOUT_EVIDENCE') {
    return withoutEvidence(rollout, facts, policy)
  }
  const frozen = freeze?.frozen ?? null
  if (frozen !== null && hotfix === undefined) {
    return wait({ code: 'CHANGES_FROZEN', data: { actor: frozen.actor, operatorReason: frozen.reason } })
  }
  const gate = nextGate(rollout, policy, nowMs, hotfix !== undefined)
  const { opensAtMs, closedBy } = gate
  if (opensAtMs > nowMs) {
    return wait({ code: 'GATE_CLOSED', data: { stage: gate.stage, opensInMs: opensAtMs - nowMs, closedBy } })
  }
  if (hotfix === undefined) {
    return throughGate(rollout, facts, policy, { code: 'GATE_OPEN', data: { stage: gate.stage } })
  }
  const passed = passedBy(nextGate(rollout, policy, nowMs, false), nowMs, frozen)
  return throughGate(rollout, facts, policy, { code: 'HOTFIX', data: { passed, operatorReason: hotfix.reason } })
}

/** It waits; on-call is paged once after a whole extension at an open gate, unless somebody holds the rollout anyway. */
function withoutEvidence(rollout: Rollout, { nowMs, verdict }: Facts, policy: Policy): Decision {
  const isOpen = nextGate(rollout, policy, nowMs, rollout.release.hotfix !== undefined).opensAtMs <= nowMs
  const isOverdue = nowMs - rollout.stateSinceMs >= MAX_EXTENSION_MS
  const wasPaged = (rollout.pagedAtMs ?? Number.NEGATIVE_INFINITY) >= rollout.stateSinceMs
  const reason: DecisionReason = {
    code: 'INCONCLUSIVE_BEFORE_STAGE',
    data: { stage: stageOf(rollout).name, finding: worstReason(verdict) },
  }
  const isDue = isOpen && isOverdue && !wasPaged && rollout.pause == null
  return { kind: isDue ? 'page' : 'wait', reason }
}

/** The gate that the stage waits for, or the devices that it has held back. */
function nextGate(rollout: Rollout, policy: Policy, nowMs: number, isHotfix: boolean): FollowGate {
  const { name: stage } = stageOf(rollout)
  if (heldOf(rollout).length > 0) return followGateAt(policy, nowMs, isHotfix)
  return { stage, ...gateAt(policy, stage, nowMs, isHotfix) }
}

/** The holdback is chosen among devices that an evaluation can reach. They are the last to get the new firmware. */
function throughGate(rollout: Rollout, { readings }: Facts, policy: Policy, gate: DecisionReason): Decision {
  const { length: devices } = heldOf(rollout)
  if (devices > 0) {
    return { kind: 'release-holdback', reason: { code: 'HOLDBACK_RELEASED', data: { gate, devices } } }
  }
  if (!policy.holdback || !isAtLastStage(rollout)) return { kind: 'deploy', reason: gate }
  if (readings.length === 0) return wait({ code: 'HOLDBACK_UNDECIDED', data: { gate } })
  const held = chooseHeld(stageOf(rollout).members, rollout.lineOf, readings)
  if (held.length === 0) return { kind: 'deploy', reason: { code: 'HOLDBACK_IMPOSSIBLE', data: { gate } } }
  return { kind: 'deploy', reason: { code: 'HOLDBACK_CHOSEN', data: { gate, devices: held.length } }, held }
}

/** What a hotfix did not wait for, for the audit trail. */
function passedBy(
  { stage, opensAtMs, closedBy }: FollowGate,
  nowMs: number,
  frozen: Freeze['frozen'],
): readonly Message[] {
  return [
    ...(frozen === null ? [] : [{ code: 'OPERATOR_FREEZE', data: { actor: frozen.actor } }]),
    ...(opensAtMs > nowMs ? [closedBy ?? { code: 'DEPLOYMENT_WINDOW', data: { stage } }] : []),
  ]
}

/** The soak begins when no device is waited for: all that can be reached are installed, or had their time. */
function whileDeploying(rollout: Rollout, { nowMs, evidence, readings }: Facts, calendar: Policy): Decision {
  const stage = stageOf(rollout)
  const policy = policyAt(calendar, stage.name)
  const installed = evidence === null ? 0 : installedCount(evidence, stage.members)
  const quorum = quorumOf(policy, stage.name, stage.members.length)
  const members = new Set(stage.members)
  const reachable = readings.filter(({ thing, connected }) => connected && members.has(thing))
  const open = reachable.filter(({ thing }) => (evidence?.members[thing]?.installedAtMs ?? null) === null)
  const count = { installed, members: members.size, offline: members.size - reachable.length }
  const sinceMs = nowMs - (stage.deployment?.atMs ?? rollout.stateSinceMs)
  const hasTimedOut = sinceMs > policy.installTimeoutMs
  if (installed >= quorum && (open.length === 0 || hasTimedOut)) {
    const late = deviceList(open.map(({ thing }) => thing))
    return { kind: 'soak', reason: { code: 'INSTALLED', data: { ...count, late } } }
  }
  return isQuorumMissed(stage.members, quorum, evidence, sinceMs, policy)
    ? { kind: 'halt', reason: { code: 'QUORUM_MISSED', data: { ...count, quorum } } }
    : wait({ code: 'INSTALLING', data: { ...count, quorum } })
}

/**
 * After a whole window. Devices that were seen once on the new version are confirmed by the next evaluation, which may be
 * late where AWS throttles; they have a whole extension for that.
 */
function isQuorumMissed(
  things: readonly string[],
  quorum: number,
  evidence: Evidence | null,
  sinceMs: number,
  policy: Policy,
): boolean {
  if (sinceMs <= policy.windowMs) return false
  const seen = things.filter((thing) => (evidence?.members[thing]?.firstSeenSequence ?? null) !== null).length
  return seen < quorum || sinceMs > policy.windowMs + MAX_EXTENSION_MS
}

function whileSoaking(rollout: Rollout, facts: Facts, calendar: Policy): Decision {
  const { nowMs, evidence, verdict } = facts
  const stage = soakingStage(rollout)
  const policy = policyAt(calendar, stage.name)
  const soak = facts.soak ?? null
  const elapsedMs = watchedMs(stage, soak, nowMs)
  if (elapsedMs < policy.windowMs) {
    return wait({ code: 'WINDOW_RUNNING', data: { elapsedMs, windowMs: policy.windowMs } })
  }
  const progress = soakProgress(stage, evidence, soak, policy, nowMs)
  const longestMs = Math.max(soakMs(rollout, policy), policy.bakeMs) + MAX_EXTENSION_MS
  const isOverdue = Math.min(elapsedMs, sinceReleaseMs(rollout, nowMs)) > longestMs
  const unseen = verdict?.kind === 'healthy' ? progress.lacks : [worstReason(verdict)]
  const lacks = [...unfinishedRequests(rollout), ...unseen]
  if (lacks.length > 0) {
    return isOverdue
      ? { kind: 'halt', reason: { code: 'EVIDENCE_OVERDUE', data: { elapsedMs, lacks } } }
      : wait({ code: 'WINDOW_EXTENDED', data: { lacks } })
  }
  const { exposedMs, neededMs } = progress
  const followers = followersOf(rollout, facts, policy)
  const uncounted = deviceList([...progress.uncounted, ...followers.absent])
  const passed: DecisionReason = { code: 'WINDOW_PASSED', data: { exposedMs, neededMs, uncounted } }
  if (!isAtLastStage(rollout) || heldOf(rollout).length > 0) return { kind: 'promote', reason: passed }
  if (elapsedMs < soakMs(rollout, policy)) {
    const bakedMs = elapsedMs - policy.windowMs
    return wait({ code: 'BAKING', data: { passed, bakedMs, bakeMs: policy.bakeMs } })
  }
  const following = whileFollowing(rollout, facts, policy, followers, passed)
  if (following !== null) return following
  // Monitoring ends with the last window of any device, but no device is waited for longer than a whole extension.
  const stragglers = facts.stragglers ?? []
  const baking = followers.baking
  if ((stragglers.length === 0 && baking.length === 0) || isOverdue) return { kind: 'complete', reason: passed }
  if (stragglers.length === 0) {
    return wait({ code: 'HOLDBACK_WATCHED', data: { passed, devices: deviceList(baking), forMs: policy.bakeMs } })
  }
  return wait({ code: 'STRAGGLERS_WATCHED', data: { passed, devices: deviceList(stragglers) } })
}

/** The devices of the released holdback, by how far they are. */
interface Followers {
  /** Can be reached and have not installed. */
  readonly coming: readonly string[]
  /** Cannot be reached and have not installed: like all who are offline they are listed, and catch up. */
  readonly absent: readonly string[]
  /** Have installed and not run for their time. */
  readonly baking: readonly string[]
}

function followersOf({ holdback }: Rollout, { evidence, readings }: Facts, policy: Policy): Followers {
  const [coming, absent, baking]: [string[], string[], string[]] = [[], [], []]
  if (holdback === undefined || holdback.releasedAtMs === null) return { coming, absent, baking }
  const reachable = new Set(readings.filter(({ connected }) => connected).map(({ thing }) => thing))
  const neededMs = policy.deviceExposureShare * policy.bakeMs
  for (const thing of holdback.things) {
    const member = evidence?.members[thing]
    if ((member?.installedAtMs ?? null) === null) (reachable.has(thing) ? coming : absent).push(thing)
    else if ((member?.exposureMs ?? 0) < neededMs && reachable.has(thing)) baking.push(thing)
  }
  return { coming, absent, baking }
}

/**
 * Null once the devices that follow have installed, as far as a stage has to: the quorum of them. For that they have a
 * window, as any stage has. Who was offline all the time is listed then, and catches up; where too many of the others
 * have not installed an operator is needed.
 */
function whileFollowing(
  rollout: Rollout,
  { nowMs, evidence }: Facts,
  policy: Policy,
  { coming, absent }: Followers,
  passed: DecisionReason,
): Decision | null {
  const open = [...coming, ...absent]
  if (open.length === 0) return null
  const { name: stage } = stageOf(rollout)
  const members = rollout.holdback?.things.length ?? 0
  const offline = absent.length
  const installed = members - open.length
  const sinceMs = sinceReleaseMs(rollout, nowMs)
  const isEnough = installed >= quorumOf(policy, stage, members)
  if (isEnough && (coming.length === 0 || sinceMs > policy.installTimeoutMs)) return null
  const quorum = quorumOf(policy, stage, members - offline)
  if (sinceMs > policy.windowMs && installed >= quorum) return null
  return isQuorumMissed(rollout.holdback?.things ?? [], quorum, evidence, sinceMs, policy)
    ? { kind: 'halt', reason: { code: 'QUORUM_MISSED', data: { installed, members, offline, quorum } } }
    : wait({ code: 'HOLDBACK_INSTALLING', data: { passed, devices: deviceList(open) } })
}

/** Going on drops what is pending, and with it the record that this stage has to be watched and rolled back. */
function unfinishedRequests(rollout: Rollout): readonly Lack[] {
  const { name: stage } = stageOf(rollout)
  return [
    ...(isDeploymentUnconfirmed(rollout) ? [{ code: 'DEPLOYMENT_UNCONFIRMED' as const, data: { stage } }] : []),
    ...(isReleasingHoldback(rollout) ? [{ code: 'HOLDBACK_RELEASE_UNFINISHED' as const, data: { stage } }] : []),
  ]
}

/**
 * Verified device by device: every one that can be reached has reported twice that it runs the previous version again,
 * and has no deployment left to take. Devices that failed to roll back are named and paged for at once, and not waited
 * for; they make the rollback a breach of its own that an operator has to end.
 */
function whileRollingBack(
  rollout: Rollout,
  { nowMs, readings, rollbackExecutions, rollbackProgress }: Facts,
  policy: Policy,
): Decision {
  const stages = touchedStages(rollout)
  const members = stages.flatMap((stage) => stage.members)
  const connected = new Set(readings.filter((reading) => reading.connected).map(({ thing }) => thing))
  const unfinished = new Set(rollbackExecutions.filter(isUnfinished).map(({ thing }) => thing))
  const isRequested = rollout.pending.every(({ kind }) => kind !== 'rollback' && kind !== 'release-holdback')
  // Before a retry is requested these are still the failures of the request before it.
  const failures = isRequested ? rollbackExecutions.filter(hasFailed) : []
  const failed = failures.map(({ thing, status }) => ({ thing, status }))
  const failedThings = failed.map(({ thing }) => thing)
  const isBack = (thing: string): boolean =>
    !unfinished.has(thing) && (rollbackProgress.devices[thing]?.confirmedAtMs ?? null) !== null
  const reachable = members.filter((thing) => connected.has(thing))
  const awaited = members.filter((thing) => !isBack(thing) && !failedThings.includes(thing))
  const open = awaited.filter((thing) => connected.has(thing))
  const count = {
    confirmed: reachable.filter(isBack).length,
    members: members.length,
    offline: members.length - reachable.length,
    version: rollout.release.replaces,
  }
  if (open.length === 0 && isRequested) {
    if (failed.length > 0) {
      return { kind: 'halt', reason: { code: 'ROLLBACK_FAILED', data: { ...count, failed } }, stuck: failedThings }
    }
    const unverified = unverifiedStages(stages, isBack, policy)
    if (unverified.length > 0) return whileUnverified(rollout, { ...count, unverified }, awaited, nowMs)
    return { kind: 'confirm', reason: { code: 'ROLLED_BACK', data: count } }
  }
  // A device that has just come back gets its time to report again, however long ago the evaluation before was.
  const isOverdue = (thing: string): boolean => {
    const { sinceMs = null, awayAtMs = 0 } = rollbackProgress.devices[thing] ?? {}
    return nowMs - Math.max(sinceMs ?? rollout.stateSinceMs, awayAtMs) > ROLLBACK_DEADLINE_MS
  }
  const isLate = nowMs - rollout.stateSinceMs > ROLLBACK_DEADLINE_MS
  if (isLate && (open.some(isOverdue) || !isRequested)) {
    const deadline = { deadlineMs: ROLLBACK_DEADLINE_MS, isRequestPending: !isRequested }
    const data = { ...count, ...deadline, open: deviceList([...failedThings, ...open]) }
    // A device that no request has reached is stuck, offline or not.
    const stuck = [...failedThings, ...(isRequested ? open : awaited)]
    return { kind: 'halt', reason: { code: 'ROLLBACK_OVERDUE', data }, stuck }
  }
  const isNews = failedThings.some((thing) => !(rollout.stuck ?? []).includes(thing))
  return isNews
    ? { kind: 'escalate', reason: { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed } }, stuck: failedThings }
    : wait({ code: 'ROLLING_BACK', data: count })
}

/**
 * Stages of which so few devices have confirmed the previous version that nobody knows whether the rollback worked: fewer
 * than their quorum, without which no other release could start either. [source: rollback-verified]
 */
const unverifiedStages = (
  stages: readonly Stage[],
  isBack: (thing: string) => boolean,
  policy: Policy,
): readonly StageConfirmed[] =>
  stages
    .map(({ name, members }) => ({
      stage: name,
      confirmed: members.filter(isBack).length,
      quorum: quorumOf(policy, name, members.length),
    }))
    .filter(({ confirmed, quorum }) => confirmed < quorum)

/**
 * Nobody who is still to come back can be reached. On-call is paged at once, the rollback stays open so that it is
 * verified when devices return, and it is halted when that takes too long.
 */
function whileUnverified(
  { stateSinceMs, stuck = [] }: Rollout,
  data: UnverifiedCount,
  away: readonly string[],
  nowMs: number,
): Decision {
  const reason: DecisionReason = { code: 'ROLLBACK_UNVERIFIED', data }
  const elapsedMs = nowMs - stateSinceMs
  if (elapsedMs > MAX_EXTENSION_MS) {
    return { kind: 'halt', reason: { code: 'VERIFICATION_OVERDUE', data: { ...data, elapsedMs } }, stuck: away }
  }
  const isPaged = away.some((thing) => stuck.includes(thing))
  return isPaged ? wait(reason) : { kind: 'escalate', reason, stuck: [...stuck, ...away] }
}
