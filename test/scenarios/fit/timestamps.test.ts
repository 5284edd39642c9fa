import { describe, expect, it } from 'vitest'
import { Timestamps } from '../../../scenarios/fit/timestamps.ts'

const NEVER = Number.NEGATIVE_INFINITY
const utc = (text: string): number => Date.parse(text)
const berlin = new Timestamps('Europe/Berlin')

describe('an instant', () => {
  it.each([
    ['2026-03-02T06:00:00Z', '2026-03-02T06:00:00Z'],
    ['2026-03-02 06:00:00.250+01:00', '2026-03-02T05:00:00.250Z'],
    ['2026-03-02T06:00-0530', '2026-03-02T11:30:00Z'],
    ['2026-03-02T06:00:00+01:00[Europe/Berlin]', '2026-03-02T05:00:00Z'],
    ['1772431200', '2026-03-02T06:00:00Z'],
    [1772431200.5, '2026-03-02T06:00:00.500Z'],
    [1772431200000, '2026-03-02T06:00:00Z'],
  ])('is read from %s', (given, expected) => {
    expect(new Timestamps(null).read(given, NEVER)).toBe(utc(expected))
  })

  it.each([
    ['2026-02-30T06:00Z', 'time "2026-02-30T06:00Z" does not exist'],
    ['2026-03-02T24:30Z', 'time "2026-03-02T24:30Z" does not exist'],
    ['02.03.2026 06:00', /^time "02.03.2026 06:00" is not ISO 8601, such as/],
    [12, /^time 12 is not ISO 8601/],
    [undefined, 'the time is missing'],
    ['2026-03-02T06:00', /has no offset; set --zone/],
  ])('is not %s', (given, problem) => {
    const found = new Timestamps(null).read(given, NEVER)
    if (typeof problem === 'string') expect(found).toBe(problem)
    else expect(found).toMatch(problem)
  })
})

describe('local time', () => {
  it('is that of the zone, in summer and in winter', () => {
    expect(berlin.read('2026-03-02T06:00', NEVER)).toBe(utc('2026-03-02T05:00:00Z'))
    expect(berlin.read('2026-07-02T06:00', NEVER)).toBe(utc('2026-07-02T04:00:00Z'))
  })

  it('that the clocks skip does not exist', () => {
    expect(berlin.read('2026-03-29T01:59', NEVER)).toBe(utc('2026-03-29T00:59:00Z'))
    expect(berlin.read('2026-03-29T02:30', NEVER)).toMatch(/does not exist in Europe\/Berlin: the clocks skip it/)
    expect(berlin.read('2026-03-29T03:00', NEVER)).toBe(utc('2026-03-29T01:00:00Z'))
  })

  it('that the clocks repeat is the first of both, and then the second', () => {
    let sinceMs = NEVER
    const read = (text: string): number => {
      sinceMs = berlin.read(text, sinceMs) as number
      return sinceMs
    }
    const times = ['01:50', '02:00', '02:30', '02:50', '02:00', '02:30', '02:50', '03:00']
    const found = times.map((time) => read(`2026-10-25T${time}`))
    const first = utc('2026-10-24T23:50:00Z')
    expect(found.map((atMs) => (atMs - first) / 60_000)).toEqual([0, 10, 40, 60, 70, 100, 120, 130])
  })
})
