import { expect, it } from 'vitest'
import type { SmallestEffect } from '../../../reports/run/report.ts'
import { unseenOf } from '../../../reports/run/unseen.ts'

const leak = (observed: number | null, heldMiBPerHour: number | null): SmallestEffect => ({
  metric: 'memoryMiBPerHour',
  observed,
  reason: { code: 'SMALLEST_LEAK', data: { heldMiBPerHour }, text: '' },
})
const smallestEffects: readonly SmallestEffect[] = [
  leak(4.2, 2.9),
  leak(3.5, 2.4),
  leak(null, null),
  { metric: 'errorRateIncreasePct', observed: 34 },
  { metric: 'errorRateIncreasePct', observed: 12.5 },
]

it('says of a promoted release what no stage could have seen, and of another nothing', () => {
  expect(unseenOf({ outcome: 'promoted', smallestEffects })).toEqual([
    'memory growth below 2.4 MiB/h',
    'error rate increase below 12.5 %',
  ])
  expect(unseenOf({ outcome: 'promoted', smallestEffects: [leak(null, null)] })).toEqual([])
  expect(unseenOf({ outcome: 'rolled-back', smallestEffects })).toEqual([])
})
