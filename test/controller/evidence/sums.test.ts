import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../controller/evidence/difference.ts'
import {
  addDelta,
  type LineSums,
  linesOf,
  NO_SUMS,
  NO_TOTALS,
  noSums,
  Scatter,
  type Sums,
  type Totals,
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
  ] as const

  it('adds up every member, of the stage and of its controls', () => {
    expect(totalOf([parts[0], parts[2]])).toEqual({ stage: times(3), controls: times(10), perControl: 0.1 })
    expect(totalOf([parts[1]])).toEqual({ stage: NO_SUMS, controls: times(20) })
  })

  it('goes on from one that was made before, and is nothing of nothing', () => {
    const before = totalOf([parts[0]])
    expect(totalOf([parts[0]], before)).toEqual({ stage: times(2), controls: times(20), perControl: 0.1 })
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
      { ...lineOf(7, times(1), times(10)), perControl: 0.1 },
      { ...lineOf(3, times(6), times(60), 2), perControl: 0.1 },
      { ...lineOf(5, times(8), times(80)), perControl: 0.1 },
    ])
  })

  it('count the evaluations in which their stage was seen, also those that were added up before', () => {
    const [seen, unseen] = [lineOf(3, times(1), times(10)), lineOf(3, NO_SUMS, times(10))]
    const before = lineOf(3, times(5), times(50), 5)
    const [line] = linesOf([{ lines: [before] }, { lines: [unseen] }, { lines: [seen] }])
    expect(line).toMatchObject({ line: 3, evaluations: 6, stage: times(6) })
    // What the controls did meanwhile is compared with nothing.
    expect(line?.controls.minutes).toBeCloseTo(60 * (ONE.minutes as number), 9)
  })
})

describe('the controls of several evaluations', () => {
  /** So many devices for five minutes, at `level` times the errors that are expected: 0.5 of each. */
  const devices = (count: number, level: number): Sums => ({
    ...NO_SUMS,
    minutes: 5 * count,
    expectedReadings: count,
    errors: count * level,
    expectedErrors: 0.5 * count,
  })
  const riseOf = ({ errors, expectedErrors }: Sums): number => errors / expectedErrors
  /** What a plant shows that has bad hours, and how many controls there are then. */
  const hours = fc.array(
    fc.record({
      level: fc.double({ min: 0.1, max: 5, noNaN: true }),
      stage: fc.integer({ min: 1, max: 20 }),
      controls: fc.integer({ min: 1, max: 255 }),
    }),
    { minLength: 1, maxLength: 40 },
  )

  it('show what the stage does in a plant where all devices are alike, however many there are of them when', () => {
    fc.assert(
      fc.property(hours, fc.nat(), (parts, at) => {
        const evaluations = parts.map(({ level, stage, controls }) => ({
          stage: devices(stage, level),
          controls: devices(controls, level),
        }))
        const cut = at % evaluations.length
        // Added up one after another, and in two parts: no order matters.
        for (const total of [
          evaluations.reduce<Totals>((sum, one) => totalOf([one], sum), NO_TOTALS),
          totalOf([totalOf(evaluations.slice(0, cut)), totalOf(evaluations.slice(cut))]),
        ]) {
          expect(riseOf(total.controls)).toBeCloseTo(riseOf(total.stage), 9)
          const all = evaluations.reduce((sum, { controls }) => sum + controls.minutes, 0)
          expect(total.controls.minutes).toBeLessThanOrEqual(all * (1 + 1e-9))
        }
      }),
      { seed: 1 },
    )
  })

  it('are not those of the good days, when there were more of them: Simpson’s paradox', () => {
    const good = { stage: devices(17, 1), controls: devices(255, 1) }
    const bad = { stage: devices(17, 1.3), controls: devices(17, 1.3) }
    const { stage, controls } = totalOf([good, bad])
    expect(riseOf(stage) / riseOf(controls)).toBeCloseTo(1, 9)
    // A sum would have blamed the stage: 272 controls' worth of good hours for 17 of bad ones.
    expect(riseOf(stage) / ((255 + 1.3 * 17) / (0.5 * 272))).toBeGreaterThan(1.12)
    // As certain as one group of 31.9 controls throughout: 34 / 31.9 is (17 / 255 + 17 / 17) / 2 of 2.
    expect(controls.minutes / 5).toBeCloseTo((17 + 17) ** 2 / (17 ** 2 / 255 + 17 ** 2 / 17), 9)
  })

  it('are a plain sum where each device of the stage always had as many, and where none was seen', () => {
    const one = { stage: devices(2, 1), controls: devices(30, 1) }
    expect(totalOf([one, one]).controls).toEqual(devices(60, 1))
    const unseen = { stage: NO_SUMS, controls: devices(30, 2) }
    expect(totalOf([unseen, unseen]).controls).toEqual(devices(60, 2))
  })

  it('weigh by devices: what one of them reports late was of other evaluations', () => {
    const late = { stage: { ...devices(1, 1), minutes: 180 }, controls: devices(15, 1) }
    const usual = { stage: devices(1, 1), controls: devices(15, 1) }
    expect(totalOf([late, usual]).controls).toEqual(devices(30, 1))
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
