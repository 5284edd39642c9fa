import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { excessLogRatio, withVariance } from '../../../controller/statistics/excess.ts'
import { maxSprtCriticalValue } from '../../../controller/statistics/sequential.ts'
import { likelihoodRatio, performanceOf } from './max-sprt.ts'

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
    const varying = withVariance({ count: 40, reference: 100, ratio: 0.2 }, 0.15)
    expect(excessLogRatio(varying)).toBeCloseTo(negativeBinomial, 9)
    expect(negativeBinomial).toBeLessThan((ratios[2] as number) / 4)
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
    expect(performanceOf({ end, criticalValue, ratio: likelihoodRatio }).power).toBeCloseTo(0.05, 5)
  })

  it.each([
    [1, 50, 3.819903],
    [1, 100, 3.952321],
    [1, 200, 4.074828],
    [1, 500, 4.222632],
    [1, 1000, 4.324917],
    [2, 50, 3.657142],
    [3, 50, 3.544826],
    [4, 1.5, 1.683209],
    [4, 2, 2.000158],
    [4, 5, 2.623668],
    [4, 10, 2.921561],
    [4, 50, 3.455521],
    [4, 100, 3.636508],
    [4, 1000, 4.109665],
    [10, 50, 3.117553],
  ])('signals once in twenty at the published value for M = %d, T = %d', (least, end, criticalValue) => {
    expect(performanceOf({ end, criticalValue, least }).power).toBeCloseTo(0.05, 6) // [source: maxsprt-critical-values]
  })

  // T = 10, twice as many events as expected. [source: maxsprt-performance]
  it.each([
    [1, 3.467952, 0.6850634, 4.130985, 5.979353],
    [3, 3.064248, 0.7329625, 4.071636, 5.654732],
  ])('has the published power and times for M = %d', (least, criticalValue, power, signalTime, sampleSize) => {
    const found = performanceOf({ end: 10, criticalValue, least, relativeRisk: 2 })
    expect(found.power).toBeCloseTo(power, 6)
    expect(found.signalTime).toBeCloseTo(signalTime, 5)
    expect(found.sampleSize).toBeCloseTo(sampleSize, 5)
  })

  it('has the power and the times of M = 4, T = 50 that its own simulation has', () => {
    const [criticalValue, least, end, relativeRisk, runs] = [3.455521, 4, 50, 1.5, 4000]
    const chance = seedrandom.alea('M = 4, T = 50')
    let [signals, times] = [0, 0]
    for (let run = 0; run < runs; run++) {
      for (let [count, now] = [0, 0]; ; ) {
        now -= Math.log(1 - chance()) / relativeRisk
        if (now > end) break
        count += 1
        if (count < least || likelihoodRatio(count, now) < criticalValue) continue
        signals += 1
        times += now
        break
      }
    }
    const { power, signalTime } = performanceOf({ end, criticalValue, least, relativeRisk })
    expect(power).toBeCloseTo(0.8354482, 6) // [source: maxsprt-performance]
    expect(signalTime).toBeCloseTo(19.608862, 4)
    expect(Math.abs(signals / runs - power)).toBeLessThan(3.5 * Math.sqrt((power * (1 - power)) / runs))
    expect(Math.abs(times / signals - signalTime)).toBeLessThan(3.5 * Math.sqrt(end ** 2 / 12 / signals))
  })

  it.each([1e-2, 1e-3, 1e-4, 1e-5])('signals with the alpha that its own critical value is for: %d', (alpha) => {
    const { power } = performanceOf({ end: 10_000, criticalValue: maxSprtCriticalValue(alpha) })
    expect(power / alpha).toBeCloseTo(1, 3)
  })

  it('has critical values that are safe between the computed ones and beyond', () => {
    const powerOf = (alpha: number): number =>
      performanceOf({ end: 1000, criticalValue: maxSprtCriticalValue(alpha) }).power
    for (const alpha of [3e-3, 1.33e-4, 4e-5]) {
      expect(powerOf(alpha)).toBeLessThan(alpha)
    }
    expect(powerOf(1e-7)).toBeLessThan(1e-7)
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
