import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../controller/evidence/difference.ts'
import {
  addDelta,
  type LineSums,
  linesOf,
  NO_SUMS,
  noSums,
  Scatter,
  type Sums,
  totalOf,
} from '../../../controller/evidence/sums.ts'
import { NO_COUNTS } from '../fixtures.ts'

const ONE: Sums = {
  minutes: 1,
  countedMinutes: 2,
  readings: 3,
  attempts: 4,
  failures: 5,
  cycles: 6,
  cycleMs: 7,
  expectedCycleMs: 8,
  operations: 9,
  errors: 10,
  expectedErrors: 11,
  expectedReadings: 12,
  expectedCycles: 13,
  units: 14,
  expectedUnits: 15,
  boundedEffects: 16,
}
const times = (n: number): Sums =>
  Object.fromEntries(Object.entries(ONE).map(([member, value]) => [member, n * value])) as unknown as Sums

const lineOf = (line: number, stage: Sums, controls: Sums, evaluations = 1): LineSums => ({
  line,
  evaluations,
  stage,
  controls,
})

describe('the total', () => {
  const parts = [
    { stage: times(1), controls: times(10) },
    { stage: NO_SUMS, controls: times(20) },
    { stage: times(2), controls: NO_SUMS },
  ]

  it('adds up every member, of the stage and of its controls', () => {
    expect(totalOf(parts)).toEqual({ stage: times(3), controls: times(30) })
  })

  it('goes on from one that was made before, and is nothing of nothing', () => {
    expect(totalOf(parts, totalOf(parts))).toEqual({ stage: times(6), controls: times(60) })
    expect(totalOf([])).toEqual({ stage: NO_SUMS, controls: NO_SUMS })
  })
})

describe('the lines of several evaluations', () => {
  it('are each one, in the order in which they first occur', () => {
    const evaluations = [
      { lines: [lineOf(7, times(1), times(10)), lineOf(3, times(2), times(20))] },
      { lines: [lineOf(3, times(4), times(40)), lineOf(5, times(8), times(80))] },
    ]
    expect(linesOf(evaluations)).toEqual([
      lineOf(7, times(1), times(10)),
      lineOf(3, times(6), times(60), 2),
      lineOf(5, times(8), times(80)),
    ])
  })

  it('count the evaluations in which their stage was seen, also those that were added up before', () => {
    const [seen, unseen] = [lineOf(3, times(1), times(10)), lineOf(3, NO_SUMS, times(10))]
    const before = lineOf(3, times(5), times(50), 5)
    expect(linesOf([{ lines: [before] }, { lines: [unseen] }, { lines: [seen] }])).toEqual([
      lineOf(3, times(6), times(70), 6),
    ])
  })
})

/** Five minutes of a device; the older kind of document counts one of them. */
const delta = (over: Partial<Delta> = {}): Delta => ({
  ...NO_COUNTS,
  minutes: 5,
  countedMinutes: 1,
  connectionAttempts: 6,
  connectionFailures: 2,
  cycles: 10,
  cycleTimeMsSum: 330_000,
  unitsProduced: 9,
  qualityChecks: 3,
  qualityPasses: 2,
  operations: 120,
  errors: 3,
  ...over,
})
const EXPECTED = {
  maxEffect: 3,
  cycleTimeMs: 30_000,
  errorsPerMinute: 0.25,
  cyclesPerMinute: 2,
  unitsPerMinute: 1.5,
}
const MADE = {
  expectedReadings: 1,
  expectedCycles: 2,
  units: 9,
  expectedUnits: 1.5,
}

