import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import {
  hamedRaoFactor,
  mannKendallS,
  mannKendallTail,
  mannKendallVariance,
  mannKendallZ,
  riseTail,
  signsAgainst,
  signTail,
  theilSenSlope,
} from '../../../controller/statistics/trend.ts'
import { MONTHLY_RAINFALL } from './monthly-rainfall.ts'

describe('on a series that others have tested', () => {
  // pyMannKendall takes the months that were measured as one series. [source: monthly-rainfall]
  const variance = mannKendallVariance(MONTHLY_RAINFALL)

  it('gives the published S, variance, z and slope', () => {
    expect(mannKendallS(MONTHLY_RAINFALL)).toBe(-1959)
    expect(variance).toBeCloseTo(4889800.333, 3)
    expect(mannKendallZ(-1959, variance)).toBeCloseTo(-0.8854562842589916, 12)
    expect(theilSenSlope(MONTHLY_RAINFALL)).toBeCloseTo(-0.0064516129032258064, 12)
  })

  it('gives the published correction for autocorrelation, of all lags and of three', () => {
    const corrected = variance * hamedRaoFactor(MONTHLY_RAINFALL)
    expect(corrected).toBeCloseTo(257403.38678462413, 6)
    expect(mannKendallZ(-1959, corrected)).toBeCloseTo(-3.859273515045842, 10)
    const ofThree = variance * hamedRaoFactor(MONTHLY_RAINFALL, 3)
    expect(mannKendallZ(-1959, ofThree)).toBeCloseTo(-0.5191093899188985, 10)
  })
})

describe('the exact null distribution', () => {
  // [source: mann-kendall-null]
  it.each([
    [4, 6, 0.0417],
    [5, 8, 0.0417],
    [5, 10, 0.0083],
    [8, 16, 0.0305],
    [8, 18, 0.0156],
    [10, 21, 0.0363],
    [10, 23, 0.0233],
    [10, 25, 0.0143],
    [10, 27, 0.0083],
  ])('gives the printed tail for n = %d, S = %d', (n, s, p) => {
    expect(mannKendallTail(s, n)).toBeCloseTo(p, 4)
  })

  it('is certain of what cannot be less, and knows that there is no more', () => {
    expect([-15, -17].map((s) => mannKendallTail(s, 6))).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)])
    expect(mannKendallTail(15, 6)).toBeCloseTo(1 / 720, 12) // one order of 6!
    expect(mannKendallTail(17, 6)).toBe(0)
  })

  it('is counted out for 40 values, and normal for more', () => {
    expect(mannKendallTail(250, 40)).toBeCloseTo(0.0016467336, 9)
    expect(mannKendallTail(250, 41)).toBeCloseTo(0.0025809522, 9)
  })

  it('passes into the normal one', () => {
    for (const z of [1, 2, 3]) {
      const [below, above] = [40, 41].map((n) => {
        const s = Math.round(z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18))
        return mannKendallTail(s, n)
      }) as [number, number]
      expect(above / below).toBeGreaterThan(0.8)
      expect(above / below).toBeLessThan(1.3)
    }
  })
})

