import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { excessLogRatio } from '../../../controller/statistics/excess.ts'
import { maxSprtCriticalValue } from '../../../controller/statistics/sequential.ts'

/** So long a reference that it is no chance any more. */
const ENDLESS = 1e9
const likelihoodRatio = (count: number, expected: number): number =>
  excessLogRatio({ count, reference: ENDLESS, ratio: expected / ENDLESS })

/** The published statistic itself, for where a billion is not endless enough. [source: maxsprt] */
const exact = (count: number, expected: number): number =>
  count <= expected ? 0 : expected - count + count * Math.log(count / expected)

/** Expected count at which `count` events still give the critical value, by bisection below `count`. */
function latestSignal(count: number, criticalValue: number, ratio: typeof exact): number {
  let [low, high] = [0, count]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (ratio(count, middle) >= criticalValue) low = middle
    else high = middle
  }
  return low
}

/** Ten thousand such chances are none. */
const NEGLIGIBLE = 1e-15

/** Chances of 0, 1, 2 ... events, as far as they matter. */
function poisson(mean: number): number[] {
  const chances: number[] = []
  let chance = Math.exp(-mean)
  for (let n = 1; chance > NEGLIGIBLE || n < mean; n++) {
    chances.push(chance)
    chance *= mean / n
  }
  return chances
}

/** Chance that a Poisson process signals before its expected count reaches `end`: exact, from bound to bound. */
function chanceOfSignal(end: number, criticalValue: number, ratio: typeof exact): number {
  // quiet[i]: the chance of `lowest + i` events without a signal; what is far below signals no more.
  let quiet = [1]
  let [lowest, now, lost] = [0, 0, 0]
  const width = 9 * Math.sqrt(end) + 80
  for (let count = 1; now < end; count++) {
    const until = Math.min(latestSignal(count, criticalValue, ratio), end)
    const chances = poisson(until - now)
    const next = new Array<number>(count - lowest).fill(0)
    for (let n = 0; n < next.length; n++) {
      let chance = 0
      for (let k = Math.max(n + 1 - quiet.length, 0); k < Math.min(chances.length, n + 1); k++) {
        chance += (quiet[n - k] as number) * (chances[k] as number)
      }
      next[n] = chance
    }
    for (; next.length > width; lowest++) lost += next.shift() as number
    quiet = next
    now = until
  }
  return 1 - lost - quiet.reduce((sum, chance) => sum + chance, 0)
}

describe('the excess of a count over a reference', () => {
  it('is the MaxSPRT likelihood ratio where the reference is endless', () => {
    expect(likelihoodRatio(16, 5.1)).toBeCloseTo(5.1 - 16 + 16 * Math.log(16 / 5.1), 5)
  })

  it('is less the shorter the reference is, and the more the counts vary anyway', () => {
    const ratios = [1e6, 1000, 100, 20].map((reference) =>
      excessLogRatio({ count: 40, reference, ratio: 20 / reference }),
    )
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a))
    expect(ratios[3]).toBeLessThan((ratios[0] as number) * 0.6)
    // A relative variance of 3 / 20: a reference of 100 / (1 + 100 * 0.15) = 6.25, by the negative binomial ratio.
    const negativeBinomial = 40 * Math.log(40 / 20) - 46.25 * Math.log(46.25 / 26.25)
    expect(excessLogRatio({ count: 40, reference: 100, ratio: 0.2 }, 4)).toBeCloseTo(negativeBinomial, 9)
    expect(negativeBinomial).toBeLessThan((ratios[2] as number) / 4)
    expect(excessLogRatio({ count: 8, reference: 0, ratio: 0.2 }, 4)).toBeCloseTo((8 * Math.log(6)) / 4, 9)
  })

  it('is defined where nothing was counted, and nothing where there is no excess', () => {
    expect(excessLogRatio({ count: 0, reference: 0, ratio: 0.1 })).toBe(0)
    expect(excessLogRatio({ count: 0, reference: 50, ratio: 0.1 })).toBe(0)
    expect(excessLogRatio({ count: 8, reference: 0, ratio: 0.2 })).toBeCloseTo(8 * Math.log(6), 9)
    for (const ratio of [Number.NaN, 0]) expect(excessLogRatio({ count: 8, reference: 5, ratio })).toBe(0)
  })

  it.each([
    [1, 2.853937],
    [2, 3.046977],
    [5, 3.297183],
    [10, 3.467952],
    [20, 3.628123],
  ])('signals once in twenty at the published MaxSPRT critical value for T = %d', (end, criticalValue) => {
    // Without a least number of events (M = 1). [source: maxsprt-critical-values]
    expect(chanceOfSignal(end, criticalValue, likelihoodRatio)).toBeCloseTo(0.05, 5)
  })

  it.each([100, 200, 500, 1000])('signals once in twenty at the published value for T = %d, too', (end) => {
    const published = { 100: 3.952321, 200: 4.074828, 500: 4.222632, 1000: 4.324917 }[end] as number
    expect(chanceOfSignal(end, published, exact)).toBeCloseTo(0.05, 6)
  })

  it.each([1e-2, 1e-3, 1e-4, 1e-5])('signals with the alpha that its own critical value is for: %d', (alpha) => {
    expect(chanceOfSignal(10_000, maxSprtCriticalValue(alpha), exact) / alpha).toBeCloseTo(1, 3)
  })

  it('has critical values that are safe between the computed ones and beyond', () => {
    for (const alpha of [3e-3, 1.33e-4, 4e-5]) {
      expect(chanceOfSignal(1000, maxSprtCriticalValue(alpha), exact)).toBeLessThan(alpha)
    }
    expect(chanceOfSignal(1000, maxSprtCriticalValue(1e-7), exact)).toBeLessThan(1e-7)
  })
})

it('keeps within its budget over 288 interim looks at a canary, the baseline’s own chance included', () => {
  const chance = seedrandom.alea('budget')
  const draw = (mean: number): number => {
    let count = 0
    for (let p = chance(); p > Math.exp(-mean); p *= chance()) count += 1
    return count
  }
  const boundary = maxSprtCriticalValue(0.01)
  const windows = 3000
  let alarms = 0
  for (let window = 0; window < windows; window++) {
    let reference = 0
    for (let part = 0; part < 204; part++) reference += draw(20) // 17 devices, three strata, 80 errors each
    let [count, ratio, isAlarm] = [0, 0, false]
    for (let evaluation = 0; evaluation < 288 && !isAlarm; evaluation++) {
      count += draw(2.83)
      ratio += 2.83 / 4080
      isAlarm = excessLogRatio({ count, reference, ratio }) >= boundary
    }
    if (isAlarm) alarms += 1
  }
  // At an alpha that 3,000 windows can measure; 3.5 of its standard errors.
  expect(alarms / windows).toBeLessThan(0.01 + 3.5 * Math.sqrt(0.01 / windows))
})
