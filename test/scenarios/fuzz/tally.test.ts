import { expect, it } from 'vitest'
import { gapsOf, isBudgetExceeded } from '../../../scenarios/fuzz/campaign-text.ts'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import type { Probe } from '../../../scenarios/fuzz/probe.ts'
import { SOMETIMES_CODES } from '../../../scenarios/fuzz/sometimes.ts'
import { NO_TALLY, sumOf, tallyOf } from '../../../scenarios/fuzz/tally.ts'

const probe: Probe = {
  violated: [],
  undecided: [
    { code: 'ROLLOUT_NEVER_ENDS', data: { undecided: { code: 'A' } }, text: 'for one reason' },
    { code: 'ROLLOUT_NEVER_ENDS', data: { undecided: { code: 'B' } }, text: 'for another' },
  ],
  outcome: 'completed',
  acted: ['crash', 'hang'],
  healthy: null,
  hit: ['EVENT_DUPLICATED'],
  devices: 85,
  virtualMs: 1_000,
  digest: 'd',
}

it('counts scenarios, not occurrences', () => {
  expect(tallyOf(probe)).toEqual({
    scenarios: 1,
    deviceMs: 85_000,
    outcomes: { completed: 1 },
    undecided: { ROLLOUT_NEVER_ENDS: 1 },
    acted: { crash: 1, hang: 1 },
    played: 1,
    withFault: 1,
    healthy: 0,
    falseRollbacks: 0,
    hit: { EVENT_DUPLICATED: 1 },
  })
})

it('adds up in any order', () => {
  const [a, b] = [tallyOf(probe), tallyOf({ ...probe, outcome: 'halted', acted: ['crash'] })]
  expect(sumOf([a, b])).toEqual(sumOf([b, NO_TALLY, a]))
  expect(sumOf([a, b])).toMatchObject({
    scenarios: 2,
    outcomes: { completed: 1, halted: 1 },
    acted: { crash: 2, hang: 1 },
  })
})

it('counts what was played, what a fault acted in, and healthy releases that were rolled back', () => {
  const refused = tallyOf({ ...probe, acted: [], digest: null })
  const kept = tallyOf({ ...probe, acted: [], healthy: 'kept' })
  const back = tallyOf({ ...probe, healthy: 'rolled-back' })
  expect(sumOf([refused, kept, back])).toMatchObject({ played: 2, withFault: 1, healthy: 2, falseRollbacks: 1 })
})

it('holds the false rollbacks of a campaign against the budget', () => {
  const of = (healthy: number, falseRollbacks: number) => isBudgetExceeded({ ...NO_TALLY, healthy, falseRollbacks })
  // P(X >= k) of the binomial distribution with 1 %: 1 of 100: 63 %; 6 of 100: 0.05 %; 5 of 100: 0.34 %.
  expect([of(100, 0), of(100, 1), of(100, 5), of(100, 6), of(1_000, 20), of(1_000, 25)]).toEqual([
    false,
    false,
    false,
    true,
    false,
    true,
  ])
})

it('lists what was never reached', () => {
  const { kinds, rows } = gapsOf(tallyOf(probe))
  expect(kinds).toEqual(FAULT_KINDS.filter((kind) => kind !== 'crash' && kind !== 'hang'))
  expect(rows).toEqual(SOMETIMES_CODES.filter((code) => code !== 'EVENT_DUPLICATED'))
})
