import { STAGES, type StageName } from '../../controller/contract.ts'
import type { Facts } from '../../controller/decide.ts'
import { type Evidence, NO_EVIDENCE } from '../../controller/evidence.ts'
import type { DeviceReading } from '../../controller/ports.ts'
import type { Rollout, RolloutState, Stage } from '../../controller/rollout.ts'
import type { SoakClock } from '../../controller/soak.ts'
import type { Verdict, VerdictKind } from '../../controller/verdict.ts'
import { NO_WAY_BACK } from '../../controller/way-back.ts'
import { HOUR_MS, policyWith, START_MS, sample } from './fixtures.ts'

export const policy = policyWith()

/** What a person ordered. */
export const jo = { actor: 'jo', reason: 'audit', atMs: START_MS }

export const verdict = (kind: VerdictKind): Verdict => ({
  kind,
  findings: [{ rule: 'r', metric: 'm', outcome: kind, observed: 3, baseline: 0, limit: 1, n: 9, reason: '3 > 1' }],
})

/** A rollout of two devices a stage whose stages up to the present one are deployed. */
export function rollout(state: RolloutState, stageIndex: number, atMs = START_MS): Rollout {
  const release = {
    version: '2.4.0',
    replaces: '2.3.1',
    data: { writes: 7, reads: [6, 7] },
    shadow: { writes: '2.0', reads: [] },
  }
  return {
    id: 'r-2-4-0-1',
    release,
    state,
    stageIndex,
    stages: STAGES.map((name, index) => ({
      name,
      members: [`${name}-a`, `${name}-b`],
      previous: { deploymentName: name, components: {} },
      deployment:
        index < stageIndex || (index === stageIndex && state !== 'waiting')
          ? { deploymentId: `d-${name}`, jobId: `j-${name}`, atMs }
          : null,
      soakingSinceMs: state === 'soaking' && index === stageIndex ? atMs : null,
      rollback: state === 'rolling-back' && index <= stageIndex ? { deploymentId: 'b', jobId: 'b', atMs } : null,
    })),
    lineOf: {},
    startedAtMs: atMs,
    stateSinceMs: atMs,
    pending: [],
    reason: '',
  }
}

/** The same with another present stage. */
export const withStage = (one: Rollout, over: Partial<Stage>): Rollout => ({
  ...one,
  stages: one.stages.map((stage, index) => (index === one.stageIndex ? { ...stage, ...over } : stage)),
})

export const facts = (over: Partial<Facts>): Facts => ({
  nowMs: START_MS,
  verdict: null,
  evidence: NO_EVIDENCE,
  readings: [],
  rollbackExecutions: [],
  wayBack: NO_WAY_BACK,
  ...over,
})

export const reading = (thing: string, connected = true): DeviceReading => ({
  thing,
  groups: [],
  line: 1,
  connected,
  sample: sample(),
})

/** Evidence of devices that have run the new version for some hours. */
export const running = (things: readonly string[], hours = 0): Evidence => ({
  ...NO_EVIDENCE,
  members: Object.fromEntries(
    things.map((thing) => [
      thing,
      {
        bootIdBefore: 'x',
        firstSeenSequence: 1,
        installedAtMs: START_MS,
        exposureMs: hours * HOUR_MS,
        heardAtMs: START_MS + 80 * HOUR_MS,
        crashes: 0,
        crashCounter: 0,
        hasFallenBack: false,
      },
    ]),
  ),
})

/** Evidence of both members of a stage. */
export const exposed = (stage: StageName, hours: number): Evidence => running([`${stage}-a`, `${stage}-b`], hours)

/** A soak clock of both members seen for some hours, evenly over the shifts. */
export const covered = (stage: StageName, hours: number): SoakClock => ({
  stage,
  sinceMs: START_MS,
  heldMs: 0,
  exposureByShiftMs: Object.fromEntries(
    policy.shifts.map(({ name }) => [name, (2 * hours * HOUR_MS) / policy.shifts.length]),
  ),
})

/** What is known of both members after a healthy window. */
export const soaked = (stage: StageName, over: Partial<Facts> = {}): Facts =>
  facts({
    nowMs: START_MS + 24 * HOUR_MS,
    verdict: verdict('healthy'),
    evidence: exposed(stage, 24),
    soak: covered(stage, 24),
    ...over,
  })
