import { expect, it } from 'vitest'
import { axisOf } from '../../../reports/dashboard/axis.ts'

/** As the chart widget writes them; none stands at the top. */
function labels(values: readonly number[]): number[] {
  const { minY, maxY, numYLabels } = axisOf(values)
  return Array.from({ length: numYLabels }, (_, i) => Number((minY + (i * (maxY - minY)) / numYLabels).toFixed(2)))
}

it.each([
  ['a rise above its limit', [10, 0, 12], [0, 5, 10]],
  ['a fall below zero', [5, -14], [-20, -10, 0]],
  ['the whole fleet', [0, 340], [0, 100, 200, 300]],
  ['a small share', [0, 0.39], [0, 0.2, 0.4]],
  ['nothing at all', [0, 0], [0, 0.5]],
])('has round numbers for %s, zero among them', (_, values, expected) => {
  expect(labels(values)).toEqual(expected)
})

it.each([
  [[10, -14], 3],
  [[0, 340], 3],
  [[0, 1], 4],
])('has room for the longest number of %j', (values, characters) => {
  expect(axisOf(values).xLabelPadding).toBe(2 * characters)
})

it('holds every value', () => {
  for (const high of [0, 0.07, 1, 9.99, 10, 74, 340, 3_400]) {
    for (const low of [0, -0.4, -1, -27, -800]) {
      const { minY, maxY } = axisOf([high, low])
      expect(minY).toBeLessThanOrEqual(low)
      expect(maxY).toBeGreaterThan(high)
    }
  }
})
