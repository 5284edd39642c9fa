import type { StageName } from '../contract.ts'
import type { Baseline } from '../evidence/baseline.ts'
import { isNews } from '../evidence/difference.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { type HealthSample, lastHeardMs, type Snapshot, thingsOf } from '../evidence/snapshot.ts'
import { dayNumber, shiftBoundaries, stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import type { RolloutStore, Stored } from '../ports/ports.ts'
import type { LastEvaluation } from '../rollout/last-evaluation.ts'
import type { MonitoringState } from '../rollout/monitoring-state.ts'
import type { RollbackProgress } from '../rollout/rollback-progress.ts'
import { type Freeze, isFinal, type Rollout } from '../rollout/rollout.ts'
import { own } from '../support/own.ts'

/** Keys of what the controller keeps, and the few ways it is read and written. */
const ACTIVE = 'active-rollout'
const LATEST = 'snapshot#latest'
/** Which shift has its snapshot: small, so that an evaluation that is not needed costs no more than reading it. */
const RECORDED = 'snapshot#recorded'
const rolloutKey = (id: string): string => `rollout#${id}`
const baselineKey = (id: string): string => `baseline#${id}`
const FREEZE = 'freeze'
const monitoringKey = (id: string): string => `monitoring#${id}`
const lastEvaluationKey = (id: string): string => `last-evaluation#${id}`
const evidenceKey = (id: string, stage: StageName): string => `evidence#${id}#${stage}`
const rollbackProgressKey = (id: string): string => `rollback-progress#${id}`

const DAY_MS = 24 * 3_600_000

/**
 * A place for each shift of as many days as a baseline reaches over, two days more for the days it begins and ends on
 * and for a change of the clocks: what no baseline can need any more is overwritten, whatever was missed meanwhile.
 */
function boundaryKey(policy: Policy, atMs: number): string {
  const days = Math.ceil(policy.baselineMs / DAY_MS) + 2
  const [shift] = stratumAt(policy, atMs).name.split('/')
  return `snapshot#${shift}#${dayNumber(policy, atMs) % days}`
}

/** A sample that another one of the same process has overtaken adds nothing; what came in between counts once. */
const isOvertaken = (sample: HealthSample, by: HealthSample | undefined): boolean =>
  by !== undefined &&
  sample.sequence < by.sequence &&
  sample.bootId === by.bootId &&
  sample.gauges.uptimeS <= by.gauges.uptimeS

/**
 * The snapshot merged with the one before: the newer sample of each device, whichever evaluation read it, and since
 * when devices have been silent, so that evaluations may follow each other at any distance.
 */
function merged(snapshot: Snapshot, previous: Snapshot | null, policy: Policy): Snapshot {
  if (previous === null) return snapshot
  const silent: string[] = []
  const returned = returnsOf(snapshot, previous, policy)
  for (const thing of thingsOf(previous)) {
    const sample = own(snapshot.devices, thing)
    if (sample === undefined || !isNews(previous.devices[thing], sample)) silent.push(thing)
  }
  for (const thing in previous.heardAtMs) {
    if (own(previous.devices, thing) === undefined && own(snapshot.devices, thing) === undefined) silent.push(thing)
  }
  const withReturns = returned.length === 0 ? snapshot : { ...snapshot, returnedAtMs: Object.fromEntries(returned) }
  if (silent.length === 0) return withReturns
  const newest = silent.flatMap((thing) => {
    const [sample, by] = [own(snapshot.devices, thing), own(previous.devices, thing)]
    return sample !== undefined && isOvertaken(sample, by) ? [[thing, by as HealthSample] as const] : []
  })
  return {
    ...withReturns,
    devices: newest.length === 0 ? snapshot.devices : { ...snapshot.devices, ...Object.fromEntries(newest) },
    heardAtMs: Object.fromEntries(silent.map((thing) => [thing, lastHeardMs(previous, thing)])),
  }
}

/** Devices that came back at this evaluation after they were away, and those whose return is no older than that. */
function returnsOf(snapshot: Snapshot, previous: Snapshot, policy: Policy): (readonly [string, number])[] {
  const { atMs, devices } = snapshot
  const returned: (readonly [string, number])[] = []
  for (const thing in previous.returnedAtMs) {
    const sinceMs = previous.returnedAtMs[thing] as number
    if (atMs - sinceMs <= policy.lostAfterMs) returned.push([thing, sinceMs])
  }
  for (const thing in previous.heardAtMs) {
    const [before, sample] = [previous.devices[thing], devices[thing]]
    const wasAway = atMs - (previous.heardAtMs[thing] as number) > policy.lostAfterMs
    if (wasAway && sample !== undefined && isNews(before, sample)) returned.push([thing, atMs])
  }
  return returned
}

/**
 * Whether an evaluation is a new one: after the latest by the clock, which may be another function's, and by the event
 * that triggered it. An event that has been overtaken or comes again is not evaluated, since the error budget is spent
 * per evaluation.
 */
export const follows = (snapshot: Snapshot, latest: Snapshot): boolean =>
  snapshot.atMs > latest.atMs &&
  (snapshot.eventAtMs ?? Number.POSITIVE_INFINITY) > (latest.eventAtMs ?? Number.NEGATIVE_INFINITY)

/**
 * Keeps the snapshot as the latest, and for the baseline if a shift began since the one before. Returns the one before;
 * a snapshot that does not follow that is not kept.
 * @throws StaleRollout when another instance kept one meanwhile: what lies between two snapshots must count once
 */
export async function record(store: RolloutStore, policy: Policy, snapshot: Snapshot): Promise<Snapshot | null> {
  const latest = await recordBoundary(store, policy, snapshot)
  if (latest !== null && !follows(snapshot, latest.value)) return latest.value
  const previous = latest?.value ?? null
  await store.putIf(LATEST, merged(snapshot, previous, policy), latest?.version ?? 0)
  return previous
}

/**
 * Keeps the snapshot for the baseline if a shift began since the latest one, however late the evaluation is. Returns
 * that.
 */
async function recordBoundary(
  store: RolloutStore,
  policy: Policy,
  snapshot: Snapshot,
): Promise<Stored<Snapshot> | null> {
  const latest = await store.get<Snapshot>(LATEST)
  const sinceMs = latest?.value.atMs ?? snapshot.atMs - policy.tickMs
  const { shiftStartMs } = stratumAt(policy, snapshot.atMs)
  if (shiftStartMs > sinceMs) {
    await store.put(boundaryKey(policy, shiftStartMs), { ...snapshot, atMs: shiftStartMs })
    await store.put(RECORDED, { shiftStartMs })
  }
  return latest
}

/**
 * The snapshot that a rollout's evidence counts from: what happened before its start is not its fault. It is dated a
 * moment back, so that an evaluation in the same instant is a new one.
 */
export async function recordStart(store: RolloutStore, policy: Policy, snapshot: Snapshot): Promise<void> {
  const latest = await recordBoundary(store, policy, snapshot)
  const atMs = snapshot.atMs - 1
  if (latest === null || latest.value.atMs < atMs)
    await store.putIf(LATEST, { ...snapshot, atMs }, latest?.version ?? 0)
}

/**
 * Whether the running shift has the snapshot that baselines are made of: without a rollout no other evaluation is
 * needed.
 */
export async function isShiftRecorded(store: RolloutStore, policy: Policy, nowMs: number): Promise<boolean> {
  const recorded = (await store.get<{ readonly shiftStartMs: number }>(RECORDED))?.value
  return recorded !== undefined && recorded.shiftStartMs >= stratumAt(policy, nowMs).shiftStartMs
}

/** The snapshots that the baseline before `atMs` is made of, oldest first; missing ones are left out. */
export async function baselineSnapshots(store: RolloutStore, policy: Policy, atMs: number): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = []
  for (const boundary of shiftBoundaries(policy, atMs - policy.baselineMs, atMs)) {
    const stored = await store.get<Snapshot>(boundaryKey(policy, boundary))
    if (stored?.value.atMs === boundary) snapshots.push(stored.value)
  }
  return snapshots
}

