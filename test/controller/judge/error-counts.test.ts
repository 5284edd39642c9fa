import { expect, it } from 'vitest'
import type { Baseline } from '../../../controller/evidence/baseline.ts'
import { emptySums } from '../../../controller/evidence/stratum-sums.ts'
import { countOf } from '../../../controller/judge/error-counts.ts'
import { errorsBefore } from '../../../controller/judge/errors-before.ts'

const stage = { errors: 9, expectedErrors: 2, countedMinutes: 600 }
const reference = { errors: 40, expectedErrors: 40, countedMinutes: 1200 }

it('mixes shifts as the errors that are expected, which are few where a shift had few by chance', () => {
  expect(countOf(stage, reference, 16)).toEqual({ count: 9, reference: 40, ratio: 0.05 })
  expect(countOf(stage, reference, 15.9)).toEqual({ count: 9, reference: 40, ratio: 0.5 })
  // The time does not let more be expected.
  expect(countOf({ ...stage, expectedErrors: 30 }, reference, 0).ratio).toBe(0.75)
  expect(countOf({ ...stage, expectedErrors: 0 }, reference, 16).ratio).toBe(0.5)
})

it('finds the shift that had the fewest, of all and of each line, whatever the week did not have', () => {
  const sums = (errors: number, countedMinutes = 5) => ({ ...emptySums(), errors, countedMinutes })
  const devices = { a: { x: sums(3), y: sums(1) }, b: { x: sums(0), y: sums(9), z: sums(0, 0) } }
  const baseline = { devices } as unknown as Baseline
  const of = (strata: readonly string[], line?: number) =>
    errorsBefore(baseline, ['a', 'b'], { a: 1, b: 2 }, strata, line)
  expect(of(['x', 'y'])).toEqual({ devices: 2, lines: 2, errors: 13, leastErrors: 3, countedMinutes: 20 })
  expect(of(['z', 'x', 'y']).leastErrors).toBe(3)
  expect(of(['x', 'y'], 1)).toEqual({ devices: 1, lines: 1, errors: 4, leastErrors: 1, countedMinutes: 10 })
  expect(of(['x', 'y'], 2).leastErrors).toBe(0)
  expect(of(['z'])).toMatchObject({ errors: 0, leastErrors: 0, countedMinutes: 0 })
  expect(of(['x'], 3)).toMatchObject({ devices: 0, leastErrors: 0 })
})
