import type { Run, Runs } from '../evidence/cusum.ts'
import { type LineSums, type Look, linesOf, type Sums, type Totals, totalOf } from '../evidence/sums.ts'
import type { Policy } from '../policy/policy.ts'
import { countBoundary, runBoundary } from '../statistics/budget.ts'
import { type Count, excessLogRatio } from '../statistics/excess.ts'
import { remembered } from '../support/memoized.ts'
import type { Case } from './rule-input.ts'
import type { Finding, Statistic } from './verdict.ts'

/** What a rule on counts judges at once, and the evidence it needs. */
export interface Scope extends Totals {
  readonly words: string
  /** Cells of the week that it lies in: what they had before the rollout is all that is known of what is expected. */
  readonly cells: readonly string[]
  readonly line?: number
  /** The excess over the reference must reach it. */
  readonly boundary: number
  /** A late change alarms by its run; the excess must then be more than one test's chance. */
  readonly run?: Statistic
}

/**
 * Stage first: the whole time since the update, the rolling window, the run since a change; then the same of each line
 * that is `raised`: most are not, and need no evidence.
 */
export function scopesOf(one: Case, kind: keyof Runs, isRaised: (stage: Sums) => boolean): readonly Scope[] {
  const { evidence, policy } = one
  const { looks, cells } = evidence
  const { lines: lateLines, total: lateTotal } = lately(looks)
  const ofLate = [...new Set(looks.map(({ cell }) => cell))]
  const scopes: Scope[] = [
    { words: 'since the update', cells, ...evidence.total, boundary: countBoundary(policy, 1, false) },
    { words: 'lately', cells: ofLate, ...lateTotal, boundary: countBoundary(policy, 1, true) },
    runScope(evidence.runs[kind], evidence.runs[kind].looks > looks.length ? cells : ofLate, policy),
  ]
  const addLines = (lines: readonly LineSums[], words: string, isRolling: boolean): void => {
    for (const { line, stage, controls } of lines) {
      if (!isRaised(stage)) continue
      const boundary = countBoundary(policy, lines.length, isRolling)
      scopes.push({
        line,
        cells: isRolling ? ofLate : cells,
        stage,
        controls,
        boundary,
        words: `on line ${line} ${words}`,
      })
    }
  }
  addLines(evidence.lines, 'since the update', false)
  addLines(lateLines, 'lately', true)
  return scopes
}

/** The rolling window, by line and over all lines. */
interface Lately {
  readonly lines: readonly LineSums[]
  readonly total: Totals
}

/** Summed once for all rules. */
const lately = remembered((looks: readonly Look[]): Lately => {
  const lines = linesOf(looks)
  return { lines, total: totalOf(lines) }
})

/** The rolling window by line. */
export const latelyOf = (looks: readonly Look[]): readonly LineSums[] => lately(looks).lines

function runScope({ sum, looks, stage, controls }: Run, cells: readonly string[], policy: Policy): Scope {
  return {
    cells,
    words: `since a change ${looks} looks ago`,
    stage,
    controls,
    boundary: countBoundary(policy, 1, false),
    run: { name: 'cusum', value: sum, boundary: runBoundary(policy) },
  }
}

/** Whether even an endless reference would not make this count significant: then the real one need not be asked. */
export const isHopeless = ({ boundary }: Scope, count: number, expected: number, dispersion = 1): boolean =>
  count <= expected || expected - count + count * Math.log(count / expected) < boundary * dispersion

/** The evidence of a rise, beside what it has to reach. */
export function statisticOf({ boundary, run }: Scope, count: Count, dispersion = 1): Statistic {
  const excess = { name: 'maxsprt', value: excessLogRatio(count, dispersion), boundary }
  return run === undefined || !isSignificant(excess) ? excess : run
}

export const isSignificant = ({ value, boundary }: Statistic): boolean => value >= boundary

/** What one scope came to; the numbers of a finding are those of its worst scope. */
export interface Judged {
  readonly scope: Scope
  readonly outcome: Finding['outcome']
  readonly statistic?: Statistic
  readonly code?: Finding['code']
}

/** The first breach, else the first that has no answer for being common, else the first scope that says anything. */
export const worstScope = (judged: readonly Judged[]): Judged =>
  judged.find(({ outcome }) => outcome === 'breach') ??
  judged.find(({ code }) => code === 'common-mode') ??
  judged.find(({ outcome }) => outcome === 'healthy') ??
  (judged[0] as Judged)
