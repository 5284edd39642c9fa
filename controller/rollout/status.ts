import type { Finding, VerdictKind } from '../judge/verdict.ts'
import type { DecisionReason } from '../messages/decisions.ts'
import { type Eta, etaOf } from './eta.ts'
import type { LastEvaluation } from './last-evaluation.ts'
import type { Situation } from './operations.ts'
import { type Attribution, type Holdback, type Operated, type Pause, type Rollout, stageOf } from './rollout.ts'

/** The status, as operators see it. */
export interface Status {
  readonly atMs: number
  /** The change freeze; null while there is none. */
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
  readonly paused: Pause | null
  /** What it waits for, or why it is in its state. */
  readonly because: DecisionReason
  readonly lastEvaluationAtMs: number | null
  readonly verdict: VerdictKind | null
  /** The findings of the last evaluation that were not healthy, the worst first. */
  readonly findings: readonly Finding[]
  readonly devices: { readonly installed: number; readonly members: number }
  /** Devices held back from production as its controls; absent where there are none. */
  readonly holdback?: HoldbackStatus
  readonly eta: Eta | null
  /** Operations that were carried out on it, the newest last. */
  readonly operations: readonly Operated[]
}

export interface HoldbackStatus {
  readonly devices: number
  readonly lines: number
  readonly sinceMs: number
  /** When they were released to follow; null until then. */
  readonly releasedAtMs: number | null
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
    ...(rollout.holdback !== undefined &&
      rollout.holdback.things.length > 0 && { holdback: holdbackOf(rollout.holdback, rollout) }),
    eta: etaOf(rollout, freeze, soak, policy, nowMs),
    operations: rollout.operations ?? [],
  }
}

const holdbackOf = ({ things, sinceMs, releasedAtMs }: Holdback, { lineOf }: Rollout): HoldbackStatus => ({
  devices: things.length,
  lines: new Set(things.map((thing) => lineOf[thing])).size,
  sinceMs,
  releasedAtMs,
})

/**
 * An evaluation from before the present state explains another one; the one that led to it counts if it was of the same
 * stage.
 */
function explains({ atMs }: LastEvaluation, { state, stateSinceMs }: Rollout): boolean {
  const isOfNextStage = state === 'waiting' || state === 'deploying'
  return isOfNextStage ? atMs > stateSinceMs : atMs >= stateSinceMs
}
