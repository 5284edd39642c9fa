import { expect, it } from 'vitest'
import { NO_PEAKS, peaksAfter, peaksOf } from '../../../controller/evidence/memory-peaks.ts'
import { MINUTE_MS, START_MS } from '../fixtures.ts'

/** Evaluations five minutes apart, from the begin of a half hour on, of what one control uses. */
const afterUses = (uses: readonly (number | null)[]) =>
  uses.reduce(
    (peaks, used, i) =>
      peaksAfter(peaks, ['a'], new Map(used === null ? [] : [['a', used]]), START_MS + 5 * i * MINUTE_MS),
    NO_PEAKS,
  )

const HALF_HOUR = [150, 148, 149, 100, 100, 100]

it('are the largest of the half-hourly minima, by the first evaluations of each half hour', () => {
  expect(peaksOf(afterUses([...HALF_HOUR, 160]))).toEqual([148])
  const higher = HALF_HOUR.map((used) => used + 40)
  expect(peaksOf(afterUses([...HALF_HOUR, ...higher, ...HALF_HOUR, 160]))).toEqual([188])
})

it('are not known before a half hour is over, nor of one with fewer evaluations', () => {
  expect(peaksOf(afterUses(HALF_HOUR))).toEqual([])
  expect(peaksOf(afterUses([150, null, null, null, null, 149, 150]))).toEqual([])
})

it('stay while a control is silent, and go with it when it leaves', () => {
  const known = afterUses([...HALF_HOUR, 160])
  const silent = peaksAfter(known, ['a', 'b'], new Map(), START_MS + 90 * MINUTE_MS)
  expect(peaksOf(silent)).toEqual([148])
  expect(peaksOf(peaksAfter(silent, ['b'], new Map(), START_MS + 95 * MINUTE_MS))).toEqual([])
})
