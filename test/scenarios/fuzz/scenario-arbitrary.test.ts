import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import { ANY_SCENARIO, scenarioInputs, scenarioOf, scenarioText } from '../../../scenarios/fuzz/scenario-arbitrary.ts'
import { FAULT_KINDS as KINDS_OF_CATALOGUE } from './kinds-of-catalogue.ts'

describe('generated scenarios', () => {
  it('are scenarios that a file can hold: valid, and the same when read again', () => {
    fc.assert(
      fc.property(scenarioInputs(), (input) => {
        expect(parse(scenarioText(input))).toEqual(input)
        const scenario = scenarioOf(input, 'some-name')
        expect(scenario.name).toBe('some-name')
        expect(scenario.faults).toHaveLength(input.faults?.length as number)
      }),
      { numRuns: 120, seed: 1 },
    )
  })

  it('may have every kind of fault of the catalogue', () => {
    expect([...FAULT_KINDS].sort()).toEqual([...KINDS_OF_CATALOGUE].sort())
    for (const kind of FAULT_KINDS) {
      const some = fc.sample(scenarioInputs({ ...ANY_SCENARIO, kinds: [kind] }), { numRuns: 10, seed: 2 })
      const kinds = new Set(some.flatMap((input) => scenarioOf(input, 'x').faults.map((fault) => fault.kind)))
      expect([...kinds], kind).toEqual([kind])
    }
  })

  it('come in all shapes, each with only some of the kinds', () => {
    const some = fc.sample(scenarioInputs(), { numRuns: 300, seed: 3 }).map((input) => scenarioOf(input, 'x'))
    const faults = some.flatMap((scenario) => scenario.faults)
    expect(new Set(faults.map(({ kind }) => kind)).size).toBe(FAULT_KINDS.length)
    expect(Math.max(...some.map((one) => new Set(one.faults.map(({ kind }) => kind)).size))).toBeLessThanOrEqual(7)
    const gates = some.map(({ policy }) => policy.gates)
    expect(gates).toContain('open')
    expect(gates).toContain('plant')
    expect(gates.some((one) => typeof one === 'object')).toBe(true)
    const keys = ['deny', 'freezes', 'limits', 'evidence', 'quorum', 'laterQuorum', 'dryRun'] as const
    for (const key of keys)
      expect(
        some.some(({ policy }) => policy[key] !== undefined),
        key,
      ).toBe(true)
    expect(some.some(({ policy }) => policy.holdback === false)).toBe(true)
    expect(some.some(({ recorded }) => recorded !== undefined)).toBe(true)
    expect(new Set(some.map(({ start }) => start.zone)).size).toBeGreaterThan(1)
    expect(some.some(({ fleet }) => fleet.devicesPerLine === 20)).toBe(true)
    expect(faults.some((fault) => fault.kind === 'operator' && fault.id !== undefined)).toBe(true)
    expect(new Set(some.map(({ fleet }) => fleet.lines))).toEqual(new Set(ANY_SCENARIO.lines))
    expect(some.some(({ release }) => release.previous.shadow.writes === '1.0')).toBe(true)
    expect(some.some(({ next }) => next !== undefined)).toBe(true)
    expect(some.some(({ release }) => release.migration !== undefined)).toBe(true)
    expect(some.some(({ faults: own }) => own.length === 0)).toBe(true)
    const noises = some.map(({ fleet }) => fleet.noise)
    expect(noises).toContain('quiet')
    expect(noises).toContain('typical')
    expect(noises).toContain('rough')
    const settings = noises
      .flatMap((noise) => (typeof noise === 'object' ? Object.keys(noise) : []))
      .filter((name) => name !== 'preset')
    expect([...new Set(settings)].sort()).toEqual([
      'changeovers',
      'connectionBursts',
      'days',
      'errorBursts',
      'errorDispersion',
      'garbageCollection',
      'handover',
      'memoryWarmUp',
      'outages',
      'rounding',
      'sampleLoss',
      'stoppages',
      'toolWear',
      'trend',
      'wander',
    ])
  })

  it('shrink to one fault in the smallest scenario with round numbers', () => {
    const found = fc.check(
      fc.property(scenarioInputs(), (input) =>
        scenarioOf(input, 'x').faults.every(({ kind }) => kind !== 'stale-index'),
      ),
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
