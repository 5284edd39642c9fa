import { expect, it } from 'vitest'
import { hoursText, listed } from '../../../controller/messages/wording.ts'
import { HOUR_MS, MINUTE_MS } from '../fixtures.ts'

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 'a, b, c, d, e and 3 more'],
])('the devices %j are written as "%s"', (things, text) => {
  expect(listed(things)).toBe(text)
})

it.each([
  [0, '0.0 h'],
  [5 * MINUTE_MS, '0.1 h'],
  [HOUR_MS, '1.0 h'],
  [30 * HOUR_MS + 20 * MINUTE_MS, '30.3 h'],
])('%i ms are written as "%s"', (durationMs, text) => {
  expect(hoursText(durationMs)).toBe(text)
})
