import type { InvariantCode, ViolationOf } from '../../reports/messages/invariants.ts'
import type { UndecidedReason } from '../../reports/messages/undecided.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** Checks the whole trace for what must never happen, whatever caused it; returns the data of each violation. Pure. */
export type SafetyInvariant<Code extends InvariantCode> = (
  header: TraceHeader,
  records: readonly TraceRecord[],
) => readonly ViolationOf<Code>[]

/** Safety invariants by code. */
export type SafetyTable = { readonly [Code in InvariantCode]: SafetyInvariant<Code> }

/** What a run shows of an invariant about what every rollout comes to; it holds where neither is there. */
export interface Shown<Code extends InvariantCode = InvariantCode> {
  readonly violated?: readonly ViolationOf<Code>[]
  readonly undecided?: UndecidedReason
}

/** Checks what every rollout comes to by the end of a run, `endedAtMs`. Pure. */
export type LivenessInvariant<Code extends InvariantCode> = (
  header: TraceHeader,
  records: readonly TraceRecord[],
  endedAtMs: number,
) => Shown<Code>

/** Liveness invariants by code. */
export type LivenessTable = { readonly [Code in InvariantCode]: LivenessInvariant<Code> }
