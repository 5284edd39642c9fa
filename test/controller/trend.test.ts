import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import {
  hamedRaoFactor,
  mannKendallS,
  mannKendallTail,
  mannKendallVariance,
  mannKendallZ,
  riseTail,
  signTail,
  theilSenSlope,
} from '../../controller/trend.ts'
import { MONTHLY_RAINFALL } from './monthly-rainfall.ts'

describe('on a series that others have tested', () => {
  // [pyMannKendall 1.3, which takes the months that were measured as one series; detection D5.6 counts the others, too]
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
  // [detection D5.6]
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
  // [detection D5.6: one-sided 1 %, slope in sigma per step]
  it.each([
    [24, 0.05, 0.196],
    [24, 0.1, 0.748],
    [12, 0.2, 0.298],
    [48, 0.05, 0.985],
  ])('finds a slope over n = %d, %d sigma a step, as often as computed', (n, slope, share) => {
    const found = alarms({ n, slope }, uncorrected)
    expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 1500))
  })

  // [detection D3: nominal 1 % becomes 2.2, 9.7 % at AR(1) 0.2, 0.6]
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
  // [detection D2: signs among 17]
  expect(signTail(14, 17)).toBeCloseTo(0.0064, 4)
  expect(signTail(15, 17)).toBeCloseTo(0.0012, 4)
  expect(signTail(16, 17)).toBeCloseTo(0.00014, 5)
  expect(signTail(17, 17)).toBeCloseTo(2 ** -17, 12)
  expect(signTail(0, 17)).toBeCloseTo(1, 12)
})

it('counts the coins of a fleet of any size', () => {
  expect(signTail(13_000, 25_500)).toBeCloseTo(0.00089, 5) // a normal deviate of 499/159.7
  expect(signTail(12_750, 25_500)).toBeGreaterThan(0.5)
  for (const positive of [500, 530, 560, 590]) {
    const [counted, approximated] = [signTail(positive, 1_000), signTail(positive, 1_001)]
    expect(approximated).toBeGreaterThan(counted)
    expect(approximated).toBeLessThan(counted * 1.5)
  }
})
