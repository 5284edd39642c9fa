import { installedCount } from '../evidence/evidence.ts'
import { toSnapshot } from '../evidence/snapshot.ts'
import type { Finding, Verdict } from '../judge/verdict.ts'
import type { StartReason } from '../messages/decisions.ts'
import type { Policy } from '../policy/policy.ts'
import { withWindow } from '../policy/stages.ts'
import type { Ports, Stored } from '../ports/ports.ts'
import { type Decision, decide, type Facts } from '../rollout/decide.ts'
import type { LastEvaluation } from '../rollout/last-evaluation.ts'
import { type Effect, type Freeze, groupsOf, isFinal, type Rollout, type Stage, stageOf } from '../rollout/rollout.ts'
import { CONTROLLER, transition } from '../rollout/transition.ts'
import { type Acted, act } from './act.ts'
import { evaluate, NO_FACTS } from './evaluate.ts'
import { follows, isShiftRecorded, loadActive, loadFreeze, record, saveLastEvaluation, saveRollout } from './records.ts'
import { startRollout } from './start.ts'

/** What one invocation came to. */
export interface Outcome {
  readonly rolloutId: string | null
  /** Set for the rollout that goes before that of the firmware. */
  readonly subject?: Rollout['subject']
  readonly state: Rollout['state'] | 'idle'
  readonly stage: Stage['name'] | null
  readonly verdict: Verdict | null
  readonly decision: Decision
  /** Set when the invocation started the rollout: the smallest effects that each stage's window can detect. */
  readonly smallestEffects?: readonly Finding[]
}

/**
 * What was decided stands, but an effect of it failed and is tried again at the next evaluation: AWS was throttled or
 * away, or a deployment conflicts. The invocation fails, so that it shows in the function's metrics.
 */
export class EffectFailed extends Error {
  override readonly name = 'EffectFailed'
  readonly outcome: Outcome
  override readonly cause: Error

  constructor(outcome: Outcome, cause: Error) {
    super(cause.message)
    this.outcome = outcome
    this.cause = cause
  }
}

/**
 * What triggers the analyzer: the time of its own clock, and the time of the event, which may be late or come again.
 */
export interface Wake {
  readonly nowMs: number
  readonly eventAtMs: number
}

const IDLE: Outcome = {
  rolloutId: null,
  state: 'idle',
  stage: null,
  verdict: null,
  decision: { kind: 'wait', reason: { code: 'NO_ROLLOUT', data: {} } },
}

/**
 * The only shell around the pure core: read, judge, decide, save the intent, act, save what was done. A crash at any
 * await loses nothing: the next run repeats unfinished effects with the same tokens. A rollback that an earlier run
 * left half-done goes on before anything else; new firmware only after another evaluation. An evaluation is done by one
 * instance: an event that came late or twice decides nothing. While no rollout is going on, the fleet is read once per
 * shift, for later baselines; the start of a rollout takes the snapshot that its evidence counts from.
 * @throws StaleRollout when another instance is at work, its work stands; PreflightRefused when firmware cannot follow
 * its migration; EffectFailed when an effect failed, it stays pending
 */
export async function reconcile(ports: Ports, policy: Policy, { nowMs, eventAtMs }: Wake): Promise<Outcome> {
  const loaded = await loadActive(ports.store)
  const resumed = loaded === null ? null : await resume(ports, loaded, nowMs)
  const isGoing = resumed !== null && !isFinal(resumed.stored.value)
  const isIdle = !isGoing && (resumed === null || !awaitsFirmware(resumed.stored.value))
  if (isIdle && (await isShiftRecorded(ports.store, policy, nowMs))) {
    return resumed === null ? IDLE : settle(ports, policy, resumed, { ...NO_FACTS, nowMs })
  }
  const readings = await ports.health.read(resumed === null ? groupsOf(policy) : groupsOf(resumed.stored.value))
  const current = { ...toSnapshot(readings, nowMs), eventAtMs }
  const previous = await record(ports.store, policy, current)
  if (resumed === null) return IDLE
  const { value: rollout } = resumed.stored
  if (previous !== null && !follows(current, previous)) {
    if (resumed.failures.length > 0) throw resumed.failures[0]
    return outcomeOf(rollout, null, { kind: 'wait', reason: { code: 'EVENT_OVERTAKEN', data: {} } })
  }
  if (awaitsFirmware(rollout)) return startFirmware(ports, policy, rollout, nowMs)
  if (!isGoing) return settle(ports, policy, resumed, { ...NO_FACTS, nowMs })
  const { value: freeze } = await loadFreeze(ports.store)
  const seen = await evaluate(ports, policyFor(rollout, policy), rollout, { previous, current, readings })
  const facts = { ...seen, freeze }
  const outcome = await settle(ports, policy, resumed, facts)
  await saveLastEvaluation(ports.store, rollout.id, lastEvaluationOf(rollout, outcome, facts))
  return outcome
}

/** A migration that has been rolled out is followed by the firmware it was for. */
const awaitsFirmware = ({ subject, state }: Rollout): boolean => subject === 'migration' && state === 'completed'

