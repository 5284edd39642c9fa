import { reported } from '../../reports/messages/reported.ts'
import { foldReport, type Report } from '../../reports/run/report.ts'
import type { Scenario } from '../files/scenario.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'
import { checkExpectation } from './expectation.ts'
import { checkInvariants } from './invariants.ts'

/**
 * The whole report of a rehearsal: what happened, what was expected, and what must never happen. Pure. Of the scenario it
 * needs what a saved trace holds as well.
 */
export function conclude({ expect }: Pick<Scenario, 'expect'>, { header, records, facts }: RehearsalResult): Report {
  const { checked, violated, undecided } = checkInvariants(header, records, facts.endedAtMs)
  const open = foldReport(header, records, facts)
  return {
    ...open,
    expectation: checkExpectation(expect, open, header, records),
    invariants: {
      checked,
      violated: violated.map(reported),
      undecided: undecided.map(reported),
    },
  }
}