export async function loadActive(store: RolloutStore): Promise<Stored<Rollout> | null> {
  const active = await store.get<{ rolloutId: string }>(ACTIVE)
  return active === null ? null : store.get<Rollout>(rolloutKey(active.value.rolloutId))
}

/** The rollouts of which a baseline since `sinceMs` may hold something, the newest first; the last one of all is active. */
export async function formerRollouts(store: RolloutStore, sinceMs: number): Promise<readonly Rollout[]> {
  const found: Rollout[] = []
  let stored = await loadActive(store)
  while (stored !== null) {
    const { previousId, stateSinceMs } = stored.value
    found.push(stored.value)
    // What ended before is of no concern, and neither is what came before that.
    if (previousId === undefined || (isFinal(stored.value) && stateSinceMs < sinceMs)) break
    stored = await store.get<Rollout>(rolloutKey(previousId))
  }
  return found
}

/**
 * A second delivery of the same start event finds the documents of the first and only makes them active. What the
 * rollout before rested on is deleted then; it itself and its audit trail stay.
 * @throws StaleRollout when another rollout became active meanwhile
 */
export async function createRollout(
  store: RolloutStore,
  rollout: Rollout,
  baseline: Baseline,
  former: Rollout | null,
): Promise<void> {
  const active = await store.get<{ rolloutId: string }>(ACTIVE)
  if ((await store.get(rolloutKey(rollout.id))) === null) {
    await store.put(baselineKey(rollout.id), baseline)
    await store.putIf(rolloutKey(rollout.id), { ...rollout, ...previousOf(active?.value) }, 0)
  }
  await store.putIf(ACTIVE, { rolloutId: rollout.id }, active?.version ?? 0)
  if (former !== null && former.id !== rollout.id) await forgetEvidence(store, former)
}

