import {
  type ControlsObservation,
  type Evidence,
  NO_EVIDENCE,
  observe,
  observeControls,
  type Watch,
} from '../evidence/evidence.ts'
import type { Snapshot } from '../evidence/snapshot.ts'
import { isTelemetryDown } from '../evidence/telemetry.ts'
import { judge } from '../judge/judge.ts'
import type { FailedDevice } from '../judge/rule-input.ts'
import { type Verdict, verdictOf } from '../judge/verdict.ts'
import type { MembershipChange } from '../messages/decisions.ts'
import type { Policy } from '../policy/policy.ts'
import { policyAt } from '../policy/stages.ts'
import type { DeviceExecution, DeviceReading, Ports } from '../ports/ports.ts'
import type { Facts } from '../rollout/decide.ts'
import { foreignDeployments } from '../rollout/foreign-deployments.ts'
import { soakingStage } from '../rollout/holdback.ts'
import { hasFailed, isUnreachable } from '../rollout/job-status.ts'
import { membershipChanges } from '../rollout/membership.ts'
import type { MonitoringState } from '../rollout/monitoring-state.ts'
import { NO_ROLLBACK_PROGRESS, observeRollback } from '../rollout/rollback-progress.ts'
import {
  heldOf,
  isAtLastStage,
  type Rollout,
  type Stage,
  stageOf,
  touchedStages,
  watchedVersion,
} from '../rollout/rollout.ts'
import { type SoakClock, stragglersOf, tick } from '../rollout/soak.ts'
import { memoized } from '../support/memoized.ts'
import {
  loadBaseline,
  loadEvidence,
  loadMonitoring,
  loadRollbackProgress,
  saveEvidence,
  saveMonitoring,
  saveRollbackProgress,
} from './records.ts'

/** One evaluation of the fleet: the snapshot before it, and what was read now. */
export interface EvaluationInput {
  readonly previous: Snapshot | null
  readonly current: Snapshot
  readonly readings: readonly DeviceReading[]
}

/**
 * Takes the readings into the evidence of every stage that runs the new firmware, and judges them all: a stage that was
 * promoted is still monitored, but only a breach of it counts once the next one is deployed. In a rollback nothing is
 * judged; the devices' progress is read instead.
 */
export async function evaluate(
  ports: Ports,
  policy: Policy,
  rollout: Rollout,
  evaluation: EvaluationInput,
): Promise<Facts> {
  const nowMs = evaluation.current.atMs
  const foreign = await foreignOf(ports, rollout)
  const seen: Facts = { ...NO_FACTS, nowMs, readings: evaluation.readings, foreignDeployments: foreign }
  if (rollout.state === 'rolling-back') return { ...seen, ...(await evaluateRollback(ports, rollout, evaluation)) }
  const stored = await loadMonitoring(ports.store, rollout.id)
  const monitoring = stored?.value ?? null
  const keep = (next: MonitoringState): Promise<number> =>
    saveMonitoring(ports.store, rollout.id, next, stored?.version ?? 0)
  const controls = controlsOf(rollout)
  const downSinceMs = telemetryDownSince(controls, evaluation, monitoring?.downSinceMs ?? null, policy)
  const changes = membershipChanges(rollout, evaluation.readings, nowMs)
  const facts = {
    ...seen,
    membershipChanges: changes,
    telemetryDownSinceMs: downSinceMs,
  }
  const stages = touchedStages(rollout)
  if (stages.length === 0) {
    await keep({ downSinceMs, soak: null })
    return facts
  }
  const baseline = await loadBaseline(ports.store, rollout.id)
  let controlsObserved: ControlsObservation | null = null
  const verdicts: Verdict[] = []
  const mayEnd = rollout.state === 'soaking' && isAtLastStage(rollout)
  const stragglers: string[] = []
  let evidence: Evidence | null = null
  let soak: SoakClock | null = null
  for (const stage of stages) {
    const watch = watchOf(rollout, stage, controls, changes)
    const own = policyAt(policy, stage.name)
    controlsObserved ??= observeControls(watch, evaluation.previous, evaluation.current, baseline, policy)
    const ofControls = controlsObserved
    const done = rollout.subject === 'migration' ? await devicesApplied(ports, stage) : null
    const { before, after } = await takeIn(ports, rollout, stage, (known) =>
      withApplied(observe(known, watch, evaluation.previous, evaluation.current, baseline, own, ofControls), done),
    )
    const judged = withoutLeft(watch)
    const failedDevices = await failures(ports, judged, stage, after, { ...evaluation, policy: own })
    const verdict = decidingIn(
      rollout,
      judge({ evidence: after, watch: judged, baseline, policy: own, nowMs, failedDevices }),
    )
    const isCurrent = stage.name === stageOf(rollout).name
    if (mayEnd) stragglers.push(...stragglersOf(isCurrent ? soakingStage(rollout) : stage, after, own))
    if (isCurrent) {
      const isHeld = downSinceMs !== null
      const previousAtMs = evaluation.previous?.atMs ?? null
      evidence = after
      soak = tick(monitoring?.soak ?? null, stage, { before, after, previousAtMs, nowMs, isHeld }, own)
    }
    verdicts.push(isCurrent || rollout.state === 'waiting' ? verdict : breachesOf(verdict))
  }
  await keep({ downSinceMs, soak })
  return { ...facts, evidence, soak, stragglers, verdict: verdictOf(verdicts.flatMap(({ findings }) => findings)) }
}

