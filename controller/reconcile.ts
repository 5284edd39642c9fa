import type { FailedDevice } from './case.ts'
import { FIRMWARE_COMPONENT } from './contract.ts'
import { type Decision, decide, type Facts, transition } from './decide.ts'
import { type Evidence, NO_EVIDENCE, observe, type Watch } from './evidence.ts'
import { judge } from './judge.ts'
import type { Policy } from './policy.ts'
import type { CreatedDeployment, DeviceReading, Ports, Stored } from './ports.ts'
import {
  loadActive,
  loadBaseline,
  loadEvidence,
  record,
  saveAudit,
  saveEvidence,
  saveRollout,
  toSnapshot,
} from './records.ts'
import {
  deployedStages,
  type Effect,
  isFinal,
  type Rollout,
  type Stage,
  specWith,
  stageOf,
  withDone,
} from './rollout.ts'
import type { Snapshot } from './snapshot.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** What one invocation came to. */
export interface Outcome {
  readonly rolloutId: string | null
  readonly state: Rollout['state'] | 'idle'
  readonly stage: Stage['name'] | null
  readonly verdict: Verdict | null
  readonly decision: Decision
}

const IDLE: Outcome = {
  rolloutId: null,
  state: 'idle',
  stage: null,
  verdict: null,
  decision: { kind: 'wait', reason: 'no rollout is active' },
}

/**
 * The only shell around the pure core: finish what an earlier run left, read, judge, decide, save the intent, act, save
 * what was done. A crash at any await loses nothing: the next run repeats unfinished effects with the same tokens.
 * @throws StaleRollout when another instance is at work; its work stands
 */
export async function reconcile(ports: Ports, policy: Policy, nowMs: number): Promise<Outcome> {
  const readings = await ports.health.read()
  const current = toSnapshot(readings, nowMs)
  const stored = await loadActive(ports.store)
  if (stored === null || isFinal(stored.value)) {
    await record(ports.store, policy, current)
    return stored === null ? IDLE : outcomeOf(stored.value, null, decide(stored.value, noFacts(nowMs), policy))
  }
  const resumed = await act(ports, stored, nowMs)
  const previous = await record(ports.store, policy, current)
  const facts = await look(ports, policy, resumed.value, previous, current, readings)
  return settle(ports, policy, resumed, facts)
}

/** Carries a passed stage over an open gate without a new look: what the event is for. The schedule does it as well. */
export async function advance(ports: Ports, policy: Policy, nowMs: number): Promise<Outcome> {
  const stored = await loadActive(ports.store)
  if (stored === null) return IDLE
  const resumed = await act(ports, stored, nowMs)
  if (resumed.value.state === 'waiting') return settle(ports, policy, resumed, noFacts(nowMs))
  return outcomeOf(resumed.value, null, { kind: 'wait', reason: 'no stage waits to be deployed' })
}

const noFacts = (nowMs: number): Facts => ({ nowMs, verdict: null, evidence: null, readings: [] })

async function settle(ports: Ports, policy: Policy, stored: Stored<Rollout>, facts: Facts): Promise<Outcome> {
  const decision = decide(stored.value, facts, policy)
  if (decision.kind === 'wait') return outcomeOf(stored.value, facts.verdict, decision)
  const intended = transition(stored.value, decision, facts.nowMs)
  const version = await saveRollout(ports.store, intended, stored.version)
  const done = await act(ports, { value: intended, version }, facts.nowMs)
  await saveAudit(ports.store, intended.id, version, {
    atMs: facts.nowMs,
    actor: 'controller',
    stage: stageOf(stored.value).name,
    ...decision,
  })
  return { ...outcomeOf(done.value, facts.verdict, decision), stage: stageOf(stored.value).name }
}

const outcomeOf = (rollout: Rollout, verdict: Verdict | null, decision: Decision): Outcome => ({
  rolloutId: rollout.id,
  state: rollout.state,
  stage: stageOf(rollout).name,
  verdict,
  decision,
})