describe('what a device did', () => {
  it.each<[string, Delta, Partial<Sums>]>([
    [
      'counts next to what was expected',
      delta(),
      {
        ...MADE,
        countedMinutes: 1,
        readings: 1,
        cycles: 10,
        cycleMs: 330_000,
        expectedCycleMs: 300_000,
        boundedEffects: expect.closeTo(Math.log(1.1), 12),
        operations: 120,
        errors: 3,
        expectedErrors: 0.25,
      },
    ],
    [
      'is no reading of the cycle time where it made nothing',
      delta({ cycles: 0, cycleTimeMsSum: 0 }),
      { ...MADE, countedMinutes: 1, operations: 120, errors: 3, expectedErrors: 0.25 },
    ],
  ])('%s', (_, one, sums) => {
    const sum = noSums()
    addDelta(sum, one, EXPECTED)
    expect(sum).toEqual({ ...NO_SUMS, minutes: 5, attempts: 6, failures: 2, ...sums })
  })

  it('without an expectation counts for its connection only', () => {
    const sum = noSums()
    addDelta(sum, delta(), null)
    expect(sum).toEqual({ ...NO_SUMS, minutes: 5, attempts: 6, failures: 2 })
  })

  it('is added to what the others did', () => {
    const sum = { ...times(1000) }
    addDelta(sum, delta(), EXPECTED)
    addDelta(sum, delta(), EXPECTED)
    expect(sum).toMatchObject({ minutes: 1010, readings: 3002, cycleMs: 667_000, expectedErrors: 11_000.5 })
  })
})

describe('the scatter of the controls', () => {
  /** Devices of a line whose cycles take so many times as long as expected. */
  const noiseOf = (lines: readonly (readonly number[])[], others: readonly Partial<Delta>[] = []) => {
    const scatter = new Scatter()
    lines.forEach((factors, line) => {
      for (const factor of factors) scatter.add(line, delta({ cycleTimeMsSum: 300_000 * factor }), EXPECTED)
    })
    for (const over of others) scatter.add(0, delta(over), EXPECTED)
    return scatter.noise()
  }

  it('is that about the mean of the line, whatever the line does', () => {
    const [square, half] = [0.960906, 0.240227] // 2 (ln 2)^2 about the mean of 1, 2, 4; (ln 2)^2 / 2 about that of 8, 16
    expect(noiseOf([[1, 2, 4]])).toEqual({ squares: expect.closeTo(square, 6), degrees: 2 })
    expect(
      noiseOf([
        [1, 2, 4],
        [8, 16],
      ]),
    ).toEqual({ squares: expect.closeTo(square + half, 6), degrees: 3 })
  })

  it('is that of devices about what each would do by itself', () => {
    const scatter = new Scatter()
    scatter.add(3, delta({ cycles: 10, cycleTimeMsSum: 300_000 }), { ...EXPECTED, cycleTimeMs: 30_000 })
    scatter.add(3, delta({ cycles: 30, cycleTimeMsSum: 1_200_000 }), { ...EXPECTED, cycleTimeMs: 40_000 })
    expect(scatter.noise()).toEqual({ squares: expect.closeTo(0, 9), degrees: 1 })
  })

  it('is not measured on a line of one, nor on those that made nothing', () => {
    expect(noiseOf([])).toEqual({ squares: 0, degrees: 0 })
    expect(noiseOf([[3], [5]])).toEqual({ squares: expect.closeTo(0, 9), degrees: 0 })
    const idle = [{ cycles: 0, cycleTimeMsSum: 0 }, { cycles: 0 }, { cycleTimeMsSum: 0 }]
    expect(noiseOf([[1, 2]], idle)).toEqual({ squares: expect.closeTo(0.240227, 6), degrees: 1 })
  })
})

it('bounds what one reading says of the cycle time, up and down, and in the scatter as well', () => {
  const bounded = { ...EXPECTED, maxEffect: 0.2 }
  const effect = (cycleTimeMsSum: number): number => {
    const sum = noSums()
    addDelta(sum, delta({ cycleTimeMsSum }), bounded)
    return sum.boundedEffects
  }
  expect([effect(3_000_000), effect(30_000), effect(330_000)]).toEqual([0.2, -0.2, expect.closeTo(Math.log(1.1), 12)])
  const scatter = new Scatter()
  for (const factor of [1, 10]) scatter.add(0, delta({ cycleTimeMsSum: 300_000 * factor }), bounded)
  expect(scatter.noise()).toEqual({ squares: expect.closeTo(0.02, 12), degrees: 1 })
})
