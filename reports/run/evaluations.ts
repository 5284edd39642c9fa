import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** One look of the controller, as it stands in the trace. */
export type Evaluation = Extract<TraceRecord, { kind: 'evaluated' }>

export const isEvaluation = (record: TraceRecord): record is Evaluation => record.kind === 'evaluated'

/**
 * Whether a finding reads the metric as bad: a breach, or something measured beyond its limit that was not called one, for
 * want of evidence or because devices without the release have it too. No data at all is not bad, it is nothing.
 */
export const isBad = ({ outcome, observed, limit }: TraceFinding): boolean =>
  outcome === 'breach' || (outcome === 'inconclusive' && observed !== null && observed > limit)
