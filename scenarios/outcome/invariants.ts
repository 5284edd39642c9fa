import type { InvariantCode, UndecidedInvariant, Violation } from '../../reports/messages/invariants.ts'
import type { UndecidedReason } from '../../reports/messages/undecided.ts'
import { hadForeignHand, isForeignDeployment } from '../../reports/run/clients.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { CALENDAR_INVARIANTS } from './calendar-invariants.ts'
import { DEPLOYMENT_INVARIANTS } from './deployment-invariants.ts'
import { EVIDENCE_INVARIANTS } from './evidence-invariants.ts'
import type { LivenessInvariant, LivenessTable, SafetyInvariant, SafetyTable } from './invariant.ts'
import { LIVENESS_INVARIANTS } from './liveness-invariants.ts'
import { OPERATOR_INVARIANTS } from './operator-invariants.ts'
import { REQUEST_INVARIANTS } from './request-invariants.ts'
import { SAFETY_INVARIANTS } from './safety-invariants.ts'
import { TRUTH_INVARIANTS } from './truth-invariants.ts'
import { TWIN_INVARIANTS } from './twin-invariants.ts'
import { WINDOW_INVARIANTS } from './window-invariants.ts'

export interface InvariantResult {
  /** Codes of all invariants. */
  readonly checked: readonly InvariantCode[]
  readonly violated: readonly Violation[]
  readonly undecided: readonly UndecidedInvariant[]
}

type LivenessCode = keyof typeof LIVENESS_INVARIANTS

/** An invariant that is defined and checked nowhere does not compile. */
const SAFETY: Omit<SafetyTable, LivenessCode> = {
  ...SAFETY_INVARIANTS,
  ...WINDOW_INVARIANTS,
  ...DEPLOYMENT_INVARIANTS,
  ...REQUEST_INVARIANTS,
  ...CALENDAR_INVARIANTS,
  ...OPERATOR_INVARIANTS,
  ...EVIDENCE_INVARIANTS,
  ...TRUTH_INVARIANTS,
  ...TWIN_INVARIANTS,
}
const LIVENESS: Pick<LivenessTable, LivenessCode> = LIVENESS_INVARIANTS

/** The tables as pairs; which data belongs to which code is checked where a table is defined. */
const SAFETY_LIST = Object.entries(SAFETY) as unknown as readonly [InvariantCode, SafetyInvariant<InvariantCode>][]
const LIVENESS_LIST = Object.entries(LIVENESS) as unknown as readonly [
  InvariantCode,
  LivenessInvariant<InvariantCode>,
][]

/** Codes of all invariants, in the order in which they are checked. */
export const INVARIANT_CODES: readonly InvariantCode[] = [...SAFETY_LIST, ...LIVENESS_LIST].map(([code]) => code)

const BY_CLIENT: UndecidedReason = { code: 'CLIENT_INTERVENED', data: {} }

/**
 * Checks from outside the controller what no rollout may ever do, and what each must come to. Where a client from
 * outside changed something, a violation may be its doing, and is undecided. `endedAtMs` is the end of
 * the rehearsal, which may lie after the last record. Pure.
 */
export function checkInvariants(
  header: TraceHeader,
  all: readonly TraceRecord[],
  endedAtMs = all.at(-1)?.atMs ?? 0,
): InvariantResult {
  const records = all.filter((record) => !isForeignDeployment(record))
  const broken = SAFETY_LIST.flatMap(([code, invariant]) =>
    invariant(header, records).map((data): Violation => ({ code, data })),
  )
  const shown = LIVENESS_LIST.map(([code, invariant]) => ({ code, ...invariant(header, records, endedAtMs) }))
  const violated = [
    ...broken,
    ...shown.flatMap(({ code, violated = [] }) => violated.map((data): Violation => ({ code, data }))),
  ]
  const undecided = shown.flatMap(({ code, undecided }) =>
    undecided === undefined ? [] : [{ code, data: { undecided } }],
  )
  if (!hadForeignHand(all)) return { checked: INVARIANT_CODES, violated, undecided }
  const doubtful = [...new Set(violated.map(({ code }) => code))].map((code) => ({
    code,
    data: { undecided: BY_CLIENT },
  }))
  return { checked: INVARIANT_CODES, violated: [], undecided: [...undecided, ...doubtful] }
}
