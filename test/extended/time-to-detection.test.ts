import { expect, it } from 'vitest'
import { detectionTimes, type FaultName, growth } from '../scenarios/sweep/detection-times.ts'

/**
 * A measurement of a quarter of an hour; it is skipped unless DETECTION_SEEDS says over how many seeds, such as 3. A smaller
 * one of the same is in `npm test`.
 */
const SEEDS = Array.from({ length: Number(process.env.DETECTION_SEEDS ?? 0) }, (_, i) => i + 1)
/**
 * By how many minutes a larger fault may be found later: one evaluation, where a fault began so shortly before another
 * that the first long cycle has ended, and hardly anything is missing of what is made.
 */
const MAY_GROW: Readonly<Record<FaultName, number>> = { 'cycle time': 5, errors: 0, connections: 0, memory: 0 }
const SIZES: Readonly<Record<FaultName, readonly number[]>> = {
  'cycle time': [1.15, 1.2, 1.5, 2, 3, 5, 10, 30, 100, 1e3, 1e4, 1e5, 1e6],
  errors: [2, 3, 5, 10, 30, 100, 1e3, 1e4, 1e5, 1e6],
  connections: [3, 5, 10, 20, 30, 50, 75, 90, 100],
  memory: [5, 10, 20, 50, 100, 300, 1e3, 1e4, 1e5, 1e6],
}
const CASES = (Object.keys(SIZES) as FaultName[]).flatMap((name) =>
  (['1h', '11h30min'] as const).map((onset) => [name, onset] as const),
)

it.skipIf(SEEDS.length === 0).each(CASES)(
  'detects faults of %s that begin after %s the sooner the larger they are',
  async (name, onset) => {
    const times = await detectionTimes(name, SIZES[name], { seeds: SEEDS, onset })
    const table = SIZES[name].map((size, i) => `${size}: ${times[i]?.join(' ')}`).join('\n')
    expect(growth(times), table).toBeLessThanOrEqual(MAY_GROW[name])
  },
  600_000,
)
