import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_RUNS, type Runs, runsAfter } from '../../controller/runs.ts'
import { type Look, totalOf } from '../../controller/sums.ts'
import { policyWith } from './fixtures.ts'
import { oneCase } from './rules/one-case.ts'

const policy = policyWith()
const { baseline } = oneCase()
const TICKS_PER_HOUR = 12

interface Tick {
  readonly failures: number
  readonly errors: number
  readonly slowdown: number
}

/** One twelfth of the healthy hour, with what the stage does in it; `common` is what the controls do as well. */
function lookWith({ failures, errors, slowdown }: Tick, common = 1): Look {
  const one = oneCase({
    stage: () => ({
      attempts: 5,
      failures: 0,
      errors: 0,
      expectedErrors: 2 / TICKS_PER_HOUR,
      cycleMs: 3_600_000 * slowdown,
    }),
    controls: () => ({ attempts: 95, failures: 0.475 * common, errors: 3.17 * common, expectedErrors: 3.17 }),
  })
  const [look] = one.evidence.looks as [Look]
  const lines = look.lines.map((line, i) => ({
    ...line,
    stage: { ...line.stage, failures: i === 0 ? failures : 0, errors: i === 0 ? errors : 0 },
  }))
  return { ...look, lines, total: totalOf(lines) }
}

const runsOver = (ticks: readonly Tick[], common?: number): Runs =>
  ticks.reduce((runs, tick) => runsAfter(runs, lookWith(tick, common), [], baseline, policy), NO_RUNS)

const HEALTHY: Tick = { failures: 0, errors: 3, slowdown: 1 }
const of = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick)

describe('a run', () => {
  it('is over as soon as all is well', () => {
    expect(runsOver(of(20, HEALTHY))).toEqual(NO_RUNS)
  })

  it('counts from the change on, however long all was well before', () => {
    const runs = runsOver([...of(144, HEALTHY), ...of(6, { failures: 5, errors: 9, slowdown: 1.25 })])
    expect(runs.connection).toMatchObject({ looks: 6, stage: { failures: 30, attempts: 510 } })
    expect(runs.errors).toMatchObject({ looks: 6, stage: { errors: 54 } })
    expect(runs.cycleTime.looks).toBe(6)
    expect(runs.cycleTime.effects / 6).toBeCloseTo(Math.log(1.25), 9)
    for (const run of Object.values(runs)) expect(run.sum).toBeGreaterThan(5)
  })

  it('lasts only while its rate is above the limit', () => {
    for (const failures of [1, 2, 3, 4]) {
      const { connection } = runsOver(of(40, { ...HEALTHY, failures }))
      expect(connection.sum > 0).toBe(failures / 85 > 0.02)
    }
  })

  it('is none where the controls show the same', () => {
    expect(runsOver(of(12, { failures: 5, errors: 9, slowdown: 1 }), 12)).toEqual(NO_RUNS)
  })

  it('is never less for worse looks', () => {
    const tick = fc.record({
      failures: fc.integer({ min: 0, max: 8 }),
      errors: fc.integer({ min: 0, max: 20 }),
      slowdown: fc.double({ min: 0.9, max: 1.3, noNaN: true }),
    })
    const property = fc.property(fc.array(fc.tuple(tick, tick), { minLength: 1, maxLength: 25 }), (pairs) => {
      const better = runsOver(pairs.map(([a]) => a))
      const worse = runsOver(
        pairs.map(([a, more]) => ({
          failures: a.failures + more.failures,
          errors: a.errors + more.errors,
          slowdown: a.slowdown * Math.max(more.slowdown, 1),
        })),
      )
      for (const kind of ['connection', 'cycleTime', 'errors'] as const) {
        expect(worse[kind].sum).toBeGreaterThanOrEqual(better[kind].sum)
      }
    })
    fc.assert(property, { numRuns: 60 })
  })
})
