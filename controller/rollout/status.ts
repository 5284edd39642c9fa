import type { Finding, VerdictKind } from '../judge/verdict.ts'
import { type Eta, etaOf } from './eta.ts'
import type { LastEvaluation } from './last-evaluation.ts'
import type { Situation } from './operations.ts'
import { type Attribution, type Operated, type Rollout, stageOf } from './rollout.ts'

/** What a person sees who asks how it stands. */
export interface Status {
  readonly atMs: number
  /** The stop of the line; null while it runs. */
  readonly changeFreeze: Attribution | null
  /** Null if there never was a rollout. */
  readonly rollout: RolloutStatus | null
}

export interface RolloutStatus {
  readonly id: string
  /** Set for the rollout that goes before that of the firmware. */
  readonly subject?: Rollout['subject']
  /** Of the firmware. */
  readonly version: string
  readonly replaces: string
  readonly state: Rollout['state']
  readonly stage: string
  readonly stateSinceMs: number
  readonly paused: Attribution | null
  /** What it waits for, or why it is what it is, in numbers. */
  readonly because: string
  readonly lastEvaluationAtMs: number | null
  readonly verdict: VerdictKind | null
  /** The findings of the last look that were not healthy, the worst first. */
  readonly findings: readonly Finding[]
  readonly devices: { readonly installed: number; readonly members: number }
  readonly eta: Eta | null
  /** What people had done to it, the newest last. */
  readonly operations: readonly Operated[]
}

/** Pure. */
export function statusOf(situation: Situation): Status {
  const { rollout, freeze, nowMs } = situation
  return { atMs: nowMs, changeFreeze: freeze.frozen, rollout: rollout === null ? null : ofRollout(rollout, situation) }
}

function ofRollout(rollout: Rollout, { freeze, lastEvaluation, soak, policy, nowMs }: Situation): RolloutStatus {
  const stage = stageOf(rollout)
  const evaluation = lastEvaluation !== null && explains(lastEvaluation, rollout) ? lastEvaluation : null
  return {
    id: rollout.id,
    ...(rollout.subject !== undefined && { subject: rollout.subject }),
    version: rollout.release.version,
    replaces: rollout.release.replaces,
    state: rollout.state,
    stage: stage.name,
    stateSinceMs: rollout.stateSinceMs,
    paused: rollout.pause ?? null,
    because: evaluation?.reason ?? rollout.reason,
    lastEvaluationAtMs: lastEvaluation?.atMs ?? null,
    verdict: evaluation?.verdict ?? null,
    findings: evaluation?.findings ?? [],
    devices: { installed: evaluation?.installed ?? 0, members: stage.members.length },
    eta: etaOf(rollout, freeze, soak, policy, nowMs),
    operations: rollout.operations ?? [],
  }
}

/** A look from before the present state explains another one; that which led to it does if it was of the same stage. */
function explains({ atMs }: LastEvaluation, { state, stateSinceMs }: Rollout): boolean {
  const isOfNextStage = state === 'waiting' || state === 'deploying'
  return isOfNextStage ? atMs > stateSinceMs : atMs >= stateSinceMs
}
