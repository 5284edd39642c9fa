import { expect, it } from 'vitest'
import { DECISION_MESSAGES, DECISION_PART_MESSAGES } from '../../../controller/messages/decisions.ts'
import { FINDING_MESSAGES } from '../../../controller/messages/findings.ts'
import { NOTIFICATION_MESSAGES } from '../../../controller/messages/notifications.ts'
import { OPERATION_MESSAGES } from '../../../controller/messages/operations.ts'
import { REFUSAL_MESSAGES } from '../../../controller/messages/refusals.ts'
import { CONTROLLER_MESSAGES, textOf } from '../../../controller/messages/registry.ts'

const PARTS = [
  DECISION_MESSAGES,
  DECISION_PART_MESSAGES,
  FINDING_MESSAGES,
  NOTIFICATION_MESSAGES,
  OPERATION_MESSAGES,
  REFUSAL_MESSAGES,
]

it('holds every message of its parts, and no code twice', () => {
  const codes = PARTS.flatMap((part) => Object.keys(part))
  expect(codes.toSorted()).toEqual(Object.keys(CONTROLLER_MESSAGES).toSorted())
})

it('explains every code in one sentence, each another one', () => {
  const meanings = Object.values(CONTROLLER_MESSAGES).map(({ meaning }) => meaning)
  for (const meaning of meanings) expect(meaning).toMatch(/^[A-Z].*\.$/)
  expect(new Set(meanings).size).toBe(meanings.length)
})

it('shows a message that it does not hold as code and data', () => {
  expect(textOf({ code: 'UNHEARD_OF', data: { n: 1 } })).toBe('UNHEARD_OF {"n":1}')
})
