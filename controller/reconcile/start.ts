import {
  FIRMWARE_COMPONENT,
  HEALTH_COMPONENT,
  HOLDBACK_GROUP,
  ROLLOUT_STARTED_EVENT,
  type StageName,
} from '../contract.ts'
import { type Baseline, makeBaseline } from '../evidence/baseline.ts'
import { withoutLeftOut } from '../evidence/left-out.ts'
import { type Snapshot, toSnapshot } from '../evidence/snapshot.ts'
import { quietShare, type Replay, refuseNoise, replay } from '../judge/baseline-replay.ts'
import { smallestEffects } from '../judge/smallest-effect.ts'
import type { StartReason } from '../messages/decisions.ts'
import { incidentPeriods } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { lastStageOf, stageNames } from '../policy/stages.ts'
import type { DeploymentSpec, Ports } from '../ports/ports.ts'
import { ofGroups } from '../rollout/foreign-deployments.ts'
import { chooseHeld } from '../rollout/holdback.ts'
import { type Effect, groupsOf, isFinal, type Release, type Rollout } from '../rollout/rollout.ts'
import { trialsOf } from '../rollout/trials.ts'
import { act } from './act.ts'
import { PreflightRefused, preflight } from './preflight.ts'
import { baselineSnapshots, createRollout, formerRollouts, loadActive, recordStart } from './records.ts'
import { type Deployable, membersOf } from './static-preflight.ts'

/** Who requests a rollout, of what, and why. */
export interface StartRequest {
  readonly release: Release
  readonly actor: string
  readonly reason: StartReason
  /** When it was requested, by which a second delivery is known as the same request; now if absent. */
  readonly askedAtMs?: number
}

/**
 * Checks that the rollout may start, and freezes what it rests on: members, previous specs, baseline.
 * @throws PreflightRefused with every refusal; what an effect of the rollout before fails with, if it still has one
 */
export async function startRollout(
  ports: Ports,
  policy: Policy,
  request: StartRequest,
  nowMs: number,
): Promise<Rollout> {
  const { release, askedAtMs = nowMs } = request
  const stages = stageNames(policy)
  const readings = await ports.health.read(groupsOf(policy))
  await recordStart(ports.store, policy, toSnapshot(readings, nowMs))
  const active = await lastRollout(ports, nowMs)
  const deploymentsAtStart = ofGroups(groupsOf(policy), await ports.deployments.newest())
  const current = await currentSpecs(ports, stages)
  const snapshots = await baselineWeek(ports, policy, release, nowMs)
  const baseline = makeBaseline(snapshots, policy)
  // The same request again starts the firmware, once its migration runs everywhere.
  const isMigration = stages.some((stage) => needsMigration(current[stage] ?? null, release))
  const refusals = preflight({
    release,
    policy,
    nowMs,
    activeRollout: active === null || isFinal(active) ? null : active.id,
    readings,
    current,
    deployable: await deployableVersions(ports, release, current),
    mayHoldBack: !policy.holdback || (await ports.deployments.hasGroup(HOLDBACK_GROUP)),
    baseline,
  })
  if (refusals.length > 0) throw new PreflightRefused(refusals)
  const id = rolloutId(isMigration ? 'm' : 'r', release.version, askedAtMs)
  const members = Object.fromEntries(
    stages.map((name) => [name, membersOf(readings, name).map(({ thing }) => thing)] as const),
  )
  const ofLast = members[lastStageOf(policy)] as readonly string[]
  const lineOf = Object.fromEntries(readings.map(({ thing, line }) => [thing, line]))
  // As far as is known now: the holdback is chosen when production is deployed.
  const isHolding = policy.holdback && !isMigration
  const held = isHolding ? chooseHeld(ofLast, lineOf, readings) : []
  const watched = { ...members, [lastStageOf(policy)]: ofLast.filter((thing) => !held.includes(thing)) }
  const week = { baseline, snapshots, members: watched, held, lineOf, version: release.replaces }
  const frozen = quietBaseline(week, policy)
  const effects = smallestEffects({ ...week, baseline: frozen, readings }, policy)
  const rollout: Rollout = {
    id,
    release,
    ...(isMigration && { subject: 'migration' as const }),
    state: 'waiting',
    stageIndex: 0,
    stages: stages.map((name) => ({
      name,
      members: members[name] as readonly string[],
      previous: current[name] as DeploymentSpec,
      deployment: null,
      soakingSinceMs: null,
      rollback: null,
    })),
    lineOf,
    deploymentsAtStart,
    smallestEffects: effects,
    startedAtMs: nowMs,
    stateSinceMs: nowMs,
    pending: startEffects(id, request, effects, nowMs),
    reason: request.reason,
  }
  await createRollout(ports.store, rollout, frozen, active)
  return rollout
}

