import { expect, it } from 'vitest'
import { meanOf, shareOf } from '../../reports/statistics.ts'

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

it('says nothing of nothing', () => {
  expect(shareOf(0, 0)).toEqual({ count: 0, of: 0, share: null, low: null, high: null })
  expect(meanOf([])).toBeNull()
})
