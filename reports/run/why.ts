import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { type Evaluation, isEvaluation } from './evaluations.ts'
import { notificationsOf } from './notifications.ts'

/** What the controller saw and did at one look, and what was true then. */
export interface Why {
  readonly evaluation: Evaluation
  /** Other looks of the same instant: one function's decision can call another. */
  readonly besides: readonly Evaluation[]
  /** What people were called with, since the look before. */
  readonly notifications: readonly string[]
  /** Since the last decision other than to wait; null at the first. */
  readonly inStateMs: number | null
  /** Time of the stage's window that has passed; null unless it soaks. */
  readonly soakedMs: number | null
  readonly rules: readonly RuleFindings[]
  readonly truth: Truth
  /** The next look that concluded or did something else; null if none did. */
  readonly nextChange: Evaluation | null
  /** The first look of the trace whose verdict is a breach, before or after this one; null if none is. */
  readonly firstBreach: Evaluation | null
}

/** All findings of one rule, the worst first. */
export interface RuleFindings {
  readonly rule: string
  readonly findings: readonly TraceFinding[]
}

export interface Truth {
  /** Each fault that acts at some time in the trace. */
  readonly faults: readonly {
    readonly kind: string
    /** First onset; may lie after the look. */
    readonly onsetAtMs: number
    /** Devices on which it had begun by the time of the look. */
    readonly devices: number
    /** Devices on which it begins at some time. */
    readonly ofDevices: number
    /** What of AWS it acts on, where it acts on no device. */
    readonly target?: string
  }[]
  /** Devices that ran the release at the time of the look. */
  readonly devicesOnRelease: number
  /** Crashes of the release so far. */
  readonly crashes: number
}

/** First and last look of the trace; null if the controller never looked. */
export function looksRange(
  records: readonly TraceRecord[],
): { readonly firstMs: number; readonly lastMs: number } | null {
  const evaluations = records.filter(isEvaluation)
  const [first, last] = [evaluations[0], evaluations.at(-1)]
  return first === undefined || last === undefined ? null : { firstMs: first.atMs, lastMs: last.atMs }
}

/** Explains the look at or before an instant; null if there is none. Pure. */
export function foldWhy(header: TraceHeader, records: readonly TraceRecord[], askedMs: number): Why | null {
  const evaluations = records.filter(isEvaluation)
  const last = evaluations.findLast(({ atMs }) => atMs <= askedMs)
  if (last === undefined) return null
  const together = evaluations.filter(({ atMs }) => atMs === last.atMs)
  const evaluation = mainOf(together) as Evaluation
  const before = evaluations.filter(({ sequence }) => sequence <= evaluation.sequence)
  const after = evaluations.filter(({ sequence }) => sequence > evaluation.sequence)
  const changed = before.findLast(({ decision, sequence }) => decision !== 'wait' && sequence < evaluation.sequence)
  return {
    evaluation,
    besides: together.filter((one) => one !== evaluation),
    notifications: notifiedBetween(
      records,
      evaluations.findLast(({ atMs }) => atMs < evaluation.atMs)?.atMs ?? 0,
      evaluation.atMs,
    ),
    inStateMs: changed === undefined ? null : evaluation.atMs - changed.atMs,
    soakedMs: soakedMs(before, evaluation),
    rules: byRule(evaluation.findings),
    truth: truthAt(header, records, evaluation.atMs),
    nextChange:
      after.find(({ verdict, decision }) => verdict !== evaluation.verdict || decision !== evaluation.decision) ?? null,
    firstBreach: evaluations.find(({ verdict }) => verdict === 'breach') ?? null,
  }
}

/** A function notifies before its look ends. */
const notifiedBetween = (records: readonly TraceRecord[], afterMs: number, toMs: number): readonly string[] =>
  notificationsOf(records)
    .filter(({ atMs }) => atMs > afterMs && atMs <= toMs)
    .map(({ subject }) => subject)

/** Of several looks in one instant, the one that did something, else the one that saw something. */
const mainOf = (evaluations: readonly Evaluation[]): Evaluation | undefined =>
  evaluations.findLast(({ decision, findings }) => decision !== 'wait' && findings.length > 0) ??
  evaluations.findLast(({ decision }) => decision !== 'wait') ??
  evaluations.findLast(({ findings }) => findings.length > 0) ??
  evaluations.at(-1)

function soakedMs(before: readonly Evaluation[], { atMs, state, stage }: Evaluation): number | null {
  if (state !== 'soaking') return null
  const began = before.findLast((one) => one.decision === 'soak' && one.stage === stage)
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

function truthAt(header: TraceHeader, records: readonly TraceRecord[], nowMs: number): Truth {
  const faults = new Map<
    number,
    { kind: string; onsetAtMs: number; begun: Set<string>; all: Set<string>; target?: string }
  >()
  const onRelease = new Set<string>()
  let crashes = 0
  for (const record of records) {
    const isPast = record.atMs <= nowMs
    if (record.kind === 'fault-started') {
      const known = faults.get(record.fault)
      const fault = known ?? { kind: record.faultKind, onsetAtMs: record.atMs, begun: new Set(), all: new Set() }
      faults.set(record.fault, fault)
      const place = record.thing ?? (record.target as string)
      fault.all.add(place)
      if (isPast) fault.begun.add(place)
      if (record.thing === null) fault.target = record.target as string
    } else if (record.kind === 'firmware-started' && isPast) {
      if (record.version === header.release.version) onRelease.add(record.thing)
      else onRelease.delete(record.thing)
    } else if (record.kind === 'firmware-crashed' && isPast && record.version === header.release.version) crashes += 1
  }
  return {
    faults: [...faults.values()].map(({ kind, onsetAtMs, begun, all, target }) => ({
      kind,
      onsetAtMs,
      devices: begun.size,
      ofDevices: all.size,
      ...(target !== undefined && { target }),
    })),
    devicesOnRelease: onRelease.size,
    crashes,
  }
}
