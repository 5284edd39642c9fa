import { describe, expect, it } from 'vitest'
import { cellAt, gateOpensAtMs, shiftBoundaries } from '../../controller/calendar.ts'
import { DEFAULT_POLICY } from '../../controller/policy.ts'
import { HOUR_MS } from './fixtures.ts'

const at = (iso: string): number => Date.parse(iso)
const iso = (atMs: number): string => new Date(atMs).toISOString()

describe('cells', () => {
  it.each([
    ['2026-03-02T05:00:00Z', 'first/weekday'], // Monday 06:00 in Berlin
    ['2026-03-02T13:00:00Z', 'second/weekday'],
    ['2026-03-02T21:00:00Z', 'third/weekday'],
    ['2026-03-07T02:00:00Z', 'third/weekday'], // Saturday 03:00 belongs to Friday's night shift
    ['2026-03-07T05:00:00Z', 'first/weekend'],
    ['2026-03-09T04:59:00Z', 'third/weekend'], // Monday 05:59 belongs to Sunday's
  ])('%s is %s', (time, cell) => {
    expect(cellAt(DEFAULT_POLICY, at(time)).name).toBe(cell)
  })
})

describe('shift boundaries', () => {
  it('are three a day, in local time, over the change to summer time', () => {
    const boundaries = shiftBoundaries(DEFAULT_POLICY, at('2026-03-28T00:00:00Z'), at('2026-03-29T23:00:00Z'))
    expect(boundaries.map(iso)).toEqual([
      '2026-03-28T05:00:00.000Z',
      '2026-03-28T13:00:00.000Z',
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T04:00:00.000Z', // 06:00 is an hour earlier in UTC from now on
      '2026-03-29T12:00:00.000Z',
      '2026-03-29T20:00:00.000Z',
    ])
  })
})

describe('gates', () => {
  it('is open now inside its window, and opens with the next one outside', () => {
    expect(gateOpensAtMs(DEFAULT_POLICY, 'canary', at('2026-03-02T15:10:00Z'))).toBe(at('2026-03-02T15:10:00Z'))
    expect(iso(gateOpensAtMs(DEFAULT_POLICY, 'canary', at('2026-03-02T21:00:00Z')))).toBe('2026-03-03T13:00:00.000Z')
  })

  it('is open after midnight in a window that began the evening before', () => {
    expect(gateOpensAtMs(DEFAULT_POLICY, 'early', at('2026-03-03T02:30:00Z'))).toBe(at('2026-03-03T02:30:00Z'))
  })

  it('opens at 02:00 although the clocks skip that hour', () => {
    const opens = gateOpensAtMs(DEFAULT_POLICY, 'production', at('2026-03-28T12:00:00Z'))
    expect(iso(opens)).toBe('2026-03-29T01:00:00.000Z') // 02:00 does not exist; 03:00 summer time does
  })

  it('opens at the first of the two 02:00 when the clocks go back, and stays open for five hours', () => {
    const opens = gateOpensAtMs(DEFAULT_POLICY, 'production', at('2026-10-24T12:00:00Z'))
    expect(iso(opens)).toBe('2026-10-25T00:00:00.000Z')
    expect(gateOpensAtMs(DEFAULT_POLICY, 'production', opens + 4.9 * HOUR_MS)).toBe(opens + 4.9 * HOUR_MS)
    expect(gateOpensAtMs(DEFAULT_POLICY, 'production', opens + 5 * HOUR_MS)).toBe(at('2026-10-28T01:00:00Z'))
  })

  it('does not open in a window that lies inside the skipped hour', () => {
    const gates = { ...DEFAULT_POLICY.gates, production: [{ days: [7], from: '02:00', to: '03:00' }] }
    const opens = gateOpensAtMs({ ...DEFAULT_POLICY, gates }, 'production', at('2026-03-28T12:00:00Z'))
    expect(iso(opens)).toBe('2026-04-05T00:00:00.000Z')
  })

  // [detection E3] Wed + Sun 02-06, a window of 24 h and 15 minutes of install a stage
  it.each([
    ['Monday', '2026-03-02T13:00:00Z', 5.51],
    ['Tuesday', '2026-03-03T13:00:00Z', 4.51],
    ['Wednesday', '2026-03-04T13:00:00Z', 3.51],
    ['Thursday', '2026-03-05T13:00:00Z', 2.51],
  ])('leads a start on %s to production after the days that the reference table gives', (_, start, days) => {
    const stageMs = 24 * HOUR_MS + 0.25 * HOUR_MS
    const early = gateOpensAtMs(DEFAULT_POLICY, 'early', at(start) + stageMs)
    const production = gateOpensAtMs(DEFAULT_POLICY, 'production', early + stageMs)
    expect((production + 0.25 * HOUR_MS - at(start)) / (24 * HOUR_MS)).toBeCloseTo(days, 2)
  })
})
