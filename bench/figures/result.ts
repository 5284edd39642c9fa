import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Report } from '../../reports/run/report.ts'
import type { CompletedRun } from '../../scenarios/sweep/run-many.ts'

/** What became of one release, as it is kept: a line of JSON. */
export interface Result {
  /** What was run: a hash of the build, the scenario and the seed. */
  readonly key: string
  readonly family: string
  readonly seed: number
  readonly outcome: 'promoted' | 'rolled-back' | 'halted' | 'inconclusive' | 'refused' | 'failed'
  /** The rule that decided, or why it was refused. */
  readonly by: string | null
  readonly caughtIn: string | null
  readonly falseAlarm: boolean | null
  /** From the onset of the release's fault to the first finding that shows it. */
  readonly foundMinutes: number | null
  /** From the onset to the decision to roll back. */
  readonly decidedMinutes: number | null
}

/** What is kept of a completed run. */
export function resultOf(key: string, family: string, run: CompletedRun): Result {
  const head = { key, family, seed: run.seed }
  const nothing = { caughtIn: null, falseAlarm: null, foundMinutes: null, decidedMinutes: null }
  if ('error' in run) {
    return { ...head, outcome: 'failed', by: run.error.message.split('\n')[0] ?? null, ...nothing }
  }
  const { outcome, caughtIn, falseAlarm, detection, notStarted = [] } = run.report
  if (outcome === 'refused') return { ...head, outcome, by: refusedBy(notStarted), ...nothing }
  const halt = outcome === 'halted' ? (run.report.notifications?.at(-1)?.code ?? null) : null
  return {
    ...head,
    outcome,
    by: detection.by ?? halt,
    caughtIn,
    falseAlarm,
    foundMinutes: falseAlarm === true ? null : detection.legsMinutes.onsetToFirstBadEvaluation,
    decidedMinutes: falseAlarm === true ? null : detection.latencyMinutes,
  }
}

/** The rule that found the baseline too noisy, or the code of another refusal. */
function refusedBy(refusals: NonNullable<Report['notStarted']>): string | null {
  const { alarms = [] } = (refusals.find(({ code }) => code === 'BASELINE_TOO_NOISY')?.data ?? {}) as {
    readonly alarms?: readonly { readonly rule: string }[]
  }
  return alarms[0]?.rule ?? refusals[0]?.code ?? null
}

/** Results of earlier runs, by key; a last line that was cut off is left out. */
export function readResults(file: string): Map<string, Result> {
  const results = new Map<string, Result>()
  if (!existsSync(file)) return results
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const result = parsed(line)
    if (result !== null) results.set(result.key, result)
  }
  return results
}

function parsed(line: string): Result | null {
  try {
    return line === '' ? null : (JSON.parse(line) as Result)
  } catch {
    return null
  }
}

/** Adds a line. After a line that was cut off it begins on a new one. */
export function addResult(file: string, result: Result): void {
  mkdirSync(dirname(file), { recursive: true })
  const isCut = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8').slice(-1))
  appendFileSync(file, `${isCut ? '\n' : ''}${JSON.stringify(result)}\n`)
}
