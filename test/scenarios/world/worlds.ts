import fc from 'fast-check'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import type { FaultSpec } from '../../../sim/faults/catalogue.ts'
import type { Selector } from '../../../sim/plant/selector.ts'

const HOUR_MS = 3_600_000
const RELEASE = '2.4.0'

const where = fc.constantFrom<Selector>(
  { firmware: RELEASE },
  { firmware: RELEASE, line: 1 },
  { line: 2 },
  { device: 'line-01-03' },
)
const fault: fc.Arbitrary<FaultSpec> = fc.oneof(
  fc.record({ kind: fc.constant('memory-leak' as const), in: where, rate: fc.integer({ min: 100, max: 900 }) }),
  fc.record({ kind: fc.constant('crash' as const), in: where, at: fc.constant('start' as const) }),
  fc.record({
    kind: fc.constant('crash' as const),
    in: where,
    after: fc.integer({ min: 60_000, max: 2 * HOUR_MS }),
  }),
  fc.record({
    kind: fc.constant('offline' as const),
    in: fc.constantFrom<Selector>({ fleet: 'all' }, { line: 1 }, { device: 'line-01-03' }),
    from: fc.integer({ min: 0, max: HOUR_MS }),
    for: fc.integer({ min: 1, max: HOUR_MS }),
    every: fc.option(fc.integer({ min: HOUR_MS + 1, max: 2 * HOUR_MS }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('hang' as const),
    in: where,
    at: fc.constantFrom('install' as const, 'startup' as const),
  }),
  fc.record({
    kind: fc.constant('error-rise' as const),
    in: where,
    factor: fc.integer({ min: 2, max: 9 }),
    onset: fc.integer({ min: 0, max: HOUR_MS }),
  }),
  fc.record({
    kind: fc.constant('cycle-drift' as const),
    in: where,
    onset: fc.integer({ min: 0, max: HOUR_MS }),
    rate: fc.integer({ min: 5, max: 200 }),
  }),
)

const world = fc.record({
  lines: fc.integer({ min: 1, max: 3 }),
  startMinute: fc.integer({ min: 0, max: 7 * 24 * 60 }),
  windowMs: fc.constantFrom(1 * HOUR_MS, 2 * HOUR_MS),
  profile: fc.constantFrom('default' as const, 'raw-thresholds' as const),
  writes: fc.constantFrom('1.0' as const, '2.0' as const),
  faults: fc.array(fault, { maxLength: 2 }),
  seed: fc.integer({ min: 1, max: 1_000 }),
})

/** Around the last Sunday of March, when the clocks of the plant change. */
const EPOCH_MS = Date.parse('2026-03-25T00:00:00Z')

export interface ChosenWorld {
  readonly scenario: Scenario
  readonly seed: number
}

/** Random scenarios: start, plant and faults are drawn, always the same for a seed of the sample. */
export const sampleWorlds = (count: number, devicesPerLine: number): readonly (readonly [string, ChosenWorld])[] =>
  fc.sample(world, { numRuns: count, seed: 20_261_124 }).map((one) => {
    const base = findScenario('healthy')
    const scenario: Scenario = {
      ...base,
      fleet: { lines: one.lines, devicesPerLine, noise: 'quiet' },
      release: { ...base.release, shadow: { ...base.release.shadow, writes: one.writes } },
      start: { atMs: EPOCH_MS + one.startMinute * 60_000, zone: 'Europe/Berlin' },
      policy: { window: one.windowMs, profile: one.profile },
      faults: one.faults,
      expect: {},
    }
    return [JSON.stringify(one), { scenario, seed: one.seed }] as const
  })