describe('a rise', () => {
  // Worked out by another hand, after Hamed & Rao.
  const wandering = [0, 1, 3, 6, 8, 9, 9, 8, 6, 5, 5, 6, 8, 11, 14, 16]
  const swinging = [2, 2, 3, 3, 9, 9, 9, 8, 8, 5, 5, 4, 4, 10, 10, 11, 11, 12]

  it('is less sure where values depend on those before them', () => {
    expect(hamedRaoFactor(wandering)).toBeCloseTo(1.135688025, 9)
    expect(mannKendallTail(64, 16)).toBeCloseTo(0.0016704809, 9)
    expect(riseTail(wandering)).toBeCloseTo(0.0036034671, 9)
  })

  it('is no surer where they go against them', () => {
    expect(hamedRaoFactor(swinging)).toBeCloseTo(0.7659136118, 9)
    expect(riseTail(swinging)).toBe(mannKendallTail(83, 18))
  })

  it('is as sure as it is where they are but equal', () => {
    const steps = [5, 5, 5, 5, 6, 6, 6, 6, 9, 9, 9, 9]
    expect(hamedRaoFactor(steps)).toBe(1)
    expect(riseTail(steps)).toBe(mannKendallTail(48, 12))
  })

  it.each([
    [[], 0, 0, 1],
    [[7], 0, 0, 1],
    [[7, 9], 2, 1, 0.5],
    [[0.1, 0.4], 0.3, 1, 0.5], // not on one straight line, by its last bit
    [[7, 9, 8, 13], 2, 4, 4 / 24],
    [[5, 5, 5, 5, 5], 0, 0, 71 / 120], // as if all orders were possible
  ])('of few values, or equal ones, has a slope and a chance: %j', (series, slope, s, chance) => {
    expect(theilSenSlope(series)).toBeCloseTo(slope, 12)
    expect(mannKendallS(series)).toBe(s)
    expect(hamedRaoFactor(series)).toBe(1)
    expect(riseTail(series)).toBeCloseTo(chance, 12)
  })

  it('is none in deviations where pairs balance, or nothing varies', () => {
    expect(mannKendallZ(0, 44)).toBe(0)
    expect(mannKendallVariance([5, 5, 5, 5, 5])).toBe(0)
    expect(mannKendallZ(3, 0)).toBe(0)
  })
})

it('compares a value with the first of a series, as many as are asked for', () => {
  expect(signsAgainst(5, [1, 5, 9, 2])).toBe(1)
  expect(signsAgainst(5, [1, 5, 9, 2], 3)).toBe(0)
})

/** Share of series whose rise is significant at 1 %. */
function alarms(options: { n: number; slope?: number; correlation?: number; runs?: number }, tail = riseTail): number {
  const { n, slope = 0, correlation = 0, runs = 1500 } = options
  const chance = seedrandom.alea(JSON.stringify(options))
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
  let count = 0
  for (let run = 0; run < runs; run++) {
    let noise = normal()
    const series = Array.from({ length: n }, (_, i) => {
      noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * normal()
      return i * slope + noise
    })
    if (tail(series) <= 0.01) count += 1
  }
  return count / runs
}

const uncorrected = (series: readonly number[]): number => mannKendallTail(mannKendallS(series), series.length)

describe('the power and the price', () => {
  // One-sided 1 %, slope in sigma per step. [source: mann-kendall-power]
  it.each([
    [24, 0.05, 0.196],
    [24, 0.1, 0.748],
    [12, 0.2, 0.298],
    [48, 0.05, 0.985],
  ])('finds a slope over n = %d, %d sigma a step, as often as computed', (n, slope, share) => {
    const found = alarms({ n, slope }, uncorrected)
    expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 1500))
  })

  // A nominal 1 % becomes 2.2 and 9.7 % with an AR(1) of 0.2 and 0.6. [source: mann-kendall-autocorrelation]
  it.each([
    [0.2, 0.022],
    [0.6, 0.097],
  ])(
    'alarms too often on values that depend on those before, at %d by so much, unless corrected',
    (correlation, share) => {
      const found = alarms({ n: 24, correlation }, uncorrected)
      expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 1500))
      expect(alarms({ n: 24, correlation })).toBeLessThan(found)
    },
  )
})

it('counts fair coins', () => {
  // Positive signs among 17. [source: sign-test]
  expect(signTail(14, 17)).toBeCloseTo(0.0064, 4)
  expect(signTail(15, 17)).toBeCloseTo(0.0012, 4)
  expect(signTail(16, 17)).toBeCloseTo(0.00014, 5)
  expect(signTail(17, 17)).toBeCloseTo(2 ** -17, 12)
  expect(signTail(0, 17)).toBeCloseTo(1, 12)
})

it('counts the coins of a fleet of any size', () => {
  expect(signTail(560, 1_000)).toBeCloseTo(0.0000825249, 9) // counted out
  expect(signTail(13_000, 25_500)).toBeCloseTo(0.00089, 5) // a normal deviate of 499/159.7
  expect(signTail(12_750, 25_500)).toBeGreaterThan(0.5)
  for (const positive of [500, 530, 560, 590]) {
    const [counted, approximated] = [signTail(positive, 1_000), signTail(positive, 1_001)]
    expect(approximated).toBeGreaterThan(counted)
    expect(approximated).toBeLessThan(counted * 1.5)
  }
})
