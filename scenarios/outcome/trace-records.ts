import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { TracePlace } from '../../reports/messages/invariants.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

export type RecordOf<Kind extends TraceRecord['kind']> = Extract<TraceRecord, { readonly kind: Kind }>

export const ofKind = <Kind extends TraceRecord['kind']>(
  records: readonly TraceRecord[],
  kind: Kind,
): readonly RecordOf<Kind>[] => records.filter((record): record is RecordOf<Kind> => record.kind === kind)

/** The last evaluation of the rollout; null if there was none. */
export const lastState = (records: readonly TraceRecord[]): RecordOf<'evaluated'> | null =>
  ofKind(records, 'evaluated').at(-1) ?? null

/** Where in the trace an invariant was violated. */
export const placeOf = ({ sequence, atMs }: TraceRecord): TracePlace => ({ sequence, atMs })

/** Whether a deployment brings the release. */
export const isForward = ({ components }: RecordOf<'deployment-created'>, { release }: TraceHeader): boolean =>
  components[FIRMWARE_COMPONENT] === release.version

/** How often an operator may have requested one of these: accepted, or unknown because the answer was lost. */
export const timesPossiblyRequested = (records: readonly TraceRecord[], ...operations: readonly string[]): number =>
  ofKind(records, 'operation').filter(
    ({ operation, result }) => operations.includes(operation) && result === 'accepted',
  ).length + ofKind(records, 'handler-failed').filter(({ handler }) => handler === 'operate').length

/** Whether a decision was made because the controller cannot see the fleet: it holds everything and acts on no verdict. */
export const isOfTelemetryDown = ({ reason }: { readonly reason: string }): boolean =>
  reason.includes('the telemetry is down')
