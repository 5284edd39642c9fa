import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Baseline } from '../../../controller/evidence/baseline.ts'
import { type CusumState, cusumAfter, NO_CUSUM } from '../../../controller/evidence/cusum.ts'
import { type EvaluationSums, totalOf } from '../../../controller/evidence/sums.ts'
import { policyWith } from '../fixtures.ts'
import { oneCase } from '../judge/one-case.ts'

const policy = policyWith()
const { baseline } = oneCase()
const TICKS_PER_HOUR = 12

interface Tick {
  readonly failures: number
  readonly errors: number
  readonly slowdown: number
}

/**
 * One twelfth of the healthy hour, with what the stage does in it; `common` is how many times as much as expected the
 * controls do, null where there are none.
 */
function lookWith({ failures, errors, slowdown }: Tick, common: number | null = 1): EvaluationSums {
  const one = oneCase({
    stage: () => ({
      attempts: 5,
      failures: 0,
      errors: 0,
      expectedErrors: 2 / TICKS_PER_HOUR,
      cycleMs: 3_600_000 * slowdown,
    }),
    controls: () => {
      const [times, attempts, expectedErrors] = [common ?? 1, 95, 3.17]
      const counts = { failures: 0.005 * attempts * times, errors: expectedErrors * times }
      return { attempts, expectedErrors, ...counts, cycleMs: 3_600_000 * times }
    },
    hasControls: common !== null,
  })
  const [evaluation] = one.evidence.evaluations as [EvaluationSums]
  const lines = evaluation.lines.map((line, i) => ({
    ...line,
    stage: { ...line.stage, failures: i === 0 ? failures : 0, errors: i === 0 ? errors : 0 },
  }))
  return { ...evaluation, lines, total: totalOf(lines) }
}

const runsOver = (ticks: readonly Tick[], common?: number | null, week: Baseline = baseline): CusumState =>
  ticks.reduce((runs, tick) => cusumAfter(runs, lookWith(tick, common), [], week, policy), NO_CUSUM)

const HEALTHY: Tick = { failures: 0, errors: 3, slowdown: 1 }
const of = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick)

describe('a run', () => {
  it('is over as soon as all is well', () => {
    expect(runsOver(of(20, HEALTHY))).toEqual(NO_CUSUM)
  })

  it('counts from the change on, however long all was well before', () => {
    const runs = runsOver([...of(144, HEALTHY), ...of(6, { failures: 5, errors: 9, slowdown: 1.25 })])
    expect(runs.connection).toMatchObject({ evaluations: 6, stage: { failures: 30, attempts: 510 } })
    expect(runs.errors).toMatchObject({ evaluations: 6, stage: { errors: 54 } })
    expect(runs.cycleTime.evaluations).toBe(6)
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
    expect(runsOver(of(12, { failures: 5, errors: 9, slowdown: 12 }), 12)).toEqual(NO_CUSUM)
  })

  it('needs no controls', () => {
    const { connection, errors } = runsOver(of(6, { failures: 5, errors: 9, slowdown: 1 }), null)
    // By hand: 30 of 2.55 expected, against 10.347 times as many; 54 of 17, against 1.5 times as many.
    expect(connection.sum).toBeCloseTo(30 * Math.log(10.346652) - 2.55 * 9.346652, 4)
    expect(errors.sum).toBeCloseTo(54 * Math.log(1.5) - 17 * 0.5, 9)
  })

  it('is less where counts vary by more than chance from day to day', () => {
    const ticks = of(6, { failures: 5, errors: 9, slowdown: 1 })
    // Of an hour it is eight times as much as of a shift, of 17 devices a seventeenth; 17 / 6 are expected.
    const parts = { device: 3 / (8 / 17) / (17 / 6), line: 0, plant: 0 }
    const errorVariation = { shiftMinutes: 480, ofShift: parts, ofDay: parts }
    const varied = { dispersion: { connection: 2, errors: 1 }, errorVariation }
    const [plain, dispersed] = [{}, varied].map((over) => runsOver(ticks, 1, { ...baseline, ...over }))
    expect(plain?.connection.sum).toBeCloseTo(2 * (dispersed?.connection.sum as number), 9)
    expect(plain?.errors.sum).toBeCloseTo(4 * (dispersed?.errors.sum as number), 9)
  })

  it('is none of a count of which nothing was expected, which the rules on totals judge', () => {
    const evaluation = lookWith({ failures: 5, errors: 9, slowdown: 1 })
    const { stage, controls } = evaluation.total
    const unexpected = { ...evaluation, total: { stage: { ...stage, attempts: 0, expectedErrors: 0 }, controls } }
    expect(cusumAfter(NO_CUSUM, unexpected, [], baseline, policy)).toEqual(NO_CUSUM)
  })

  // The limit of 10 %, and four standard deviations of what an update may do to 17 canaries with 19 controls each.
  it.each([
    [1.122, 0],
    [1.1222, 12],
  ])('of the cycle time at %d times the usual lasts for %d of 12 evaluations', (slowdown, evaluations) => {
    expect(runsOver(of(12, { ...HEALTHY, slowdown })).cycleTime.evaluations).toBe(evaluations)
  })

  it('of the cycle time stands still while nothing is made', () => {
    const slow = of(6, { ...HEALTHY, slowdown: 1.25 })
    const { sum, effects } = runsOver(slow).cycleTime
    expect(runsOver([...slow, { ...HEALTHY, slowdown: 0 }]).cycleTime).toMatchObject({ sum, effects, evaluations: 7 })
  })

  it('is never less for worse evaluations', () => {
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
