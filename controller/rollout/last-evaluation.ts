import type { Finding, VerdictKind } from '../judge/verdict.ts'
import type { DecisionReason } from '../messages/decisions.ts'

/** What the last evaluation came to, for the status and for operations. */
export interface LastEvaluation {
  readonly atMs: number
  /** Null when nothing was deployed that could be judged. */
  readonly verdict: VerdictKind | null
  /** The findings that were not healthy, the worst first. */
  readonly findings: readonly Finding[]
  /** Why it decided what it decided: what a waiting rollout waits for. */
  readonly reason: DecisionReason
  /** Devices of the stage that run the new firmware. */
  readonly installed: number
  readonly isTelemetryDown: boolean
}
