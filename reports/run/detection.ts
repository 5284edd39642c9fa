import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isoTime, minutesBetween } from '../numbers/format.ts'
import { isBad, isEvaluation } from './evaluations.ts'

/** When the fault was noticed, by what, and where the time went. */
export interface Detection {
  readonly detected: boolean
  readonly at: string | null
  readonly latencyMinutes: number | null
  /**
   * The first look from the first onset on that read a metric as bad. The trace holds looks, not samples, so the sample
   * itself lies up to one period of the analyzer before.
   */
  readonly firstBadLookAt: string | null
  readonly legsMinutes: {
    /** How long the fault was silent, or hidden in the noise. */
    readonly onsetToFirstBadEvaluation: number | null
    /** How long the controller gathered evidence. */
    readonly firstBadLookToDecision: number | null
  }
  /** The rule that decided; `operator` when a person aborted it. */
  readonly by: string | null
  readonly finding: {
    readonly metric: string
    readonly observed: number | null
    readonly baseline: number | null
    readonly limit: number
    readonly line?: number
  } | null
}

/** A person aborted it: nothing was detected, rightly or wrongly. */
export const ABORTED_BY = 'operator'

/** `detectedAtMs`: when the first rollback deployment was created; null if nothing was rolled back. */
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
    firstBadLookAt: firstBadAtMs === null ? null : isoTime(firstBadAtMs),
    legsMinutes: {
      onsetToFirstBadEvaluation: minutesBetween(onsetAtMs, firstBadAtMs),
      firstBadLookToDecision: minutesBetween(firstBadAtMs, detectedAtMs),
    },
    by: decided?.handler === 'operate' ? ABORTED_BY : (finding?.rule ?? null),
    finding: finding === undefined ? null : findingOf(finding),
  }
}

function findingOf({ metric, observed, baseline, limit, line }: TraceFinding): Detection['finding'] {
  return { metric, observed, baseline, limit, ...(line !== undefined && { line }) }
}
