import type { TraceRecord } from '../sim/trace-events.ts'

export type RecordOf<Kind extends TraceRecord['kind']> = Extract<TraceRecord, { readonly kind: Kind }>

export const ofKind = <Kind extends TraceRecord['kind']>(
  records: readonly TraceRecord[],
  kind: Kind,
): readonly RecordOf<Kind>[] => records.filter((record): record is RecordOf<Kind> => record.kind === kind)

/** The last word on the rollout; null if there was none. */
export const lastState = (records: readonly TraceRecord[]): RecordOf<'evaluated'> | null =>
  ofKind(records, 'evaluated').at(-1) ?? null

/** Where in the trace a law was broken. */
export const at = (record: TraceRecord): string => `event ${record.sequence} at ${new Date(record.atMs).toISOString()}`
