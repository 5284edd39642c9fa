import { StaleRollout } from '../errors.ts'
import type { OperationReason } from '../messages/operations.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ports, Stored } from '../ports/ports.ts'
import { type Admission, admit, OPERATIONS, type OperationRequest, type Situation } from '../rollout/operations.ts'
import { type Freeze, type Rollout, stageOf } from '../rollout/rollout.ts'
import { withoutExposure } from '../rollout/soak.ts'
import { type Status, statusOf } from '../rollout/status.ts'
import { act } from './act.ts'
import { isHeld, type Outcome, outcomeOf, policyFor, withAudit } from './reconcile.ts'
import {
  loadActive,
  loadEvidence,
  loadFreeze,
  loadLastEvaluation,
  loadMonitoring,
  saveAudit,
  saveEvidence,
  saveFreeze,
  saveRefusal,
  saveRollout,
} from './records.ts'

/** What came of a request: an answer in every case, so that an operator never reads a stack trace. */
export interface OperationAnswer {
  readonly operation: string
  readonly actor: string
  readonly reason: string
  readonly result: 'accepted' | 'repeated' | 'refused'
  /** What it leads to, or why not. */
  readonly answer: OperationReason
  readonly status: Status
  /** What the rollout came to, if the operation was a decision about it. */
  readonly outcome: Outcome | null
}

/** Audit trail of change freezes, which belong to no rollout. */
const CHANGES = 'changes'
/** Tries against an analyzer that writes at the same time. */
const ATTEMPTS = 3

/**
 * Carries out an operator's request, or answers `status`, which changes nothing. Done or refused, it is in the audit
 * trail. @throws StaleRollout when another instance interferes again and again; a request with the same `id` may be
 * repeated
 */
export async function operate(ports: Ports, policy: Policy, input: unknown, nowMs: number): Promise<OperationAnswer> {
  const request = requestOf(input)
  for (let attempt = 1; ; attempt++) {
    const known = await lookUp(ports, policy, nowMs)
    if ('code' in request) return answerTo(input, { kind: 'refused', reason: request }, known)
    if (request.operation === STATUS) return answerTo(input, { kind: 'accepted', reason: STATUS_GIVEN }, known)
    const admission = admit(request, known.situation)
    try {
      return await carryOut(ports, request, admission, known)
    } catch (error) {
      if (!(error instanceof StaleRollout) || attempt === ATTEMPTS) throw error
    }
  }
}

interface Known {
  readonly stored: Stored<Rollout> | null
  readonly freeze: Stored<Freeze>
  readonly situation: Situation
}

async function lookUp({ store }: Ports, policy: Policy, nowMs: number): Promise<Known> {
  const stored = await loadActive(store)
  const freeze = await loadFreeze(store)
  const rollout = stored?.value ?? null
  const lastEvaluation = rollout === null ? null : await loadLastEvaluation(store, rollout.id)
  const monitoring = rollout === null ? null : ((await loadMonitoring(store, rollout.id))?.value ?? null)
  // The clock of an earlier soak does not count.
  const isOfStage = rollout !== null && monitoring?.soak?.sinceMs === stageOf(rollout).soakingSinceMs
  const soak = isOfStage ? (monitoring?.soak ?? null) : null
  const own = rollout === null ? policy : policyFor(rollout, policy)
  return { stored, freeze, situation: { rollout, freeze: freeze.value, lastEvaluation, soak, policy: own, nowMs } }
}

async function carryOut(
  ports: Ports,
  request: OperationRequest,
  admission: Admission,
  known: Known,
): Promise<OperationAnswer> {
  const { store } = ports
  const { stored, freeze, situation } = known
  const { nowMs } = situation
  const entry = { atMs: nowMs, kind: request.operation, ...request, result: admission.kind, answer: admission.reason }
  const subject =
    admission.kind === 'accepted' && admission.freeze !== undefined ? CHANGES : (stored?.value.id ?? CHANGES)
  if (admission.kind !== 'accepted') {
    if (admission.kind === 'refused') await saveRefusal(store, subject, nowMs, entry)
    return answerTo(request, admission, known)
  }
  if (admission.freeze !== undefined) {
    const version = await saveFreeze(store, admission.freeze, freeze.version)
    await saveAudit(store, subject, version, entry)
    return answerTo(request, admission, { ...known, situation: { ...situation, freeze: admission.freeze } })
  }
  const { value: before, version } = stored as Stored<Rollout>
  const next = withAudit(before, admission.rollout as Rollout, version + 1, entry)
  if (admission.restartsSoak) {
    const { name } = stageOf(next)
    const evidence = await loadEvidence(store, next.id, name)
    if (evidence !== null) {
      await saveEvidence(store, next.id, name, withoutExposure(evidence.value), evidence.version)
    }
  }
  const intent = { value: next, version: await saveRollout(store, next, version) }
  // What fails now stays pending for the next evaluation.
  const { stored: done } = await act(ports, intent, nowMs, !isHeld(next, freeze.value))
  const rollout = done.value
  const outcome = admission.decision === undefined ? null : outcomeOf(rollout, verdictOf(known), admission.decision)
  const ofStage = outcome === null ? null : { ...outcome, stage: stageOf(before).name }
  return { ...answerTo(request, admission, { ...known, situation: { ...situation, rollout } }), outcome: ofStage }
}

/** The verdict that the operation was judged by. */
const verdictOf = ({ situation: { lastEvaluation } }: Known): Outcome['verdict'] =>
  lastEvaluation?.verdict == null ? null : { kind: lastEvaluation.verdict, findings: lastEvaluation.findings }

function answerTo(input: unknown, { kind, reason }: Pick<Admission, 'kind' | 'reason'>, known: Known): OperationAnswer {
  const given = (input ?? {}) as Readonly<Record<string, unknown>>
  return {
    operation: String(given.operation),
    actor: String(given.actor ?? ''),
    reason: String(given.reason ?? ''),
    result: kind,
    answer: reason,
    status: statusOf(known.situation),
    outcome: null,
  }
}

const STATUS = 'status'
const STATUS_GIVEN: OperationReason = { code: 'STATUS_GIVEN', data: {} }

/** The request if it is one, else what is wrong with it. */
function requestOf(input: unknown): OperationRequest | { readonly operation: typeof STATUS } | OperationReason {
  const { operation, actor, reason, id } = (input ?? {}) as Readonly<Record<string, unknown>>
  if (operation === STATUS) return { operation }
  const known = OPERATIONS.find((one) => one === operation)
  if (known === undefined) {
    return { code: 'UNKNOWN_OPERATION', data: { operation: String(operation), known: [STATUS, ...OPERATIONS] } }
  }
  if (!isText(actor) || !isText(reason)) return { code: 'ATTRIBUTION_MISSING', data: { operation: known } }
  if (id !== undefined && !isText(id)) return { code: 'ID_NOT_TEXT', data: {} }
  return { operation: known, actor, reason, id }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
