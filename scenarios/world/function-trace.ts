import { PreflightRefused } from '../../controller/reconcile/preflight.ts'
import { type Outcome, startOutcome } from '../../controller/reconcile/reconcile.ts'
import type { InterventionMessage } from '../../reports/messages/interventions.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'
import { OUTSIDE_CLIENT, type OutsideClients } from '../../sim/kernel/outside-clients.ts'
import type { Trace } from '../../sim/kernel/trace.ts'
import type { FunctionName, Invocation, Result } from './functions.ts'

/** Decisions that end a release before its firmware was ever deployed. */
const ENDS_BADLY = new Set(['rollback', 'confirm', 'escalate', 'halt'])

/** The outcome in what a function returned; null where it decided nothing. */
export function outcomeOf(result: Result): Outcome | null {
  if ('decision' in result) return result
  if (!('answer' in result)) return startOutcome(result)
  return result.operation === 'status' ? null : result.outcome
}

/** Records what a function returned to an event. `isNews`: whether its outcome is of a rollout that had not ended before. */
export function recordResult(
  trace: Trace,
  { name: handler, event }: Pick<Invocation, 'name' | 'event'>,
  result: Result,
  isNews: boolean,
): void {
  if ('answer' in result && result.operation !== 'status') {
    const { operation, actor, reason, answer } = result
    const { id } = requestIn(event)
    const asked = { operation, actor, reason, ...(typeof id === 'string' && { id }) }
    trace.record('controller', { kind: 'operation', ...asked, result: result.result, answer })
  }
  const outcome = outcomeOf(result)
  if (outcome !== null && isNews) recordOutcome(trace, handler, outcome)
}

function recordOutcome(trace: Trace, handler: FunctionName, outcome: Outcome): void {
  const { rolloutId, subject, state, stage, verdict, decision, smallestEffects } = outcome
  const { kind, reason } = decision
  const isMigration = subject === 'migration'
  if (smallestEffects !== undefined && rolloutId !== null && stage !== null) {
    const started = { rolloutId, ...(isMigration && { subject }), stage, reason, smallestEffects }
    trace.record('controller', { kind: 'rollout-started', handler, ...started })
  } else if (isMigration && !ENDS_BADLY.has(kind)) {
    trace.record('controller', { kind: 'migration-evaluated', handler, stage, state, decision: kind, reason })
  } else {
    trace.record('controller', {
      kind: 'evaluated',
      handler,
      stage,
      state,
      verdict: verdict?.kind ?? 'none',
      decision: kind,
      reason,
      findings: verdict?.findings ?? [],
    })
  }
}

/** Records what a function failed with. */
export function recordFailure(trace: Trace, handler: FunctionName, failure: Error): void {
  const { name, message } = failure
  trace.record('controller', {
    kind: 'handler-failed',
    handler,
    error: name,
    message,
    ...(failure instanceof PreflightRefused && { refusals: failure.refusals }),
  })
}

/** Where calls from outside are recorded. */
interface Records {
  readonly trace: Trace
  readonly outside: OutsideClients
}

/** Records that somebody outside invokes a function: an intervention, unless it only asks for the status. */
export function recordOutsideCall(
  { trace, outside }: Records,
  name: string,
  event: unknown,
  client: OutsideClient | null,
): void {
  const intervention = interventionOf(name, event, client)
  if (client === null) {
    if (intervention !== null) trace.record(OUTSIDE_CLIENT, { kind: 'intervention', ...intervention })
  } else if (intervention === null) outside.read(client, `lambda Invoke ${name} ${STATUS}`)
  else outside.changed(client, `lambda Invoke ${name}`, intervention)
}

/** Whether an event for `operate` only asks for the status. */
export const isStatusRequest = (name: string, event: unknown): boolean =>
  name === 'operate' && requestIn(event).operation === STATUS

const STATUS = 'status'

/** Null for a request that changes nothing. */
function interventionOf(name: string, event: unknown, client: OutsideClient | null): InterventionMessage | null {
  if (name !== 'operate') return { code: 'FUNCTION_INVOKED', data: { function: name, client } }
  if (isStatusRequest(name, event)) return null
  const { operation, actor = null } = requestIn(event)
  return {
    code: 'OPERATION_INVOKED',
    data: { operation: String(operation), actor: actor === null ? null : String(actor), client },
  }
}

/** The request of an operator, bare or as the detail of an event. */
function requestIn(event: unknown): Readonly<Record<string, unknown>> {
  const bare = (event ?? {}) as Readonly<Record<string, unknown>>
  return (bare.detail ?? bare) as Readonly<Record<string, unknown>>
}
