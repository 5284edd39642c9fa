import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import type { TracePlace } from '../../reports/messages/invariants.ts'
import type { RolloutSetting, TraceHeader, TracePolicy, TraceRecord } from '../../sim/kernel/trace-events.ts'

export type RecordOf<Kind extends TraceRecord['kind']> = Extract<TraceRecord, { readonly kind: Kind }>

export const ofKind = <Kind extends TraceRecord['kind']>(
  records: readonly TraceRecord[],
  kind: Kind,
): readonly RecordOf<Kind>[] => records.filter((record): record is RecordOf<Kind> => record.kind === kind)

/** An evaluation of the rollout, or of the migration before it. */
export interface AnyEvaluation
  extends Pick<RecordOf<'evaluated'>, 'sequence' | 'atMs' | 'stage' | 'state' | 'decision' | 'reason'> {
  readonly kind: 'evaluated' | 'migration-evaluated'
}

/** The evaluations of the rollout and of the migration before it. A start counts as one: the rollout waits from then on. */
export const evaluationsOf = (records: readonly TraceRecord[]): readonly AnyEvaluation[] =>
  records.flatMap((record): readonly AnyEvaluation[] => {
    if (record.kind === 'evaluated' || record.kind === 'migration-evaluated') return [record]
    if (record.kind !== 'rollout-started') return []
    const kind = record.subject === 'migration' ? 'migration-evaluated' : 'evaluated'
    return [{ ...record, kind, state: 'waiting', decision: 'start' }]
  })

/** The last evaluation of the rollout; null if there was none. */
export const lastState = (records: readonly TraceRecord[]): RecordOf<'evaluated'> | null =>
  ofKind(records, 'evaluated').at(-1) ?? null

/** Where in the trace an invariant was violated. */
export const placeOf = ({ sequence, atMs }: TracePlace): TracePlace => ({ sequence, atMs })

/** Whether a deployment brings the release. */
export const isForward = ({ components }: RecordOf<'deployment-created'>, { release }: TraceHeader): boolean =>
  components[FIRMWARE_COMPONENT] === release.version

/** How often an operator may have requested one of these: accepted, or unknown because the answer was lost. */
export const timesPossiblyRequested = (records: readonly TraceRecord[], ...operations: readonly string[]): number =>
  ofKind(records, 'operation').filter(
    ({ operation, result }) => operations.includes(operation) && result === 'accepted',
  ).length + ofKind(records, 'handler-failed').filter(({ handler }) => handler === 'operate').length

/** Whether a decision was made because the controller cannot see the fleet: it holds everything and acts on no verdict. */
export const isOfTelemetryDown = ({ reason }: { readonly reason: Message }): boolean => reason.code === 'TELEMETRY_DOWN'

/** What the rollout found; null in traces of versions that did not record it. */
export const settingOf = (records: readonly TraceRecord[]): RolloutSetting | null =>
  records.find((record): record is RecordOf<'rollout-setting'> => record.kind === 'rollout-setting') ?? null

/**
 * Whether a fault acted that makes a function take time: it reads at its beginning, and its evaluation is recorded when it
 * ends.
 */
export const isRecordedLate = (records: readonly TraceRecord[]): boolean =>
  ofKind(records, 'fault-started').some(
    ({ faultKind }) => faultKind.startsWith('api-') || faultKind === 'lost-reply' || faultKind === 'lambda-timeout',
  )

/** Whether a fault acted on AWS, on events or on the controller's functions: then what was decided may be done later. */
export const isSlowed = (records: readonly TraceRecord[]): boolean =>
  ofKind(records, 'fault-started').some(({ thing }) => thing === null)

/** The healthy exposure that a stage needs. */
export const windowMsOf = ({ stages, windowMs }: TracePolicy, stage: string | null): number =>
  stages.find(({ name }) => name === stage)?.windowMs ?? windowMs
