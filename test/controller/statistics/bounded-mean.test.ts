import { expect, it } from 'vitest'
import { boundedMeanNats, boundedMeanRadius } from '../../../controller/statistics/bounded-mean.ts'
import { binomialTail } from './binomial-tail.ts'

/**
 * A machine that stands for a share of the time loses 1 - share or -share about its mean: on the scale of the largest loss
 * its variance is that of the worst case.
 */
const OFTEN = [0.005, 0.02, 0.08, 0.3] as const

it.each(OFTEN)('is the exact chance where every one of the machines stands that do so for %d of the time', (share) => {
  const variance = share / (1 - share)
  for (const machines of [1, 4, 17])
    expect(boundedMeanNats(1, variance, machines)).toBeCloseTo(-machines * Math.log(share), 9)
})

it.each(OFTEN)('bounds the chance that so many of seventeen stand that do so for %d of the time', (share) => {
  const variance = share / (1 - share)
  for (let standing = 1; standing <= 17; standing++) {
    const mean = (standing / 17 - share) / (1 - share)
    const chance = binomialTail(17, standing, share)
    if (mean <= 0) continue
    expect(Math.exp(-boundedMeanNats(mean, variance, 17))).toBeGreaterThanOrEqual(chance * (1 - 1e-9))
    // No more than a factor of the order of the root of the machines above it.
    expect(Math.exp(-boundedMeanNats(mean, variance, 17))).toBeLessThan(chance * 2 * Math.sqrt(17))
  }
})

it('says nothing of a gain, nor where nothing varies', () => {
  expect(boundedMeanNats(-0.5, 0.01, 17)).toBe(0)
  expect(boundedMeanNats(0, 0.01, 17)).toBe(0)
  expect(boundedMeanNats(0.5, 0, 17)).toBe(0)
})

it('is no stronger beyond the largest loss there is', () => {
  expect(boundedMeanNats(1.2, 0.01, 17)).toBe(boundedMeanNats(1, 0.01, 17))
})

it('gives the mean that is evidence of just so much, and all where no mean is', () => {
  const radius = boundedMeanRadius(6, 0.02, 17)
  expect(boundedMeanNats(radius, 0.02, 17)).toBeCloseTo(6, 3)
  expect(boundedMeanRadius(1000, 0.02, 17)).toBe(1)
})
