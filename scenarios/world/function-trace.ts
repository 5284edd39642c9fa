import { PreflightRefused } from '../../controller/reconcile/preflight.ts'
import { type Outcome, startOutcome } from '../../controller/reconcile/reconcile.ts'
import type { InterventionMessage } from '../../reports/messages/interventions.ts'
import { OUTSIDE_CLIENT } from '../../sim/kernel/outside-clients.ts'
import type { Trace } from '../../sim/kernel/trace.ts'
import type { FunctionName, Result } from './functions.ts'

/** Decisions that end a release before its firmware was ever deployed. */
const ENDS_BADLY = new Set(['rollback', 'confirm', 'escalate', 'halt'])

/** The outcome in what a function returned; null where it decided nothing. */
export function outcomeOf(result: Result): Outcome | null {
  if ('decision' in result) return result
  if (!('answer' in result)) return startOutcome(result)
  return result.operation === 'status' ? null : result.outcome
}

/** Records what a function returned. `isNews`: whether its outcome is of a rollout that had not ended before. */
export function recordResult(trace: Trace, handler: FunctionName, result: Result, isNews: boolean): void {
  if ('answer' in result && result.operation !== 'status') {
    const { operation, actor, reason, answer } = result
    trace.record('controller', { kind: 'operation', operation, actor, reason, result: result.result, answer })
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

/** Records that an outside client invoked a function, unless it only asked for the status. */
export function recordOutsideCall(trace: Trace, name: string, event: unknown): void {
  const intervention = interventionOf(name, event)
  if (intervention !== null) trace.record(OUTSIDE_CLIENT, { kind: 'intervention', ...intervention })
}

/** Null for a request that changes nothing. */
function interventionOf(name: string, event: unknown): InterventionMessage | null {
  if (name !== 'operate') return { code: 'FUNCTION_INVOKED', data: { function: name } }
  const { operation, actor = null } = (event ?? {}) as Readonly<Record<string, unknown>>
  if (operation === 'status') return null
  return {
    code: 'OPERATION_INVOKED',
    data: { operation: String(operation), actor: actor === null ? null : String(actor) },
  }
}
