import { expect, it } from 'vitest'
import { gapsOf } from '../../../scenarios/fuzz/campaign-text.ts'
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

it('lists what was never reached', () => {
  const { kinds, rows } = gapsOf(tallyOf(probe))
  expect(kinds).toEqual(FAULT_KINDS.filter((kind) => kind !== 'crash' && kind !== 'hang'))
  expect(rows).toEqual(SOMETIMES_CODES.filter((code) => code !== 'EVENT_DUPLICATED'))
})
