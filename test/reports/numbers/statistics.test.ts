import { expect, it } from 'vitest'
import { exactShareOf, meanOf, meanWithInterval, shareOf } from '../../../reports/numbers/statistics.ts'

/** Wilson score intervals as other programs print them (R: prop.test without correction; binom::binom.wilson). */
it.each([
  [2, 23, 0.0242, 0.268],
  [5, 10, 0.2366, 0.7634],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [81, 263, 0.2553, 0.3662],
])('%i of %i is within %f and %f', (count, of, low, high) => {
  const share = shareOf(count, of)
  expect(share.share).toBeCloseTo(count / of, 12)
  expect(share.low).toBeCloseTo(low, 3)
  expect(share.high).toBeCloseTo(high, 3)
})

it('is null without trials or values', () => {
  expect(shareOf(0, 0)).toEqual({ count: 0, of: 0, share: null, low: null, high: null })
  expect(meanOf([])).toBeNull()
})

/** Clopper-Pearson intervals. [source: newcombe] */
it.each([
  [81, 263, 0.2527, 0.3676],
  [15, 148, 0.0578, 0.1617],
  [0, 20, 0, 0.1684],
  [1, 29, 0.0009, 0.1776],
])('%i of %i is within %f and %f to be exact', (count, of, low, high) => {
  const share = exactShareOf(count, of)
  expect(share.low).toBeCloseTo(low, 4)
  expect(share.high).toBeCloseTo(high, 4)
})

it('is close to the Wilson interval for tens of thousands of trials', () => {
  const [exact, wilson] = [exactShareOf(2_000, 23_000), shareOf(2_000, 23_000)]
  expect(exact.low).toBeCloseTo(wilson.low as number, 3)
  expect(exact.high).toBeCloseTo(wilson.high as number, 3)
  expect(exactShareOf(0, 21_000).high).toBeCloseTo(1 - 0.025 ** (1 / 21_000), 7)
  expect(exactShareOf(0, 0)).toEqual(shareOf(0, 0))
})

/** Quantiles 0.975 of Student's t as tables print them. */
it.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [10, 2.228],
  [30, 2.042],
  [120, 1.98],
])('a mean with %i degrees of freedom is within %f standard errors', (degrees, quantile) => {
  const n = degrees + 1
  const values = Array.from({ length: n }, (_, i) => i)
  const deviation = Math.sqrt(((n + 1) * n) / 12) // of 0 to n - 1
  const { of, mean, high } = meanWithInterval(values)
  expect([of, mean]).toEqual([n, (n - 1) / 2])
  const errors = ((high as number) - (mean as number)) / (deviation / Math.sqrt(n))
  expect(Math.abs(errors / quantile - 1)).toBeLessThan(0.005)
})

it('one value has a mean and no interval', () => {
  expect(meanWithInterval([7])).toEqual({ of: 1, mean: 7, low: null, high: null })
})