/** `evaluated` is the rollout that the evaluation was about; the decision may have led on to the next stage. */
const lastEvaluationOf = (
  evaluated: Rollout,
  { verdict, decision }: Outcome,
  { nowMs, evidence, telemetryDownSinceMs }: Facts,
): LastEvaluation => ({
  atMs: nowMs,
  verdict: verdict?.kind ?? null,
  findings: (verdict?.findings ?? []).filter(({ outcome }) => outcome !== 'healthy'),
  reason: decision.reason,
  installed: evidence === null ? 0 : installedCount(evidence, stageOf(evaluated).members),
  isTelemetryDown: telemetryDownSinceMs != null,
})

/**
 * Carries a passed stage over an open gate without a new evaluation: what the event is for. The schedule does it as
 * well.
 */
export async function advance(ports: Ports, policy: Policy, nowMs: number): Promise<Outcome> {
  const stored = await loadActive(ports.store)
  if (stored === null) return IDLE
  const facts = { ...NO_FACTS, nowMs, freeze: (await loadFreeze(ports.store)).value }
  const isReady =
    stored.value.state === 'waiting' && decide(stored.value, facts, policyFor(stored.value, policy)).kind === 'deploy'
  if (isReady) return settle(ports, policy, { stored, failures: [] }, facts)
  return outcomeOf(stored.value, null, { kind: 'wait', reason: { code: 'NO_OPEN_GATE', data: {} } })
}

/**
 * The firmware that a migration was for, as if its request came again. By the schedule and not by an event, so that it
 * cannot be lost; what refuses it is reported at every evaluation.
 */
async function startFirmware(ports: Ports, policy: Policy, { id, release }: Rollout, nowMs: number): Promise<Outcome> {
  const reason: StartReason = { code: 'MIGRATION_COMPLETED', data: { rolloutId: id } }
  return startOutcome(await startRollout(ports, policy, { release, actor: CONTROLLER, reason }, nowMs))
}

/** What a start came to, in the form of every other invocation. */
export const startOutcome = (rollout: Rollout): Outcome => ({
  ...outcomeOf(rollout, null, { kind: 'wait', reason: rollout.reason }),
  smallestEffects: rollout.smallestEffects ?? [],
})

/** A migration is watched for a shorter time, and everywhere before its firmware is anywhere. */
export const policyFor = ({ subject }: Rollout, policy: Policy): Policy =>
  subject === 'migration' ? { ...withWindow(policy, policy.migrationWindowMs), holdback: false, bakeMs: 0 } : policy

const resume = async (ports: Ports, stored: Stored<Rollout>, nowMs: number): Promise<Acted> =>
  isFinal(stored.value) || stored.value.state === 'rolling-back'
    ? act(ports, stored, nowMs, false)
    : { stored, failures: [] }

async function settle(ports: Ports, policy: Policy, resumed: Acted, facts: Facts): Promise<Outcome> {
  const { value: before, version } = resumed.stored
  const decision = decide(before, facts, policyFor(before, policy))
  const isWaiting = decision.kind === 'wait'
  const intended = isWaiting ? before : intentOf(before, decision, facts.nowMs, version + 1)
  const intent = { value: intended, version: isWaiting ? version : await saveRollout(ports.store, intended, version) }
  // What failed a moment ago is for the next run.
  const mayDeploy = !isHeld(intended, facts.freeze ?? null)
  const done = isWaiting && resumed.failures.length > 0 ? resumed : await act(ports, intent, facts.nowMs, mayDeploy)
  const outcome = { ...outcomeOf(done.stored.value, facts.verdict, decision), stage: stageOf(before).name }
  if (done.failures.length > 0) throw new EffectFailed(outcome, done.failures[0] as Error)
  return outcome
}

/**
 * The next rollout with a line of the audit trail among the effects, so that no crash can lose it. Effects that only
 * inform outlive the state they were decided in; those that act do not, and come first.
 */
export function withAudit(before: Rollout, intended: Rollout, sequence: number, entry: object): Rollout {
  const informs = ({ kind }: Effect): boolean => kind === 'announce' || kind === 'notify' || kind === 'audit'
  const informing = before.pending.filter(informs)
  const own = intended.pending.filter((effect) => !informing.includes(effect))
  const line: Effect = { kind: 'audit', sequence, entry }
  const pending = [...own.filter((effect) => !informs(effect)), ...informing, ...own.filter(informs), line]
  return { ...intended, pending }
}

/** Whether new firmware must not be requested now, also where it was decided before: a halt ends that as well. */
export const isHeld = (rollout: Rollout, freeze: Freeze | null): boolean =>
  isFinal(rollout) || rollout.pause != null || (freeze?.frozen != null && rollout.release.hotfix === undefined)

const intentOf = (before: Rollout, decision: Decision, nowMs: number, sequence: number): Rollout =>
  withAudit(before, transition(before, decision, nowMs), sequence, entryOf(before, decision, nowMs))

const entryOf = (before: Rollout, decision: Decision, atMs: number): object => ({
  atMs,
  actor: CONTROLLER,
  stage: stageOf(before).name,
  ...decision,
})

export const outcomeOf = (rollout: Rollout, verdict: Verdict | null, decision: Decision): Outcome => ({
  rolloutId: rollout.id,
  ...(rollout.subject !== undefined && { subject: rollout.subject }),
  state: rollout.state,
  stage: stageOf(rollout).name,
  verdict,
  decision,
})
