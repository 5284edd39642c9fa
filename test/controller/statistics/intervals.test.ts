import seedrandom from 'seedrandom'
import { expect, it } from 'vitest'
import { meanInterval, shareInterval } from '../../../controller/statistics/exact-interval.ts'
import { rareCountNats } from '../../../controller/statistics/rare-count.ts'
import { medianInterval, riseTail, slopeInterval, theilSenSlope } from '../../../controller/statistics/trend.ts'

const chance = seedrandom.alea('intervals')
const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())

/** 95 % on both sides together, as tables have it. */
const NATS = -Math.log(0.025)

it.each([
  // Garwood's limits as tables of Poisson confidence limits print them. [source: garwood]
  [0, 0, 3.689],
  [1, 0.0253, 5.572],
  [3, 0.6187, 8.767],
  [10, 4.795, 18.39],
])('has the exact limits of a mean of which %d were counted', (count, low, high) => {
  const found = meanInterval(count, NATS)
  expect(found.low).toBeCloseTo(low, 3)
  expect(found.high).toBeCloseTo(high, 2)
})

it.each([
  // Clopper and Pearson's. [source: clopper-pearson]
  [0, 10, 0, 0.3085],
  [1, 10, 0.0025, 0.445],
  [5, 10, 0.1871, 0.8129],
  [10, 10, 0.6915, 1],
])('has the exact limits of a share of which %d of %d are known', (count, n, low, high) => {
  expect(shareInterval(count, n, NATS).low).toBeCloseTo(low, 4)
  expect(shareInterval(count, n, NATS).high).toBeCloseTo(high, 4)
})

it('leaves those that are undecided open', () => {
  expect(shareInterval(1, 10, NATS, 4)).toEqual({
    low: shareInterval(1, 10, NATS).low,
    high: shareInterval(5, 10, NATS).high,
  })
  expect(shareInterval(0, 3, NATS, 5)).toEqual({ low: 0, high: 1 })
})

/** Share of `runs` in which an interval leaves the truth out at any look, and that many more than `alpha` by chance. */
const missed = (runs: number, isMissed: () => boolean): number =>
  Array.from({ length: runs }, isMissed).filter(Boolean).length / runs
const atMost = (alpha: number, runs: number): number => alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs)

it('holds the mean of rare events at all times, where each event has a quarter of the level of the one before', () => {
  const [level, runs, rate] = [0.05, 2000, 0.02]
  const natsOf = (event: number): number => -Math.log(level) + Math.max(event - 1, 0) * Math.log(4)
  const share = missed(runs, () => {
    let count = 0
    let interval = meanInterval(0, natsOf(0), natsOf(1))
    for (let look = 1; look <= 200; look++) {
      if (chance() < rate) {
        count += 1
        interval = meanInterval(count, natsOf(count), natsOf(count + 1))
      }
      // One event a look at most: as rare as they are, the mean of a Poisson count.
      if (interval.low > rate * look || interval.high < rate * look) return true
    }
    return false
  })
  // All levels together, on either side.
  expect(share).toBeLessThan(atMost((2 * level * 4) / 3, runs))
})

it('holds the share of devices that fail while one after the other finishes', () => {
  const [level, runs, n, truth] = [0.05, 1000, 17, 0.15]
  const share = missed(runs, () => {
    let failed = 0
    for (let done = 1; done <= n; done++) {
      if (chance() < truth) failed += 1
      const { low, high } = shareInterval(failed, n, -Math.log(level), n - done)
      if (low > truth || high < truth) return true
    }
    return false
  })
  expect(share).toBeLessThan(atMost(2 * level, runs))
})

it('holds a slope and the median of several, each at its level', () => {
  const [alpha, runs, slope] = [0.05, 400, 0.3]
  const series = (): number[] => Array.from({ length: 16 }, (_, i) => slope * i + normal())
  const isOutside = ({ low, high }: { readonly low: number | null; readonly high: number | null }): boolean =>
    (low !== null && low > slope) || (high !== null && high < slope)
  expect(missed(runs, () => isOutside(slopeInterval(series(), alpha)))).toBeLessThan(atMost(2 * alpha, runs))
  const slopes = (): number[] => Array.from({ length: 9 }, () => theilSenSlope(series()))
  expect(missed(runs, () => isOutside(medianInterval(slopes(), alpha)))).toBeLessThan(atMost(2 * alpha, runs))
})

it('leaves no slope out that the test does not, and the other way round', () => {
  for (let run = 0; run < 200; run++) {
    const series = Array.from({ length: 4 + (run % 20) }, (_, i) => 0.2 * i + normal())
    const { low } = slopeInterval(series, 0.01)
    expect(low !== null && low > 0).toBe(riseTail(series) <= 0.01)
  }
  expect(slopeInterval([1, 2, 3], 0.01)).toEqual({ low: null, high: null })
  expect(slopeInterval([2, 2, 2, 2, 2, 2, 2, 2], 0.4)).toEqual({ low: null, high: null })
  expect(medianInterval([1, 2, 3], 0.1)).toEqual({ low: null, high: null })
  // One of five on one side has a chance of 6 in 32, none of them of 1.
  expect(medianInterval([5, 1, 3, 2, 4], 1 / 32)).toEqual({ low: 1, high: 5 })
  expect(medianInterval([5, 1, 3, 2, 4], 6 / 32)).toEqual({ low: 2, high: 4 })
})

it('never lets a crash be significant beside a mean that the interval holds', () => {
  for (const level of [0.0075, 0.00125]) {
    for (const reference of [1, 2, 5, 30, 300]) {
      for (let count = 1; count <= 8; count++) {
        for (const ratio of [1e-4, 1e-3, 0.01, 0.05, 0.2, 0.6]) {
          const nats = -Math.log(level * (1 + 1 / reference)) + (count - 1) * Math.log(4)
          if (rareCountNats({ count, reference, ratio }) < nats) continue
          expect(meanInterval(count, nats).low).toBeGreaterThan(reference * ratio)
        }
      }
    }
  }
})