/** Does every pending effect, saving after each. */
async function act(ports: Ports, stored: Stored<Rollout>, nowMs: number): Promise<Stored<Rollout>> {
  let { value: rollout, version } = stored
  for (const effect of stored.value.pending) {
    const result = await perform(ports, rollout, effect)
    rollout = withDone(rollout, effect, result, nowMs)
    version = await saveRollout(ports.store, rollout, version)
  }
  return { value: rollout, version }
}

async function perform(ports: Ports, rollout: Rollout, effect: Effect): Promise<CreatedDeployment | null> {
  switch (effect.kind) {
    case 'deploy': {
      const { previous } = stageNamed(rollout, effect.stage)
      const spec = specWith(previous, FIRMWARE_COMPONENT, rollout.release.version)
      return ports.deployments.create(effect.stage, spec, effect.clientToken)
    }
    case 'roll-back':
      return ports.deployments.create(effect.stage, stageNamed(rollout, effect.stage).previous, effect.clientToken)
    case 'cancel':
      await ports.deployments.cancel(effect.deploymentId)
      return null
    case 'announce':
      await ports.events.put(effect.detailType, effect.detail)
      return null
  }
}

const stageNamed = (rollout: Rollout, name: Stage['name']): Stage =>
  rollout.stages.find((stage) => stage.name === name) as Stage

/**
 * Takes the look into the evidence of every stage that runs the new firmware, and judges them all: a stage that was
 * promoted is still watched, but only a breach of it counts.
 */
async function look(
  ports: Ports,
  policy: Policy,
  rollout: Rollout,
  previous: Snapshot | null,
  current: Snapshot,
  readings: readonly DeviceReading[],
): Promise<Facts> {
  const deployed = deployedStages(rollout)
  const facts = { nowMs: current.atMs, readings }
  if (deployed.length === 0 || rollout.state === 'rolling-back') return { ...facts, verdict: null, evidence: null }
  const baseline = await loadBaseline(ports.store, rollout.id)
  const verdicts: Verdict[] = []
  let evidence: Evidence | null = null
  for (const stage of deployed) {
    const watch = watchOf(rollout, stage)
    const before = (await loadEvidence(ports.store, rollout.id, stage.name)) ?? NO_EVIDENCE
    const after = observe(before, watch, previous, current, baseline, policy)
    await saveEvidence(ports.store, rollout.id, stage.name, after)
    const failedDevices = await failures(ports, rollout, stage)
    const verdict = judge({ evidence: after, watch, baseline, policy, nowMs: current.atMs, failedDevices })
    const isCurrent = stage.name === stageOf(rollout).name
    if (isCurrent) evidence = after
    verdicts.push(isCurrent || rollout.state === 'waiting' ? verdict : breachesOf(verdict))
  }
  return { ...facts, evidence, verdict: verdictOf(verdicts.flatMap(({ findings }) => findings)) }
}

const breachesOf = (verdict: Verdict): Verdict =>
  verdictOf(verdict.findings.filter(({ outcome }) => outcome === 'breach'))

function watchOf(rollout: Rollout, stage: Stage): Watch {
  const updated = new Set(deployedStages(rollout).flatMap(({ members }) => members))
  return {
    stage: stage.name,
    version: rollout.release.version,
    previousVersion: rollout.release.replaces,
    members: stage.members,
    controls: rollout.stages.flatMap(({ members }) => members).filter((thing) => !updated.has(thing)),
    lineOf: rollout.lineOf,
    deployedAtMs: stage.deployment?.atMs ?? 0,
  }
}

/** Only asked for while devices are still taking the deployment. */
async function failures(ports: Ports, rollout: Rollout, stage: Stage): Promise<readonly FailedDevice[]> {
  const isTaking = rollout.state === 'deploying' && stage.name === stageOf(rollout).name
  if (!isTaking || stage.deployment === null) return []
  const executions = await ports.deployments.executions(stage.deployment.jobId)
  return executions.filter(({ status }) => status === 'FAILED' || status === 'REJECTED' || status === 'TIMED_OUT')
}
