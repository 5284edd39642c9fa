import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { metricOf } from '../numbers/metrics.ts'

/** One evaluation by the controller, as it stands in the trace. */
export type Evaluation = Extract<TraceRecord, { kind: 'evaluated' }>

export const isEvaluation = (record: TraceRecord): record is Evaluation => record.kind === 'evaluated'

/**
 * Whether a finding shows the metric as bad: a breach, or a value beyond its limit that was not called a breach, because
 * evidence was missing or devices without the release have it too. No data at all is not bad: it shows nothing.
 */
export const isBad = (finding: TraceFinding): boolean =>
  finding.outcome === 'breach' || (finding.outcome === 'inconclusive' && isBeyondLimit(finding))

function isBeyondLimit({ metric, observed, limit }: TraceFinding): boolean {
  if (observed === null) return false
  return metricOf(metric).limit === 'upper' ? observed > limit : observed < limit
}

/** Whether a finding is of the whole stage, not of one line or one device. */
export const isOfStage = ({ line, thing }: TraceFinding): boolean => line === undefined && thing === undefined