/** The snapshots of the week, without what is no example of how the version that is replaced runs. */
async function baselineWeek(
  { store }: Ports,
  policy: Policy,
  { replaces }: Release,
  nowMs: number,
): Promise<readonly Snapshot[]> {
  const former = await formerRollouts(store, nowMs - policy.baselineMs)
  const scope = { version: replaces, trials: trialsOf(former), incidents: incidentPeriods(policy) }
  return withoutLeftOut(await baselineSnapshots(store, policy, nowMs), scope, policy)
}

/**
 * The last rollout, with all done that it still had to do if it has ended: what it had to page for would be lost once
 * the next one has taken its place. @throws what an effect of it fails with
 */
async function lastRollout(ports: Ports, nowMs: number): Promise<Rollout | null> {
  const stored = await loadActive(ports.store)
  if (stored === null || !isFinal(stored.value)) return stored?.value ?? null
  const { stored: done, failures } = await act(ports, stored, nowMs, false)
  if (failures.length > 0) throw failures[0]
  return done.value
}

/** @throws PreflightRefused where the rules would have rolled back a stage without any release */
function quietBaseline(week: Replay, policy: Policy): Baseline {
  // Raw thresholds roll back healthy firmware: to show that is what the profile is for. [source: raw-thresholds]
  if (policy.profile === 'raw-thresholds') return week.baseline
  const alarms = replay(week, policy)
  if (alarms.length === 0) return week.baseline
  if (policy.onNoisyBaseline === 'refuse') throw new PreflightRefused([refuseNoise(alarms)])
  const falseRollbackShare = quietShare(alarms, policy.evidence.falseRollbackShare)
  const raised = { ...week.baseline, falseRollbackShare }
  const left = replay({ ...week, baseline: raised }, policy)
  if (left.length > 0) throw new PreflightRefused([refuseNoise(left)])
  return raised
}

/** Carried out by the first evaluation: a start that dies here loses nothing. */
function startEffects(
  rolloutId: string,
  { release, actor, reason }: StartRequest,
  effects: Rollout['smallestEffects'],
  atMs: number,
): readonly Effect[] {
  const detail = { rolloutId, version: release.version, actor, reason }
  return [
    { kind: 'audit', sequence: 0, entry: { atMs, kind: 'start', actor, reason, smallestEffects: effects } },
    { kind: 'announce', detailType: ROLLOUT_STARTED_EVENT, detail },
  ]
}

/**
 * Client tokens are made of it: 64 of a-z, A-Z, 0-9 and "-" at most, steps and retries included. [source: client-token]
 */
const rolloutId = (prefix: 'r' | 'm', version: string, askedAtMs: number): string =>
  `${prefix}-${version.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, 28)}-${Math.floor(askedAtMs / 1000)}`

const needsMigration = (spec: DeploymentSpec | null, { migration }: Release): boolean =>
  migration !== undefined && spec?.components[migration.component]?.componentVersion !== migration.version

async function currentSpecs(
  ports: Ports,
  stages: readonly StageName[],
): Promise<Record<StageName, DeploymentSpec | null>> {
  const specs: Record<StageName, DeploymentSpec | null> = {}
  for (const stage of stages) specs[stage] = (await ports.deployments.current(stage))?.spec ?? null
  return specs
}

/** N, N-1, the health component that runs next to them, and the migration. */
async function deployableVersions(
  ports: Ports,
  { version, replaces, migration }: Release,
  current: Readonly<Record<StageName, DeploymentSpec | null>>,
): Promise<readonly Deployable[]> {
  const [first] = Object.values(current)
  const health = first?.components[HEALTH_COMPONENT]?.componentVersion ?? null
  const wanted: readonly Pick<Deployable, 'component' | 'version'>[] = [
    { component: FIRMWARE_COMPONENT, version },
    { component: FIRMWARE_COMPONENT, version: replaces },
    { component: HEALTH_COMPONENT, version: health },
    ...(migration === undefined ? [] : [migration]),
  ]
  const found: Deployable[] = []
  for (const { component, version: one } of wanted) {
    const isDeployable = one !== null && (await ports.deployments.isDeployable(component, one))
    found.push({ component, version: one, isDeployable })
  }
  return found
}
