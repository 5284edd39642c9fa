import seedrandom from 'seedrandom'
import { expect, it } from 'vitest'
import { type Count, excessLogRatio, rateInterval, withVariance } from '../../../controller/statistics/excess.ts'
import { boundaryUntilPlanned, plannedLogRatio } from '../../../controller/statistics/planned.ts'
import {
  criticalValueLess,
  maxSprtCriticalValue,
  mixtureLogRatio,
  mixtureRadius,
} from '../../../controller/statistics/sequential.ts'

const chance = seedrandom.alea('planned')
const draw = (mean: number): number => {
  let count = 0
  for (let p = chance(); p > Math.exp(-mean); p *= chance()) count += 1
  return count
}
const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())

it('is ever exceeded with twice the chance of ending above it, which is alpha', () => {
  // 5 %: two-sided 1.96, as of a test that looks once at 2.5 %.
  expect(Math.sqrt(2 * boundaryUntilPlanned(0.05))).toBeCloseTo(1.959964, 5)
  expect(plannedLogRatio(9, 0.5)).toBe(4.5)
  expect(plannedLogRatio(9, 1.01)).toBe(0)
})

it('keeps its alpha over 96 looks at Poisson counts beside a week, and sees a rise by 15 % that others do not', () => {
  const [alpha, looks, mean, runs] = [0.05, 96, 8.5, 1500]
  const boundary = boundaryUntilPlanned(alpha)
  const share = (factor: number, isPlanned: boolean): number => {
    let alarms = 0
    for (let run = 0; run < runs; run++) {
      let reference = 0
      for (let part = 0; part < 204; part++) reference += draw(20)
      const informationOf = (expected: number): number => 1 / (1 / expected + 1 / reference)
      let count = 0
      for (let look = 1; look <= looks; look++) {
        count += draw(mean * factor)
        const expected = mean * look
        const ratio = excessLogRatio({ count, reference, ratio: expected / 4080 })
        const of = informationOf(expected) / informationOf(mean * looks)
        const isAlarm = isPlanned ? plannedLogRatio(ratio, of) >= boundary : ratio >= maxSprtCriticalValue(alpha)
        if (!isAlarm) continue
        alarms += 1
        break
      }
    }
    return alarms / runs
  }
  expect(share(1, true)).toBeLessThan(alpha + 3.5 * Math.sqrt(alpha / runs))
  expect(share(1, true)).toBeGreaterThan(alpha / 2)
  expect(share(1.07, true)).toBeGreaterThan(share(1.07, false) + 0.1)
})

it('keeps its alpha where rates vary by a gamma distribution that is known', () => {
  const [alpha, runs, variance] = [0.05, 4000, 0.25]
  let alarms = 0
  for (let run = 0; run < runs; run++) {
    // Of shape 4: the sum of four exponential ones.
    let rate = 0
    for (let i = 0; i < 4; i++) rate -= Math.log(1 - chance()) / 4
    const count = withVariance({ count: draw(20 * rate), reference: 1e6, ratio: 20 / 1e6 }, variance)
    if (excessLogRatio(count) >= boundaryUntilPlanned(2 * alpha)) alarms += 1
  }
  // One look: the square root of twice the ratio is all but normal, and 5 % of that are above 1.645.
  expect(alarms / runs).toBeLessThan(alpha + 3.5 * Math.sqrt(alpha / runs))
})

it('has intervals that hold the true rate at all looks', () => {
  const [alpha, runs, looks, factor] = [0.05, 400, 48, 1.3]
  const isMore = (count: Count): boolean => excessLogRatio(count) >= maxSprtCriticalValue(alpha / 2)
  let missed = 0
  for (let run = 0; run < runs; run++) {
    let reference = 0
    for (let part = 0; part < 50; part++) reference += draw(20)
    let [count, isMissed] = [0, false]
    for (let look = 1; look <= looks && !isMissed; look++) {
      count += draw(4 * factor)
      const { low, high } = rateInterval({ count, reference, ratio: (4 * look) / 1000 }, isMore)
      isMissed = low > factor || (high !== null && high < factor)
    }
    if (isMissed) missed += 1
  }
  expect(missed / runs).toBeLessThan(alpha)
  expect(rateInterval({ count: 0, reference: 50, ratio: 0.1 }, isMore).low).toBe(0)
  expect(rateInterval({ count: 3, reference: 0, ratio: 0.1 }, isMore)).toEqual({ low: 0, high: null })
})

it('has an interval of a mean that ends where the mixture ratio reaches its boundary, and holds it at all looks', () => {
  const radius = mixtureRadius(0.01, 0.1, 7)
  expect(mixtureLogRatio(radius, 0.01, 0.1)).toBeCloseTo(7, 9)
  const [alpha, runs] = [0.05, 1500]
  let missed = 0
  for (let run = 0; run < runs; run++) {
    let sum = 0
    for (let n = 1; n <= 288; n++) {
      sum += 0.3 + normal()
      if (Math.abs(sum / n - 0.3) <= mixtureRadius(1 / n, 0.2, Math.log(1 / alpha))) continue
      missed += 1
      break
    }
  }
  expect(missed / runs).toBeLessThan(alpha)
})

it('asks for less where few are expected, by the published values and between them', () => {
  // Kulldorff 2011, alpha 0.05: 2.853937, 3.467952, 3.952321 and 4.324917 up to 1, 10, 100 and 1,000.
  // [source: maxsprt-critical-values]
  expect(criticalValueLess(10) - criticalValueLess(100)).toBeLessThanOrEqual(3.952321 - 3.467952 + 1e-3)
  expect(criticalValueLess(1) - criticalValueLess(10)).toBeLessThanOrEqual(3.467952 - 2.853937)
  expect([criticalValueLess(0.1), criticalValueLess(1e5)]).toEqual([criticalValueLess(1), 0])
})
