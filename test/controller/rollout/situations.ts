import type { VerdictKind } from '../../../controller/judge/verdict.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { LastEvaluation } from '../../../controller/rollout/last-evaluation.ts'
import type { Situation } from '../../../controller/rollout/operations.ts'
import type { Freeze, Pause, Rollout, RolloutState, Stage } from '../../../controller/rollout/rollout.ts'
import type { SoakClock } from '../../../controller/rollout/soak.ts'
import { STAGES } from '../../seed-stages.ts'
import { HOUR_MS, policyWith, START_MS } from '../fixtures.ts'

/** Without a bake time, so that a window is all that is watched. */
export const policy = policyWith({ bakeMs: 0 })
export const NOT_FROZEN: Freeze = { frozen: null, operations: [] }
export const FROZEN: Freeze = { frozen: { actor: 'sue', reason: 'audit', atMs: START_MS }, operations: [] }
export const PAUSE: Pause = {
  actor: 'jo',
  reason: { code: 'OPERATOR_REASON', data: { operatorReason: 'noise' } },
  atMs: START_MS,
}
/** Why these rollouts are in their state. */
export const STARTED: DecisionReason = { code: 'START_REQUESTED', data: { actor: 'jo', operatorReason: 'release' } }
export const EXTENDED: DecisionReason = { code: 'WINDOW_EXTENDED', data: { lacks: [] } }
export const REQUEST = { kind: 'deploy', stage: 'canary', clientToken: 't', decidedAtMs: START_MS } as const
/** A device was held back when production was deployed; it still is, or has been released. */
export const heldBack = (releasedAtMs: number | null = null) => ({
  things: ['held-a'],
  sinceMs: START_MS,
  releasedAtMs,
})

/** A rollout whose stages up to the present one were deployed and have been monitored since, at the start. */
export function rollout(state: RolloutState, over: Partial<Rollout> = {}): Rollout {
  const { stageIndex = 0 } = over
  return {
    id: 'r-2-4-0-1',
    release: {
      version: '2.4.0',
      replaces: '2.3.1',
      data: { writes: 7, reads: [6, 7, 8] },
      shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
    },
    state,
    stageIndex,
    stages: STAGES.map((name, index) => {
      const isDeployed = index < stageIndex || (index === stageIndex && state !== 'waiting')
      const isWatched = isDeployed && (index < stageIndex || state !== 'deploying')
      return {
        name,
        members: [`${name}-a`],
        previous: { deploymentName: name, components: {} },
        deployment: isDeployed ? { deploymentId: 'd', jobId: 'j', atMs: START_MS } : null,
        soakingSinceMs: isWatched ? START_MS : null,
        rollback: null,
      }
    }),
    lineOf: {},
    startedAtMs: START_MS,
    stateSinceMs: START_MS,
    pending: [],
    reason: STARTED,
    ...over,
  }
}

/** The same with another present stage. */
export const withStage = (one: Rollout, over: Partial<Stage>): Rollout => ({
  ...one,
  stages: one.stages.map((stage, index) => (index === one.stageIndex ? { ...stage, ...over } : stage)),
})

export const hotfix = (state: RolloutState, over: Partial<Rollout> = {}): Rollout => {
  const one = rollout(state, over)
  return { ...one, release: { ...one.release, hotfix: { reason: 'CVE' } } }
}

/** The clock of a soak that was held for so long. */
export const heldFor = (heldMs: number): SoakClock => ({
  stage: 'canary',
  sinceMs: START_MS,
  heldMs,
  exposureByShiftMs: {},
})

export const evaluation = (verdict: VerdictKind | null, over: Partial<LastEvaluation> = {}): LastEvaluation => ({
  atMs: START_MS + 5 * HOUR_MS,
  verdict,
  findings: [],
  reason: EXTENDED,
  installed: 1,
  isTelemetryDown: false,
  ...over,
})

export const situation = (one: Rollout | null, over: Partial<Situation> = {}): Situation => ({
  rollout: one,
  freeze: NOT_FROZEN,
  lastEvaluation: evaluation('healthy'),
  soak: null,
  policy,
  nowMs: START_MS + 5 * HOUR_MS,
  ...over,
})
