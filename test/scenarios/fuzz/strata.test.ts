import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { AIMS } from '../../../scenarios/fuzz/aims.ts'
import { ANY_SCENARIO, scenarioInputs, scenarioOf, scenarioText } from '../../../scenarios/fuzz/scenario-arbitrary.ts'
import { SOMETIMES_CODES } from '../../../scenarios/fuzz/sometimes.ts'
import { STRATA, stratumOf, worldSeed } from '../../../scenarios/fuzz/strata.ts'

const ALL = STRATA.map((_, number) => number)

describe('the strata of a campaign', () => {
  it('are each there once in as many worlds in a row, whatever the campaign', () => {
    const first = [1, 2, 3].map((campaign) => {
      const strata = ALL.map((number) => stratumOf(worldSeed(campaign, number)))
      expect(new Set(strata)).toEqual(new Set(STRATA))
      return strata[0]
    })
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  it('have seeds that fast-check takes, all of them different', () => {
    const seeds = [1, 2].flatMap((campaign) => ALL.map((number) => worldSeed(campaign, number)))
    expect(new Set(seeds).size).toBe(seeds.length)
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  })

  it('leave half of the worlds to chance, and some are played at wire level', () => {
    expect(STRATA.filter(({ aim }) => aim === undefined)).toHaveLength(STRATA.length / 2)
    expect(STRATA.filter(({ isWire }) => isWire)).toHaveLength(Math.ceil(STRATA.length / 2 / 12))
  })
})

describe('the aims', () => {
  it('are at every row of the sometimes-table but the one that the wire level has', () => {
    const rows = new Set(AIMS.flatMap((aim) => aim.rows))
    expect(SOMETIMES_CODES.filter((code) => !rows.has(code))).toEqual(['WIRE_LEVEL'])
  })

  it.each(AIMS.map((aim) => [aim.rows.join(' and '), aim] as const))(
    'make worlds that a file can hold: %s',
    (_, aim) => {
      fc.assert(
        fc.property(scenarioInputs(ANY_SCENARIO, { aim }), (input) => {
          expect(parse(scenarioText(input))).toEqual(input)
          scenarioOf(input, 'x')
        }),
        { numRuns: 5, seed: 1 },
      )
    },
  )

  it('are left out where a smaller world shows the same', () => {
    const aim = AIMS.find(({ rows }) => rows.includes('CANARY_FLAPPED'))
    const found = fc.check(
      fc.property(scenarioInputs(ANY_SCENARIO, { aim: aim as (typeof AIMS)[number] }), ({ faults = [] }) =>
        faults.every((fault) => !('every' in fault)),
      ),
      { seed: 1, numRuns: 20 },
    )
    expect(found.counterexample?.[0].faults).toMatchObject([{ kind: 'offline', every: '1h' }])
  })
})
