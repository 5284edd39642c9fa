import { expect, it } from 'vitest'
import { CONTROLLER_MESSAGES } from '../../../controller/messages/registry.ts'
import { ADVICE_MESSAGES } from '../../../reports/messages/advice.ts'
import { CONCLUSION_MESSAGES } from '../../../reports/messages/conclusions.ts'
import { INTERVENTION_MESSAGES } from '../../../reports/messages/interventions.ts'
import { INVARIANT_MESSAGES } from '../../../reports/messages/invariants.ts'
import { NOT_STARTED_MESSAGES } from '../../../reports/messages/not-started.ts'
import { PROBE_MESSAGES } from '../../../reports/messages/probes.ts'
import { MESSAGES, textOf } from '../../../reports/messages/registry.ts'
import { UNDECIDED_MESSAGES } from '../../../reports/messages/undecided.ts'
import { INVARIANT_CODES } from '../../../scenarios/outcome/invariants.ts'
import { CLIENT_MESSAGES } from '../../../sim/kernel/client-messages.ts'
import { CRASH_MESSAGES } from '../../../sim/plant/crash-messages.ts'

const PARTS = [
  CONTROLLER_MESSAGES,
  CRASH_MESSAGES,
  CLIENT_MESSAGES,
  CONCLUSION_MESSAGES,
  ADVICE_MESSAGES,
  INVARIANT_MESSAGES,
  UNDECIDED_MESSAGES,
  NOT_STARTED_MESSAGES,
  PROBE_MESSAGES,
  INTERVENTION_MESSAGES,
]
const codes = PARTS.flatMap((part) => Object.keys(part))

it('has every code once, in upper snake case, with a meaning of one sentence', () => {
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
  expect(Object.keys(MESSAGES).sort()).toEqual([...codes].sort())
  for (const [code, { meaning }] of Object.entries(MESSAGES)) {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    expect(meaning, code).toMatch(/^[A-Z`].*\.$/)
  }
})

it('has a check for every invariant', () => {
  expect([...INVARIANT_CODES].sort()).toEqual(Object.keys(INVARIANT_MESSAGES).sort())
})

it('shows a code that it does not hold with its data', () => {
  expect(textOf({ code: 'UNHEARD_OF', data: { line: 3 } })).toBe('UNHEARD_OF {"line":3}')
})
