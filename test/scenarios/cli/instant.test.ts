import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../../scenarios/cli/instant.ts'

const ZONE = 'Europe/Berlin'
/** Saturday, the day before the clocks of the plant go forward from 02:00 to 03:00. */
const START_MS = Date.parse('2026-03-28T14:00:00+01:00')
const parse = (text: string): string => new Date(parseInstant(text, START_MS, ZONE)).toISOString()

describe('an instant given by the user', () => {
  it.each([
    ['15:30', '2026-03-28T14:30:00.000Z'],
    ['14:00', '2026-03-28T13:00:00.000Z'], // the start itself
    ['13:59', '2026-03-29T11:59:00.000Z'], // tomorrow, in summer time
    ['3:10', '2026-03-29T01:10:00.000Z'],
    ['03:10:30', '2026-03-29T01:10:30.000Z'],
    ['2026-03-29T04:00', '2026-03-29T02:00:00.000Z'],
    ['2026-03-29 04:00', '2026-03-29T02:00:00.000Z'],
    ['2026-03-29T04:00Z', '2026-03-29T04:00:00.000Z'],
    ['2026-03-29T04:00+05:00', '2026-03-28T23:00:00.000Z'],
    ['2026-03-29T04:00[Europe/London]', '2026-03-29T03:00:00.000Z'],
    ['+14h10m', '2026-03-29T03:10:00.000Z'],
    ['+90 min', '2026-03-28T14:30:00.000Z'],
  ])('%s', (text, instant) => {
    expect(parse(text)).toBe(instant)
  })

  it.each(['25:10', '03:60', 'noon', '+', '+4', '2026-02-30T03:10', '2026-03-29T04:00[Mars/Base]', ''])(
    '%s is none, and the error shows how to write one',
    (text) => {
      expect(() => parse(text)).toThrow(/is not a time; write 03:10, /)
    },
  )
})
