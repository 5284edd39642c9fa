import { expect, it } from 'vitest'
import { directionOf, meanDifference, type Pair, shareDifference } from '../../../reports/numbers/paired.ts'

const pairs = (both: number, first: number, second: number, none: number): Pair<boolean>[] => [
  ...new Array<Pair<boolean>>(both).fill([true, true]),
  ...new Array<Pair<boolean>>(first).fill([true, false]),
  ...new Array<Pair<boolean>>(second).fill([false, true]),
  ...new Array<Pair<boolean>>(none).fill([false, false]),
]

// Tables of the paper for method 10, first less second. [source: newcombe-paired]
it.each([
  [36, 12, 2, 0, 0.0569, 0.3404],
  [20, 12, 2, 16, 0.0562, 0.3292],
])('gives the published interval of paired shares for %d, %d, %d, %d', (both, first, second, none, low, high) => {
  const found = shareDifference(pairs(both, first, second, none))
  expect(found.difference).toBeCloseTo(-(first - second) / (both + first + second + none), 12)
  expect(found.low).toBeCloseTo(-high, 3)
  expect(found.high).toBeCloseTo(-low, 3)
})

it('makes no certainty of pairs that all agree', () => {
  const { difference, low, high } = shareDifference(pairs(0, 0, 0, 20))
  expect(difference).toBe(0)
  expect(low).toBeLessThan(-0.1)
  expect(high).toBeGreaterThan(0.1)
  expect(shareDifference([])).toEqual({ pairs: 0, difference: null, low: null, high: null })
})

it("gives Student's interval of the differences, without the pairs that lack a value", () => {
  // Differences 1, 2, 3: mean 2, standard error 0.5774, t with 2 degrees of freedom 4.3027.
  const found = meanDifference([
    [10, 11],
    [100, 102],
    [null, 5],
    [5, 8],
  ])
  expect(found).toMatchObject({ pairs: 3, difference: 2 })
  expect(found.low).toBeCloseTo(2 - 4.302653 / Math.sqrt(3), 5)
  expect(found.high).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 5)
})

it('has a direction only beyond chance', () => {
  expect(directionOf({ pairs: 3, difference: 2, low: 1, high: 3 })).toBe('more')
  expect(directionOf({ pairs: 3, difference: -2, low: -3, high: -1 })).toBe('less')
  expect(directionOf({ pairs: 3, difference: 2, low: -1, high: 5 })).toBe(null)
  expect(directionOf({ pairs: 1, difference: 2, low: null, high: null })).toBe(null)
})
