import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { type ReportedMessage, reported } from '../messages/reported.ts'
import { isoTime, minutesBetween } from '../numbers/format.ts'
import { isBad, isEvaluation } from './evaluations.ts'

/** When the fault was detected, by which rule, and which part of the latency passed where. */
export interface Detection {
  readonly detected: boolean
  readonly at: string | null
  readonly latencyMinutes: number | null
  /**
   * The first evaluation from the first onset on with a bad finding. The trace holds evaluations, not samples, so the
   * sample itself was taken up to one period of the analyzer before.
   */
  readonly firstBadEvaluationAt: string | null
  readonly legsMinutes: {
    /** How long the fault had no effect that exceeds the noise. */
    readonly onsetToFirstBadEvaluation: number | null
    /** How long the controller gathered evidence. */
    readonly firstBadEvaluationToDecision: number | null
  }
  /** The rule that decided; `operator` when an operator aborted the rollout. */
  readonly by: string | null
  readonly finding: {
    readonly metric: string
    readonly observed: number | null
    readonly baseline: number | null
    readonly limit: number
    /** What the observed value may really be, at any time; null where there is no such end. */
    readonly interval?: TraceFinding['interval']
    readonly line?: number
    readonly lines?: TraceFinding['lines']
    readonly things?: TraceFinding['things']
    readonly reason?: ReportedMessage
  } | null
}

/** An operator aborted the rollout: no rule detected anything, rightly or wrongly. */
export const ABORTED_BY = 'operator'

/** `detectedAtMs`: when the first rollback deployment was created; null if nothing was rolled back. Pure. */
export function foldDetection(
  records: readonly TraceRecord[],
  onsetAtMs: number | null,
  detectedAtMs: number | null,
): Detection {
  const evaluations = records.filter(isEvaluation)
  const decided = evaluations.find(({ decision }) => decision === 'rollback')
  const finding = decided?.findings.find(({ outcome }) => outcome === 'breach')
  const firstBad =
    onsetAtMs === null ? undefined : evaluations.find(({ atMs, findings }) => atMs >= onsetAtMs && findings.some(isBad))
  const firstBadAtMs = firstBad?.atMs ?? null
  return {
    detected: detectedAtMs !== null,
    at: detectedAtMs === null ? null : isoTime(detectedAtMs),
    latencyMinutes: minutesBetween(onsetAtMs, detectedAtMs),
    firstBadEvaluationAt: firstBadAtMs === null ? null : isoTime(firstBadAtMs),
    legsMinutes: {
      onsetToFirstBadEvaluation: minutesBetween(onsetAtMs, firstBadAtMs),
      firstBadEvaluationToDecision: minutesBetween(firstBadAtMs, detectedAtMs),
    },
    by: decided?.handler === 'operate' ? ABORTED_BY : (finding?.rule ?? null),
    finding: finding === undefined ? null : findingOf(finding),
  }
}

function findingOf({
  metric,
  observed,
  baseline,
  limit,
  interval,
  line,
  lines,
  things,
  reason,
}: TraceFinding): Detection['finding'] {
  return {
    metric,
    observed,
    baseline,
    limit,
    ...(interval !== undefined && { interval }),
    ...(line !== undefined && { line }),
    ...(lines !== undefined && { lines }),
    ...(things !== undefined && { things }),
    ...(reason !== undefined && { reason: reported(reason) }),
  }
}
