import { startOutcome } from '../../controller/lambda/start.ts'
import type { Outcome } from '../../controller/reconcile/reconcile.ts'
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
  if (outcome === null || !isNews) return
  const findings = 'smallestEffects' in result ? result.smallestEffects : outcome.verdict?.findings
  recordOutcome(trace, handler, outcome, findings ?? [])
}

type Findings = NonNullable<Outcome['verdict']>['findings']

function recordOutcome(trace: Trace, handler: FunctionName, outcome: Outcome, findings: Findings): void {
  const { subject, state, stage, verdict, decision } = outcome
  const { kind, reason } = decision
  if (subject === 'migration' && !ENDS_BADLY.has(kind)) {
    trace.record('controller', { kind: 'migration-evaluated', handler, stage, state, decision: kind, reason })
    return
  }
  trace.record('controller', {
    kind: 'evaluated',
    handler,
    stage,
    state,
    verdict: verdict?.kind ?? 'none',
    decision: kind,
    reason,
    findings,
  })
}

/** Records what a function failed with. */
export function recordFailure(trace: Trace, handler: FunctionName, { name, message }: Error): void {
  trace.record('controller', { kind: 'handler-failed', handler, error: name, message })
}

/** Records that an outside client invoked a function, unless it only asked for the status. */
export function recordOutsideCall(trace: Trace, name: string, event: unknown): void {
  const what = interventionText(name, event)
  if (what !== null) trace.record('by-operator', { kind: 'intervention', act: 'call', what })
}

function interventionText(name: string, event: unknown): string | null {
  if (name !== 'operate') return `${name} was invoked`
  const { operation, actor } = (event ?? {}) as Readonly<Record<string, unknown>>
  return operation === 'status' ? null : `${operation} by ${actor ?? 'unknown'}`
}
