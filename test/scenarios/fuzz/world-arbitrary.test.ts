import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import { ANY_WORLD, scenarioOf, worlds, worldText } from '../../../scenarios/fuzz/world-arbitrary.ts'
import { FAULT_KINDS as KINDS_OF_CATALOGUE } from './kinds-of-catalogue.ts'

describe('generated scenarios', () => {
  it('are scenarios that a file can hold: valid, and the same when read again', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        expect(parse(worldText(world))).toEqual(world)
        const scenario = scenarioOf(world, 'some-name')
        expect(scenario.name).toBe('some-name')
        expect(scenario.faults).toHaveLength(world.faults?.length as number)
      }),
      { numRuns: 120, seed: 1 },
    )
  })

  it('may have every kind of fault of the catalogue', () => {
    expect([...FAULT_KINDS].sort()).toEqual([...KINDS_OF_CATALOGUE].sort())
    for (const kind of FAULT_KINDS) {
      const some = fc.sample(worlds({ ...ANY_WORLD, kinds: [kind] }), { numRuns: 10, seed: 2 })
      const kinds = new Set(some.flatMap((world) => scenarioOf(world, 'x').faults.map((fault) => fault.kind)))
      expect([...kinds], kind).toEqual([kind])
    }
  })

  it('come in all shapes, each with only some of the kinds', () => {
    const some = fc.sample(worlds(), { numRuns: 300, seed: 3 }).map((world) => scenarioOf(world, 'x'))
    const faults = some.flatMap((scenario) => scenario.faults)
    expect(new Set(faults.map(({ kind }) => kind)).size).toBe(FAULT_KINDS.length)
    expect(Math.max(...some.map((one) => new Set(one.faults.map(({ kind }) => kind)).size))).toBeLessThanOrEqual(7)
    expect(new Set(some.map(({ policy }) => policy.gates))).toEqual(new Set(['open', 'plant']))
    expect(new Set(some.map(({ fleet }) => fleet.lines))).toEqual(new Set(ANY_WORLD.lines))
    expect(some.some(({ release }) => release.previous.shadow.writes === '1.0')).toBe(true)
    expect(some.some(({ release }) => release.migration !== undefined)).toBe(true)
    expect(some.some(({ faults: own }) => own.length === 0)).toBe(true)
  })

  it('shrink to one fault in the smallest and roundest world', () => {
    const found = fc.check(
      fc.property(worlds(), (world) => scenarioOf(world, 'x').faults.every(({ kind }) => kind !== 'stale-index')),
      { seed: 4, numRuns: 500 },
    )
    expect(found.counterexample?.[0]).toMatchObject({
      fleet: { lines: 3, devicesPerLine: 5 },
      start: '2026-03-02T14:00[Europe/Berlin]',
      seed: 1,
      policy: { window: '24h', gates: 'open', profile: 'default' },
      faults: [{ kind: 'stale-index', behind: '10min', from: '0ms' }],
    })
  })
})
