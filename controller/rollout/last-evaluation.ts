import type { Finding, VerdictKind } from '../judge/verdict.ts'

/** What the last look came to, for people who ask and for what they order. */
export interface LastEvaluation {
  readonly atMs: number
  /** Null when nothing was deployed that could be judged. */
  readonly verdict: VerdictKind | null
  /** The findings that were not healthy, the worst first. */
  readonly findings: readonly Finding[]
  /** What was decided, and why: what a waiting rollout waits for. */
  readonly reason: string
  /** Devices of the stage that run the new firmware. */
  readonly installed: number
  readonly isTelemetryDown: boolean
}
