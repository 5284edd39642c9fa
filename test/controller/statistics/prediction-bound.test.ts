import seedrandom from 'seedrandom'
import { expect, it } from 'vitest'
import { predictionBound } from '../../../controller/statistics/prediction-bound.ts'

it('is the mean and so many standard deviations as tables of the t distribution say', () => {
  // t of 9 degrees of freedom: 1.833 for 95 %; a standard deviation of 3.0277.
  expect(predictionBound([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBeCloseTo(5.5 + 1.8331 * 3.0277 * Math.sqrt(1.1), 3)
})

it('is not known of fewer than two values', () => {
  expect(predictionBound([], 0.95)).toBeNull()
  expect(predictionBound([150], 0.95)).toBeNull()
  expect(predictionBound([150, 150], 0.95)).toBe(150)
})

it.each([
  [17, 0.05],
  [17, 0.001],
  [300, 0.05],
])('of %i values is exceeded by one more with a chance of %f', (n, chance) => {
  const uniform = seedrandom.alea('prediction')
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const tries = chance < 0.01 ? 100_000 : 10_000
  let beyond = 0
  for (let i = 0; i < tries; i++) {
    const bound = predictionBound(
      Array.from({ length: n }, () => 148 + 5 * normal()),
      1 - chance,
    ) as number
    if (148 + 5 * normal() > bound) beyond += 1
  }
  const sigma = Math.sqrt(tries * chance * (1 - chance))
  expect(Math.abs(beyond - tries * chance)).toBeLessThan(3.5 * sigma)
})
