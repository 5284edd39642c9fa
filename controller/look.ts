import type { FailedDevice } from './case.ts'
import { STAGES } from './contract.ts'
import type { Facts } from './decide.ts'
import { type Evidence, NO_EVIDENCE, observe, type Watch } from './evidence.ts'
import { hasFailed } from './job-status.ts'
import { judge } from './judge.ts'
import type { Policy } from './policy.ts'
import type { DeviceExecution, DeviceReading, Ports } from './ports.ts'
import { loadBaseline, loadEvidence, loadWayBack, saveEvidence, saveWayBack } from './records.ts'
import { type Rollout, type Stage, stageOf, touchedStages, watchedVersion } from './rollout.ts'
import type { Snapshot } from './snapshot.ts'
import { type Finding, type Verdict, verdictOf } from './verdict.ts'
import { NO_WAY_BACK, observeWayBack } from './way-back.ts'

/** One look at the fleet: the snapshot before it, and what was read now. */
export interface Look {
  readonly previous: Snapshot | null
  readonly current: Snapshot
  readonly readings: readonly DeviceReading[]
}

/**
 * Takes the look into the evidence of every stage that runs the new firmware, and judges them all: a stage that was
 * promoted is still watched, but only a breach of it counts once the next one is deployed. On the way back nothing is
 * judged; the devices' progress is read instead.
 */
export async function judgeLook(ports: Ports, policy: Policy, rollout: Rollout, look: Look): Promise<Facts> {
  const nowMs = look.current.atMs
  const facts: Facts = { ...NO_FACTS, nowMs, readings: look.readings }
  if (rollout.state === 'rolling-back') return { ...facts, ...(await lookBack(ports, rollout, look)) }
  const stages = touchedStages(rollout)
  if (stages.length === 0) return facts
  const baseline = await loadBaseline(ports.store, rollout.id)
  const verdicts: Verdict[] = []
  let evidence: Evidence | null = null
  for (const stage of stages) {
    const watch = watchOf(rollout, stage)
    const done = rollout.subject === 'migration' ? await takers(ports, stage) : null
    const after = await takeIn(ports, rollout, stage, (before) =>
      withTakers(observe(before, watch, look.previous, look.current, baseline, policy), done),
    )
    const failedDevices = await failures(ports, stage, after, look.readings)
    const verdict = judge({ evidence: after, watch, baseline, policy, nowMs, failedDevices })
    const isCurrent = stage.name === stageOf(rollout).name
    if (isCurrent) evidence = after
    verdicts.push(isCurrent || rollout.state === 'waiting' ? verdict : breachesOf(verdict))
  }
  const findings = verdicts.flatMap((verdict) => verdict.findings)
  return { ...facts, evidence, verdict: verdictOf([...findings, ...movedDevices(rollout, look.readings)]) }
}

/**
 * Groups are frozen at the start: a device that has joined one since gets the release without being watched, and in two
 * it gets both deployments. Nothing is promoted until that is undone. [detection E6]
 */
function movedDevices(rollout: Rollout, readings: readonly DeviceReading[]): readonly Finding[] {
  const frozen = new Map(rollout.stages.flatMap(({ name, members }) => members.map((thing) => [thing, name] as const)))
  const moved = readings.filter(({ thing, groups }) =>
    STAGES.some((name) => groups.includes(name) !== (frozen.get(thing) === name)),
  )
  if (moved.length === 0) return []
  const reason = `${moved.map(({ thing }) => thing).join(', ')} joined or left a stage since the start`
  const counted = { observed: moved.length, baseline: null, limit: 0, n: readings.length }
  return [{ rule: 'frozen-groups', metric: 'movedDevices', outcome: 'inconclusive', ...counted, reason }]
}

/** Nothing looked at. */
export const NO_FACTS: Facts = {
  nowMs: 0,
  verdict: null,
  evidence: null,
  readings: [],
  rollbackExecutions: [],
  wayBack: NO_WAY_BACK,
}

const breachesOf = (verdict: Verdict): Verdict =>
  verdictOf(verdict.findings.filter(({ outcome }) => outcome === 'breach'))

function watchOf(rollout: Rollout, stage: Stage): Watch {
  const updated = new Set(touchedStages(rollout).map(({ name }) => name))
  return {
    stage: stage.name,
    version: watchedVersion(rollout),
    previousVersion: rollout.release.replaces,
    members: stage.members,
    controls: rollout.stages.filter(({ name }) => !updated.has(name)).flatMap(({ members }) => members),
    lineOf: rollout.lineOf,
    deployedAtMs: stage.deployment?.atMs ?? rollout.stateSinceMs,
  }
}

/** Devices that have taken the stage's deployment, by the word of IoT Jobs. */
async function takers({ deployments }: Ports, { deployment }: Stage): Promise<ReadonlySet<string>> {
  if (deployment === null) return new Set()
  const executions = await deployments.executions(deployment.jobId)
  return new Set(executions.filter(({ status }) => status === 'SUCCEEDED').map(({ thing }) => thing))
}

/** No health document tells of a migration: a device counts as installed once it took it and has been well twice since. */
function withTakers(evidence: Evidence, done: ReadonlySet<string> | null): Evidence {
  if (done === null) return evidence
  const members = Object.entries(evidence.members).map(([thing, member]) => [
    thing,
    done.has(thing) ? member : { ...member, installedAtMs: null, firstSeenSequence: null },
  ])
  return { ...evidence, members: Object.fromEntries(members) }
}

/** Only asked for while a device that can be reached has not installed: one call more would be made every tick. */
async function failures(
  ports: Ports,
  stage: Stage,
  evidence: Evidence,
  readings: readonly DeviceReading[],
): Promise<readonly FailedDevice[]> {
  const isOpen = (thing: string): boolean => (evidence.members[thing]?.installedAtMs ?? null) === null
  const open = new Set(stage.members.filter(isOpen))
  if (stage.deployment === null || !readings.some(({ thing, connected }) => connected && open.has(thing))) return []
  const executions = await ports.deployments.executions(stage.deployment.jobId)
  return executions.filter(hasFailed)
}

async function takeIn(
  { store }: Ports,
  { id }: Rollout,
  { name }: Stage,
  observed: (before: Evidence) => Evidence,
): Promise<Evidence> {
  const stored = await loadEvidence(store, id, name)
  const after = observed(stored?.value ?? NO_EVIDENCE)
  await saveEvidence(store, id, name, after, stored?.version ?? 0)
  return after
}

async function lookBack(
  ports: Ports,
  rollout: Rollout,
  { previous, current, readings }: Look,
): Promise<Pick<Facts, 'rollbackExecutions' | 'wayBack'>> {
  const stored = await loadWayBack(ports.store, rollout.id)
  const wayBack = observeWayBack(stored?.value ?? NO_WAY_BACK, rollout, previous, readings, current.atMs)
  await saveWayBack(ports.store, rollout.id, wayBack, stored?.version ?? 0)
  return { rollbackExecutions: await progress(ports, rollout), wayBack }
}

async function progress(ports: Ports, rollout: Rollout): Promise<readonly DeviceExecution[]> {
  const found: DeviceExecution[] = []
  for (const { rollback } of rollout.stages) {
    if (rollback !== null) found.push(...(await ports.deployments.executions(rollback.jobId)))
  }
  return found
}
