import { reported } from '../../reports/messages/reported.ts'
import { foldReport, type Report } from '../../reports/run/report.ts'
import type { Scenario } from '../files/scenario.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'
import { checkExpectation } from './expectation.ts'
import { checkInvariants } from './invariants.ts'

/**
 * The whole report of a rehearsal: what happened, what was expected, and what must never happen, to the next release as
 * well. Pure. Of the scenario it
 * needs what a saved trace holds as well.
 */
export function conclude({ expect }: Pick<Scenario, 'expect'>, result: RehearsalResult): Report {
  const { header, records, facts, next } = result
  const { checked, violated, undecided } = checkInvariants(header, records, facts.endedAtMs)
  const open = foldReport(header, records, facts)
  const following = next === undefined ? [] : [conclude({ expect: {} }, next)]
  return {
    ...open,
    ...(next !== undefined && { next: nextOf(next) }),
    expectation: checkExpectation(expect, open, header, records),
    invariants: {
      checked,
      violated: [...violated.map(reported), ...following.flatMap(({ invariants }) => invariants.violated)],
      undecided: [...undecided.map(reported), ...following.flatMap(({ invariants }) => invariants.undecided)],
    },
  }
}

function nextOf({ header, records, facts }: RehearsalResult): NonNullable<Report['next']> {
  const { outcome, notStarted, digest } = foldReport(header, records, facts)
  const { version, replaces } = header.release
  return { version, replaces, outcome, ...(notStarted !== undefined && { notStarted }), digest }
}