/** Where they cannot be read now, the next evaluation finds them: a rollback must not wait for them. */
async function foreignOf({ deployments }: Ports, rollout: Rollout): Promise<Facts['foreignDeployments']> {
  const newest = await deployments.newest().catch(() => ({}))
  return foreignDeployments(rollout, newest)
}

/** Since when the telemetry is down at this evaluation; null when it is not. */
function telemetryDownSince(
  controls: readonly string[],
  { previous, current }: EvaluationInput,
  sinceMs: number | null,
  policy: Policy,
): number | null {
  return isTelemetryDown(previous, current, controls, policy) ? (sinceMs ?? current.atMs) : null
}

/** Devices whose stage has not been given the new firmware, and those held back from it. */
const controlsOf = memoized((rollout: Rollout): readonly string[] => {
  const updated = new Set(touchedStages(rollout).map(({ name }) => name))
  const later = rollout.stages.filter(({ name }) => !updated.has(name)).flatMap(({ members }) => members)
  return [...later, ...heldOf(rollout)]
})

/** Nothing evaluated. */
export const NO_FACTS: Facts = {
  nowMs: 0,
  verdict: null,
  evidence: null,
  readings: [],
  rollbackExecutions: [],
  rollbackProgress: NO_ROLLBACK_PROGRESS,
}

/** Rules on single devices: they need nothing to compare with. */
const DEVICE_RULES: ReadonlySet<string> = new Set([
  'component-crash',
  'deployment-failure',
  'silent-fallback',
  'lost-device',
])

/**
 * Once the holdback has been released no device is left to compare with: what the whole plant shows then would be the
 * release's. The other rules, which have watched beside the controls for a window, only report. [source: holdback-bake]
 */
function decidingIn({ holdback }: Rollout, verdict: Verdict): Verdict {
  if (holdback === undefined || holdback.releasedAtMs === null) return verdict
  return verdictOf(verdict.findings.map((one) => (DEVICE_RULES.has(one.rule) ? one : { ...one, isDryRun: true })))
}

const breachesOf = (verdict: Verdict): Verdict =>
  verdictOf(verdict.findings.filter(({ outcome }) => outcome === 'breach'))

/** Devices that run the release in other stages than this one. */
const othersOf = memoized((rollout: Rollout) => {
  const touched = touchedStages(rollout)
  return new Map(
    touched.map(({ name }) => [name, touched.flatMap((one) => (one.name === name ? [] : one.members))] as const),
  )
})

