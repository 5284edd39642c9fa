import { expect, it } from 'vitest'
import { bestWindowSigmas } from '../../../controller/statistics/moving-window.ts'
import { atLeast, risingPairs } from '../../../controller/statistics/trend-power.ts'

/** Normal values that are the same on every machine. */
function normals(seed: number): () => number {
  let state = seed
  const chance = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance())
}

it.each([
  [3, 12],
  [23, 12],
  [23, 4],
])('is reached in nine of ten by the best window of %d lengths in %d steps', (lengths, steps) => {
  const normal = normals(7)
  const least = bestWindowSigmas(lengths, steps, 0.9)
  let reached = 0
  const draws = 4_000
  for (let draw = 0; draw < draws; draw++) {
    const values = Array.from({ length: (lengths + 1) * steps }, normal)
    let sum = 0
    let best = Number.NEGATIVE_INFINITY
    for (const [i, value] of values.entries()) {
      sum += value - (i >= steps ? (values[i - steps] as number) : 0)
      if (i >= steps - 1) best = Math.max(best, sum / Math.sqrt(steps))
    }
    if (best >= least) reached += 1
  }
  expect(reached / draws).toBeGreaterThan(0.87)
  expect(reached / draws).toBeLessThan(0.93)
})

it('is the quantile of a single window where it does not move', () => {
  expect(bestWindowSigmas(0, 12, 0.9)).toBeCloseTo(-1.2816, 3)
})

it.each([
  [8, 0.1],
  [8, 0.4],
  [7, 0.6],
  [7, 0.9],
])('tells how often %d values that rise by %d have more pairs that rise', (n, step) => {
  const normal = normals(3)
  const draws = 4_000
  let [above, total] = [0, 0]
  for (let draw = 0; draw < draws; draw++) {
    const values = Array.from({ length: n }, (_, i) => i * step + normal())
    let s = 0
    for (let j = 1; j < n; j++)
      for (let i = 0; i < j; i++) s += Math.sign((values[j] as number) - (values[i] as number))
    if (s > 0) above += 1
    total += s
  }
  const { mean, chance } = risingPairs(n, step)
  expect(total / draws).toBeCloseTo(mean, 0)
  expect(chance).toBeGreaterThan(above / draws - 0.03)
  expect(chance).toBeLessThan(above / draws + 0.03)
})

it('tells how many of some are reached', () => {
  // Of 17 at 0.9: 14 or more with 91.7 %, 15 or more with 76.2 %.
  expect(atLeast(17, 0.9, 0.9)).toBe(14)
  expect(atLeast(17, 1, 0.9)).toBe(17)
  expect(atLeast(17, 0, 0.9)).toBe(0)
})
