import { textOf } from '../messages/registry.ts'
import { reportedLine } from '../messages/reported.ts'
import type { ExpectedItem, Report } from './report.ts'

/** `undecided`: nothing was shown, neither that the run is as it should be nor that it is not. */
export type Verdict = 'met' | 'not-met' | 'undecided'

type Judged = Pick<Report, 'expectation' | 'invariants' | 'outcome' | 'falseAlarm'>

/** Whether a run is as its scenario expects, and breaks no invariant. What a scenario leaves open is as `impliedItems` says. */
export function verdictOf(report: Judged): Verdict {
  if (report.invariants.violated.length > 0) return 'not-met'
  if (expectedItems(report).every(({ met }) => met)) return 'met'
  return isUndecided(report) ? 'undecided' : 'not-met'
}

/** Whether what is not met may still be: the rollout waits for an operator or for time, and was not expected to. */
export function isUndecided(report: Judged): boolean {
  const isAsExpected = report.expectation.checked.some(({ what, met }) => what === 'outcome' && met)
  const isOpen = report.outcome === 'inconclusive' || report.outcome === 'halted'
  return (isOpen && !isAsExpected) || report.falseAlarm === null
}

/** What the scenario expects, and what is expected of every run. */
export const expectedItems = (report: Judged): readonly ExpectedItem[] => [
  ...report.expectation.checked,
  ...impliedItems(report),
]

/** A sentence for each expected item that is not met. */
export const unmetTexts = (report: Judged): readonly string[] =>
  expectedItems(report)
    .filter(({ met }) => !met)
    .map(({ what, expected, actual }) => textOf({ code: 'EXPECTATION_NOT_MET', data: { what, expected, actual } }))

/** The same, and a line per invariant that was violated; none for a run as it should be. */
export const problemTexts = (report: Judged): readonly string[] => [
  ...unmetTexts(report),
  ...report.invariants.violated.map(reportedLine),
]

/**
 * Of a scenario that expects nothing: that its release is promoted, or rolled back because of a fault of its own or by an
 * operator. Of any other that says nothing about a false alarm: that there is none.
 */
function impliedItems({ expectation: { checked }, outcome, falseAlarm }: Judged): readonly ExpectedItem[] {
  const met = falseAlarm === false
  if (checked.length === 0) {
    const expected = 'promoted, or rolled-back with cause'
    const isGood = outcome === 'promoted' || (outcome === 'rolled-back' && met)
    return [{ what: 'outcome', expected, actual: `${outcome}${CAUSES[String(falseAlarm)] ?? ''}`, met: isGood }]
  }
  if (met || checked.some(({ what }) => what === 'falseAlarm')) return []
  return [{ what: 'falseAlarm', expected: 'false', actual: String(falseAlarm ?? 'undecided'), met }]
}

const CAUSES: Readonly<Record<string, string>> = {
  true: ' without cause',
  null: ', perhaps because of a client from outside',
}
