import { StaleRollout } from '../errors.ts'
import type { OperationReason } from '../messages/operations.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ports, Stored } from '../ports/ports.ts'
import {
  type Accepted,
  type Admission,
  admit,
  isWritten,
  OPERATIONS,
  type OperationRequest,
  type Situation,
} from '../rollout/operations.ts'
import { type Freeze, type Rollout, stageOf } from '../rollout/rollout.ts'
import { withoutExposure } from '../rollout/soak.ts'
import { type Status, statusOf } from '../rollout/status.ts'
import { act } from './act.ts'
import { isHeld, type Outcome, outcomeOf, policyFor, withAudit } from './reconcile.ts'
import {
  formerRollouts,
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
/** For so long an id is known after its rollout has ended. [source: idempotency-key] */
const ID_LIFE_MS = 24 * 3_600_000

/**
 * Carries out an operator's request, or answers `status`, which changes nothing. Done or refused, it is in the audit
 * trail. @throws StaleRollout when another instance interferes again and again; a request with the same `id` may be
 * repeated
 */
export async function operate(ports: Ports, policy: Policy, input: unknown, nowMs: number): Promise<OperationAnswer> {
  const request = requestOf(input)
  let tried: Intent | null = null
  for (let attempt = 1; ; attempt++) {
    const known = await lookUp(ports, policy, request, nowMs)
    if ('code' in request) return answerTo(input, { kind: 'refused', reason: request }, known)
    if (request.operation === STATUS) return answerTo(input, { kind: 'accepted', reason: STATUS_GIVEN }, known)
    // The request is not judged again by a state that it has made itself.
    if (tried !== null && isWritten(request, known.situation)) return carryOn(ports, tried, known)
    const admission = admit(request, known.situation)
    if (admission.kind !== 'accepted') return decline(ports, request, admission, known)
    tried = { request, admission, known }
    try {
      return await carryOn(ports, tried, await save(ports, tried))
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

/** What is about to be written, and what it was admitted by. */
interface Intent {
  readonly request: OperationRequest
  readonly admission: Accepted
  readonly known: Known
}

async function lookUp(
  { store }: Ports,
  policy: Policy,
  request: ReturnType<typeof requestOf>,
  nowMs: number,
): Promise<Known> {
  const stored = await loadActive(store)
  const freeze = await loadFreeze(store)
  const rollout = stored?.value ?? null
  const lastEvaluation = rollout === null ? null : await loadLastEvaluation(store, rollout.id)
  const monitoring = rollout === null ? null : ((await loadMonitoring(store, rollout.id))?.value ?? null)
  const hasId = 'id' in request && request.id !== undefined
  const former = hasId ? (await formerRollouts(store, nowMs - ID_LIFE_MS)).slice(1) : []
  const formerOperations = former.flatMap(({ operations = [] }) => operations)
  // The clock of an earlier soak does not count.
  const isOfStage = rollout !== null && monitoring?.soak?.sinceMs === stageOf(rollout).soakingSinceMs
  const soak = isOfStage ? (monitoring?.soak ?? null) : null
  const own = rollout === null ? policy : policyFor(rollout, policy)
  const situation = { rollout, freeze: freeze.value, formerOperations, lastEvaluation, soak, policy: own, nowMs }
  return { stored, freeze, situation }
}

/** A refusal is in the audit trail, a repetition is there already. */
async function decline(
  { store }: Ports,
  request: OperationRequest,
  admission: Exclude<Admission, Accepted>,
  known: Known,
): Promise<OperationAnswer> {
  const { rollout, nowMs } = known.situation
  if (admission.kind === 'refused') {
    await saveRefusal(store, rollout?.id ?? CHANGES, nowMs, entryOf({ request, admission, known }))
  }
  return answerTo(request, admission, known)
}

const entryOf = ({ request, admission, known }: Omit<Intent, 'admission'> & { readonly admission: Admission }) => ({
  atMs: known.situation.nowMs,
  kind: request.operation,
  ...request,
  result: admission.kind,
  answer: admission.reason,
})

/** Writes what is intended; what must be done for it is pending then. @throws StaleRollout */
async function save({ store }: Ports, intent: Intent): Promise<Known> {
  const { admission, known } = intent
  if (admission.freeze !== undefined) {
    const version = await saveFreeze(store, admission.freeze, known.freeze.version)
    return { ...known, freeze: { value: admission.freeze, version } }
  }
  const { value: before, version } = known.stored as Stored<Rollout>
  const next = withAudit(before, admission.rollout as Rollout, version + 1, entryOf(intent))
  if (admission.restartsSoak) {
    const { name } = stageOf(next)
    const evidence = await loadEvidence(store, next.id, name)
    if (evidence !== null) {
      await saveEvidence(store, next.id, name, withoutExposure(evidence.value), evidence.version)
    }
  }
  return { ...known, stored: { value: next, version: await saveRollout(store, next, version) } }
}

/** Does what an intent that is written leads to, and answers. `saved` is what the store holds now. */
async function carryOn(ports: Ports, intent: Intent, saved: Known): Promise<OperationAnswer> {
  const { request, admission, known } = intent
  const { situation } = known
  if (admission.freeze !== undefined) {
    await saveAudit(ports.store, CHANGES, known.freeze.version + 1, entryOf(intent))
    return answerTo(request, admission, { ...known, situation: { ...situation, freeze: saved.freeze.value } })
  }
  const rollout = await actOn(ports, saved, situation.nowMs)
  const outcome = admission.decision === undefined ? null : outcomeOf(rollout, verdictOf(known), admission.decision)
  const ofStage = outcome === null ? null : { ...outcome, stage: stageOf(known.stored?.value as Rollout).name }
  return { ...answerTo(request, admission, { ...known, situation: { ...situation, rollout } }), outcome: ofStage }
}

/**
 * What fails now stays pending for the next evaluation. Where another instance is at work, it does what is pending, or
 * has done it: the request stands in any case.
 */
async function actOn(ports: Ports, { stored, freeze }: Known, nowMs: number): Promise<Rollout> {
  let current = stored as Stored<Rollout>
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return (await act(ports, current, nowMs, !isHeld(current.value, freeze.value))).stored.value
    } catch (error) {
      if (!(error instanceof StaleRollout)) throw error
      current = (await loadActive(ports.store)) ?? current
    }
  }
  return current.value
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
