import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { type Evaluation, isEvaluation } from './evaluations.ts'
import { type Notification, notificationsOf } from './notifications.ts'
import { smallestEffectsOf } from './smallest-effects.ts'
import { type Truth, truthAt } from './truth.ts'

/** What the controller observed and decided at one evaluation, and the ground truth at that time. */
export interface Why {
  readonly evaluation: Evaluation
  /** Other evaluations at the same instant: one function's decision can invoke another function. */
  readonly simultaneous: readonly Evaluation[]
  /** What on-call was notified of since the evaluation before. */
  readonly notifications: readonly Notification[]
  /** The evaluation brought the stage or the rollout into another state. */
  readonly hasEntered: boolean
  /** Since the last decision other than to wait; null at the first. */
  readonly sinceDecisionMs: number | null
  /** Elapsed time of the stage's window; null unless it soaks. */
  readonly soakedMs: number | null
  readonly rules: readonly RuleFindings[]
  /** The smallest effects that the window of the stage can detect. */
  readonly smallestEffects: readonly TraceFinding[]
  readonly truth: Truth
  /** The next evaluation with another verdict or decision; null if there is none. */
  readonly nextChange: Evaluation | null
  /** The first evaluation of the trace whose verdict is a breach, before or after this one; null if none is. */
  readonly firstBreach: Evaluation | null
}

/** All findings of one rule, the worst first. */
export interface RuleFindings {
  readonly rule: string
  readonly findings: readonly TraceFinding[]
}

/** First and last evaluation of the trace; null if the controller evaluated nothing. */
export function evaluationsRange(
  records: readonly TraceRecord[],
): { readonly firstMs: number; readonly lastMs: number } | null {
  const evaluations = records.filter(isEvaluation)
  const [first, last] = [evaluations[0], evaluations.at(-1)]
  return first === undefined || last === undefined ? null : { firstMs: first.atMs, lastMs: last.atMs }
}

/** Explains the evaluation at or before an instant; null if there is none. Pure. */
export function foldWhy(header: TraceHeader, records: readonly TraceRecord[], askedMs: number): Why | null {
  const evaluations = records.filter(isEvaluation)
  const last = evaluations.findLast(({ atMs }) => atMs <= askedMs)
  if (last === undefined) return null
  const together = evaluations.filter(({ atMs }) => atMs === last.atMs)
  const evaluation = mainOf(together) as Evaluation
  const before = evaluations.filter(({ sequence }) => sequence < evaluation.sequence)
  const after = evaluations.filter(({ sequence }) => sequence > evaluation.sequence)
  const decided = before.findLast(({ decision }) => decision !== 'wait')
  return {
    evaluation,
    simultaneous: together.filter((one) => one !== evaluation),
    notifications: notifiedBetween(
      records,
      evaluations.findLast(({ atMs }) => atMs < evaluation.atMs)?.atMs ?? 0,
      evaluation.atMs,
    ),
    hasEntered: hasEntered(before.at(-1), evaluation),
    sinceDecisionMs: decided === undefined ? null : evaluation.atMs - decided.atMs,
    soakedMs: soakedMs([...before, evaluation], evaluation),
    rules: byRule(evaluation.findings),
    smallestEffects: smallestEffectsOf(records, evaluation.stage),
    truth: truthAt(header, records, evaluation.atMs),
    nextChange:
      after.find(({ verdict, decision }) => verdict !== evaluation.verdict || decision !== evaluation.decision) ?? null,
    firstBreach: evaluations.find(({ verdict }) => verdict === 'breach') ?? null,
  }
}

/** A function notifies before its evaluation ends. */
const notifiedBetween = (records: readonly TraceRecord[], afterMs: number, toMs: number): readonly Notification[] =>
  notificationsOf(records).filter(({ atMs }) => atMs > afterMs && atMs <= toMs)

/** Of several evaluations at one instant, the one that decided something, else the one with findings. */
const mainOf = (evaluations: readonly Evaluation[]): Evaluation | undefined =>
  evaluations.findLast(({ decision, findings }) => decision !== 'wait' && findings.length > 0) ??
  evaluations.findLast(({ decision }) => decision !== 'wait') ??
  evaluations.findLast(({ findings }) => findings.length > 0) ??
  evaluations.at(-1)

const hasEntered = (before: Evaluation | undefined, { decision, state, stage }: Evaluation): boolean =>
  decision !== 'wait' && (before?.state !== state || before.stage !== stage)

function soakedMs(evaluations: readonly Evaluation[], { atMs, state, stage }: Evaluation): number | null {
  if (state !== 'soaking') return null
  const began = evaluations.findLast((one) => one.decision === 'soak' && one.stage === stage)
  return began === undefined ? null : atMs - began.atMs
}

const GRAVITY = ['healthy', 'inconclusive', 'breach']
const gravity = ({ outcome }: TraceFinding): number => GRAVITY.indexOf(outcome)

function byRule(findings: readonly TraceFinding[]): readonly RuleFindings[] {
  const rules = new Map<string, TraceFinding[]>()
  for (const finding of [...findings].sort((a, b) => gravity(b) - gravity(a))) {
    rules.set(finding.rule, [...(rules.get(finding.rule) ?? []), finding])
  }
  return [...rules].map(([rule, ofRule]) => ({ rule, findings: ofRule }))
}
