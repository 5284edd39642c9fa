import { describe, expect, it } from 'vitest'
import { rareCountNats } from '../../../controller/statistics/rare-count.ts'
import { binomialTail } from './binomial-tail.ts'

const chance = (count: number, reference: number, ratio: number): number =>
  Math.exp(-rareCountNats({ count, reference, ratio }))

describe('the chance of a rare count', () => {
  it('is the binomial tail of all events over the two exposures', () => {
    for (const [count, reference, ratio] of [
      [1, 0, 0.01],
      [1, 1, 0.00714],
      [2, 5, 0.3],
      [3, 0, 2],
      [7, 12, 1],
      [20, 40, 0.5],
    ] as const) {
      expect(chance(count, reference, ratio)).toBeCloseTo(
        binomialTail(count + reference, count, ratio / (1 + ratio)),
        12,
      )
    }
  })

  it('needs no large numbers to be right, and stands them', () => {
    expect(chance(1, 1, 17 / 2380)).toBeCloseTo(0.01413, 5)
    expect(chance(5_000, 100_000, 0.05)).toBeCloseTo(0.503, 2)
    expect(rareCountNats({ count: 6_000, reference: 100_000, ratio: 0.05 })).toBeCloseTo(92.64, 1)
  })

  it('is certain for no event, and where nothing is known of the exposure', () => {
    expect(rareCountNats({ count: 0, reference: 3, ratio: 0.1 })).toBe(0)
    expect(rareCountNats({ count: 1, reference: 3, ratio: 0 })).toBe(0)
    expect(rareCountNats({ count: 1, reference: 3, ratio: Number.NaN })).toBe(0)
  })
})

/** Poisson chances of 0, 1, 2 ... events. */
const poisson = (mean: number): number[] => {
  const chances = [Math.exp(-mean)]
  for (let k = 1; k < mean + 12 * Math.sqrt(mean) + 12; k++) chances.push(((chances[k - 1] as number) * mean) / k)
  return chances
}
const atLeast = (mean: number, count: number): number =>
  1 -
  poisson(mean)
    .slice(0, count)
    .reduce((a, b) => a + b, 0)

it.each([0.2, 1, 3, 10, 40])(
  'tested after each event, the first %d in the reference or more, it keeps its level',
  (mean) => {
    for (const [count, level] of [
      [1, 0.015],
      [2, 0.0075],
      [4, 0.001],
      [1, 0.2],
    ] as const) {
      const ever = poisson(mean).reduce((sum, weight, reference) => {
        // The longest exposure at which the event of this number still counts, by bisection.
        let [low, high] = [0, 1e6]
        for (let i = 0; i < 80; i++) {
          const middle = (low + high) / 2
          if (chance(count, reference, middle) <= level) low = middle
          else high = middle
        }
        return sum + weight * atLeast(mean * low, count)
      }, 0)
      expect(ever).toBeLessThanOrEqual(level)
    }
  },
)
