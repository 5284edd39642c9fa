import { expect, it } from 'vitest'
import { reported } from '../../../reports/messages/reported.ts'
import { foldReport } from '../../../reports/run/report.ts'
import type { Expectation } from '../../../scenarios/files/scenario.ts'
import { checkExpectation } from '../../../scenarios/outcome/expectation.ts'
import { header, MINUTE_MS, rolledBack, run } from '../../reports/fixtures.ts'

const check = (expectation: Expectation) =>
  checkExpectation(expectation, foldReport(header, rolledBack, run), header, rolledBack)

const unmet = (what: string, expected: string, actual: string) =>
  reported({ code: 'EXPECTATION_NOT_MET', data: { what, expected, actual } })

it('checks what is expected and nothing else, each thing with what came out', () => {
  const minutes = (low: number, high: number): [number, number] => [low * MINUTE_MS, high * MINUTE_MS]
  expect(
    check({
      outcome: 'rolled-back',
      caughtIn: 'early',
      stages: { canary: 2 },
      detected: { between: minutes(0, 4), after: 'onset' },
      leadTime: { between: minutes(0, 180) },
    }),
  ).toEqual({
    met: false,
    failures: [
      unmet('caughtIn', 'early', 'canary'),
      unmet('lead time', '0.0 min to 3.00 h', 'never'),
      unmet('detection after onset', '0.0 min to 4.0 min', '5.0 min'),
    ],
    checked: [
      { what: 'outcome', expected: 'rolled-back', actual: 'rolled-back', met: true },
      { what: 'caughtIn', expected: 'early', actual: 'canary', met: false },
      { what: 'devices updated in canary', expected: '2', actual: '2', met: true },
      { what: 'lead time', expected: '0.0 min to 3.00 h', actual: 'never', met: false },
      { what: 'detection after onset', expected: '0.0 min to 4.0 min', actual: '5.0 min', met: false },
    ],
  })
  expect(check({})).toEqual({ met: true, failures: [], checked: [] })
})