const previousOf = (active: { readonly rolloutId: string } | undefined): Pick<Rollout, 'previousId'> =>
  active === undefined ? {} : { previousId: active.rolloutId }

async function forgetEvidence(store: RolloutStore, { id, stages }: Rollout): Promise<void> {
  for (const key of [
    baselineKey(id),
    rollbackProgressKey(id),
    monitoringKey(id),
    lastEvaluationKey(id),
    ...stages.map(({ name }) => evidenceKey(id, name)),
  ])
    await store.delete(key)
}

/** @throws StaleRollout when another instance wrote it since `version`. */
export const saveRollout = (store: RolloutStore, rollout: Rollout, version: number): Promise<number> =>
  store.putIf(rolloutKey(rollout.id), rollout, version)

/** A frozen baseline never changes, so a container reads it once. */
const baselines = new WeakMap<RolloutStore, { readonly rolloutId: string; readonly baseline: Baseline }>()

export async function loadBaseline(store: RolloutStore, rolloutId: string): Promise<Baseline> {
  const known = baselines.get(store)
  if (known?.rolloutId === rolloutId) return known.baseline
  const stored = await store.get<Baseline>(baselineKey(rolloutId))
  if (stored === null) throw new Error(`invariant: rollout ${rolloutId} has no baseline`)
  baselines.set(store, { rolloutId, baseline: stored.value })
  return stored.value
}

export const loadEvidence = (store: RolloutStore, id: string, stage: StageName): Promise<Stored<Evidence> | null> =>
  store.get(evidenceKey(id, stage))

/**
 * @throws StaleRollout when another instance saved an evaluation since `version`: an older one must not undo a newer.
 */
export const saveEvidence = (
  store: RolloutStore,
  id: string,
  stage: StageName,
  evidence: Evidence,
  version: number,
): Promise<number> => store.putIf(evidenceKey(id, stage), evidence, version)

export const loadRollbackProgress = (store: RolloutStore, id: string): Promise<Stored<RollbackProgress> | null> =>
  store.get(rollbackProgressKey(id))

/** @throws StaleRollout as `saveEvidence` does. */
export const saveRollbackProgress = (
  store: RolloutStore,
  id: string,
  rollbackProgress: RollbackProgress,
  version: number,
): Promise<number> => store.putIf(rollbackProgressKey(id), rollbackProgress, version)

/** One line of the audit trail; the sequence is the rollout's version, so that a retry writes the same entry. */
export const saveAudit = (store: RolloutStore, id: string, sequence: number, entry: object): Promise<void> =>
  store.put(`audit#${id}#${String(sequence).padStart(6, '0')}`, entry)

/** An entry of a refused request: it changes no version, so that time and operation make its key. */
export const saveRefusal = (
  store: RolloutStore,
  id: string,
  atMs: number,
  entry: { operation: string },
): Promise<void> => store.put(`audit#${id}#refused#${atMs}#${entry.operation}`, entry)

export const loadMonitoring = (store: RolloutStore, id: string): Promise<Stored<MonitoringState> | null> =>
  store.get(monitoringKey(id))

/** @throws StaleRollout as `saveEvidence` does. */
export const saveMonitoring = (
  store: RolloutStore,
  id: string,
  monitoring: MonitoringState,
  version: number,
): Promise<number> => store.putIf(monitoringKey(id), monitoring, version)

export const loadLastEvaluation = async (store: RolloutStore, id: string): Promise<LastEvaluation | null> =>
  (await store.get<LastEvaluation>(lastEvaluationKey(id)))?.value ?? null

export const saveLastEvaluation = (store: RolloutStore, id: string, evaluation: LastEvaluation): Promise<void> =>
  store.put(lastEvaluationKey(id), evaluation)

const NOT_FROZEN: Freeze = { frozen: null, operations: [] }

export const loadFreeze = async (store: RolloutStore): Promise<Stored<Freeze>> =>
  (await store.get<Freeze>(FREEZE)) ?? { value: NOT_FROZEN, version: 0 }

/** @throws StaleRollout when another instance wrote it since `version`. */
export const saveFreeze = (store: RolloutStore, freeze: Freeze, version: number): Promise<number> =>
  store.putIf(FREEZE, freeze, version)
