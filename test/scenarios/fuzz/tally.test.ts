import { expect, it } from 'vitest'
import { gapsOf } from '../../../scenarios/fuzz/campaign-text.ts'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import type { Probe } from '../../../scenarios/fuzz/probe.ts'
import { SOMETIMES_ROWS } from '../../../scenarios/fuzz/sometimes.ts'
import { NO_TALLY, sumOf, tallyOf } from '../../../scenarios/fuzz/tally.ts'

const probe: Probe = {
  violated: [],
  undecided: ['a law: for one reason', 'a law: for another'],
  outcome: 'completed',
  acted: ['crash', 'hang'],
  hit: ['event twice'],
  devices: 85,
  virtualMs: 1_000,
  digest: 'd',
}

it('counts worlds, not occurrences', () => {
  expect(tallyOf(probe)).toEqual({
    worlds: 1,
    deviceMs: 85_000,
    outcomes: { completed: 1 },
    undecided: { 'a law': 1 },
    acted: { crash: 1, hang: 1 },
    hit: { 'event twice': 1 },
  })
})

it('adds up in any order', () => {
  const [a, b] = [tallyOf(probe), tallyOf({ ...probe, outcome: 'halted', acted: ['crash'] })]
  expect(sumOf([a, b])).toEqual(sumOf([b, NO_TALLY, a]))
  expect(sumOf([a, b])).toMatchObject({
    worlds: 2,
    outcomes: { completed: 1, halted: 1 },
    acted: { crash: 2, hang: 1 },
  })
})

it('knows what was never met', () => {
  const { kinds, rows } = gapsOf(tallyOf(probe))
  expect(kinds).toEqual(FAULT_KINDS.filter((kind) => kind !== 'crash' && kind !== 'hang'))
  expect(rows).toEqual(SOMETIMES_ROWS.filter((row) => row !== 'event twice'))
})