function watchOf(
  rollout: Rollout,
  stage: Stage,
  controls: readonly string[],
  changes: readonly MembershipChange[],
): Watch {
  const left = changes.filter(({ planned, groups }) => planned === stage.name && !(groups ?? []).includes(stage.name))
  return {
    stage: stage.name,
    version: watchedVersion(rollout),
    previousVersion: rollout.release.replaces,
    members: stage.members,
    controls,
    others: othersOf(rollout).get(stage.name) ?? [],
    ...(left.length > 0 && { left: new Set(left.map(({ thing }) => thing)) }),
    lineOf: rollout.lineOf,
    deployedAtMs: stage.deployment?.atMs ?? rollout.stateSinceMs,
  }
}

/** What is judged: a device that has left the group has no deployment of the stage any more. */
const withoutLeft = (watch: Watch): Watch => {
  const { left, members } = watch
  return left === undefined ? watch : { ...watch, members: members.filter((thing) => !left.has(thing)) }
}

/** Devices that have taken the stage's deployment, according to IoT Jobs. */
async function devicesApplied({ deployments }: Ports, { deployment }: Stage): Promise<ReadonlySet<string>> {
  if (deployment === null) return new Set()
  const executions = await deployments.executions(deployment.jobId)
  return new Set(executions.filter(({ status }) => status === 'SUCCEEDED').map(({ thing }) => thing))
}

/**
 * No health document reports a migration: a device counts as installed once it applied it and was healthy twice since.
 */
function withApplied(evidence: Evidence, done: ReadonlySet<string> | null): Evidence {
  if (done === null) return evidence
  const members = Object.entries(evidence.members).map(([thing, member]) => [
    thing,
    done.has(thing) ? member : { ...member, installedAtMs: null, firstSeenSequence: null },
  ])
  return { ...evidence, members: Object.fromEntries(members) }
}

/** Only read while a device that can be reached has not installed: it is one more AWS call at every tick. */
async function failures(
  ports: Ports,
  watch: Watch,
  stage: Stage,
  evidence: Evidence,
  { readings, current, policy }: EvaluationInput & { readonly policy: Policy },
): Promise<readonly FailedDevice[]> {
  const isOpen = (thing: string): boolean => (evidence.members[thing]?.installedAtMs ?? null) === null
  const open = new Set(watch.members.filter(isOpen))
  if (open.size === 0 || stage.deployment === null) return []
  if (!readings.some(({ thing, connected }) => connected && open.has(thing))) return []
  const executions = await ports.deployments.executions(stage.deployment.jobId)
  const members = new Set(watch.members)
  // A device that was added to the group meanwhile is no member of the stage, and fails for reasons of its own.
  return executions.filter(
    (one) =>
      hasFailed(one) &&
      members.has(one.thing) &&
      !isUnreachable(one, evidence.members[one.thing], watch.deployedAtMs, current.atMs, policy),
  )
}

async function takeIn(
  { store }: Ports,
  { id }: Rollout,
  { name }: Stage,
  observed: (before: Evidence) => Evidence,
): Promise<{ readonly before: Evidence; readonly after: Evidence }> {
  const stored = await loadEvidence(store, id, name)
  const before = stored?.value ?? NO_EVIDENCE
  const after = observed(before)
  await saveEvidence(store, id, name, after, stored?.version ?? 0)
  return { before, after }
}

async function evaluateRollback(
  ports: Ports,
  rollout: Rollout,
  { previous, current, readings }: EvaluationInput,
): Promise<Pick<Facts, 'rollbackExecutions' | 'rollbackProgress'>> {
  const stored = await loadRollbackProgress(ports.store, rollout.id)
  const rollbackProgress = observeRollback(
    stored?.value ?? NO_ROLLBACK_PROGRESS,
    rollout,
    previous,
    readings,
    current.atMs,
  )
  await saveRollbackProgress(ports.store, rollout.id, rollbackProgress, stored?.version ?? 0)
  return { rollbackExecutions: await progress(ports, rollout), rollbackProgress }
}

async function progress(ports: Ports, rollout: Rollout): Promise<readonly DeviceExecution[]> {
  const found: DeviceExecution[] = []
  for (const { rollback } of rollout.stages) {
    if (rollback !== null) found.push(...(await ports.deployments.executions(rollback.jobId)))
  }
  return found
}
