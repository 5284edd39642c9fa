import { expect, it } from 'vitest'
import { timeOfDay } from '../../../reports/numbers/clock-text.ts'

it.each([
  ['2026-03-02T17:25:59.999Z', 'Europe/Berlin', 'Mon 02 18:25'],
  ['2026-03-01T23:00:00Z', 'Europe/Berlin', 'Mon 02 00:00'],
  ['2026-03-29T00:59:00Z', 'Europe/Berlin', 'Sun 29 01:59'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', 'Sun 29 03:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', 'Sun 25 02:30'],
  ['2026-03-01T18:30:00Z', 'Asia/Kolkata', 'Mon 02 00:00'],
  ['2026-03-02T05:00:00Z', 'UTC', 'Mon 02 05:00'],
])('%s in %s is %s', (instant, zone, shown) => {
  expect(timeOfDay(Date.parse(instant), zone)).toBe(shown)
})
