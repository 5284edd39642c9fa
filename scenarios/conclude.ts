import { foldReport, type Report } from '../reports/report.ts'
import { checkExpectation } from './expectation.ts'
import { checkInvariants } from './invariants.ts'
import type { RehearsalResult } from './rehearsal.ts'
import type { Scenario } from './scenario.ts'

/** The whole report of a rehearsal: what happened, what was expected, and what must never happen. Pure. */
export function conclude(scenario: Scenario, { header, records, facts }: RehearsalResult): Report {
  const open = foldReport(header, records, facts)
  return {
    ...open,
    expectation: checkExpectation(scenario.expect, open, header, records),
    invariants: checkInvariants(header, records),
  }
}
