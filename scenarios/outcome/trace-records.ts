import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

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

/** Whether a deployment brings the release. */
export const isForward = ({ components }: RecordOf<'deployment-created'>, { release }: TraceHeader): boolean =>
  components[FIRMWARE_COMPONENT] === release.version

/** How often a person may have asked for one of these: accepted, or nobody knows because the answer got lost. */
export const mayHaveAsked = (records: readonly TraceRecord[], ...operations: readonly string[]): number =>
  ofKind(records, 'operation').filter(
    ({ operation, result }) => operations.includes(operation) && result === 'accepted',
  ).length + ofKind(records, 'handler-failed').filter(({ handler }) => handler === 'operate').length
