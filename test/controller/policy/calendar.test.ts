import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import {
  closedForGoodBy,
  dayNumber,
  gateAt,
  gateOpensAtMs,
  shiftBoundaries,
  stratumAt,
  stratumNames,
} from '../../../controller/policy/calendar.ts'
import { DEFAULT_POLICY, type Policy, type WeeklyWindow } from '../../../controller/policy/policy.ts'
import { OPEN_GATES, STAGES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS } from '../fixtures.ts'

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
  ])('%s is %s', (time, stratum) => {
    expect(stratumAt(DEFAULT_POLICY, at(time)).name).toBe(stratum)
  })

  it('are two for every shift of a policy, in its order', () => {
    expect(stratumNames(DEFAULT_POLICY)).toEqual([
      'first/weekday',
      'first/weekend',
      'second/weekday',
      'second/weekend',
      'third/weekday',
      'third/weekend',
    ])
  })

  it('cover the day, or the policy is none', () => {
    const day = { ...DEFAULT_POLICY, shifts: [{ name: 'day', from: '06:00', to: '22:00' }] }
    expect(stratumAt(day, at('2026-03-02T20:59:59Z')).name).toBe('day/weekday')
    expect(() => stratumAt(day, at('2026-03-02T21:00:00Z'))).toThrow(
      'invariant: the shifts of the policy do not cover the day',
    )
  })

  it('may be of one shift around the clock, which begins anew every day', () => {
    const alone = { ...DEFAULT_POLICY, shifts: [{ name: 'all', from: '06:30', to: '06:30' }] }
    expect(stratumAt(alone, at('2026-03-02T05:29:00Z'))).toEqual({
      name: 'all/weekend', // Sunday's
      shiftStartMs: at('2026-03-01T05:30:00Z'),
      shiftEndMs: at('2026-03-02T05:30:00Z'),
    })
    expect(stratumAt(alone, at('2026-03-02T05:30:00Z')).name).toBe('all/weekday')
  })

  describe('are worked out once', () => {
    /** A site whose shifts nobody has asked for yet. */
    const newSite = (): Policy => ({ ...DEFAULT_POLICY, shifts: [...DEFAULT_POLICY.shifts] })
    const shiftStartMs = at('2026-03-02T13:00:00Z')

    it('for the whole of a shift, and no longer', () => {
      const site = newSite()
      const stratum = stratumAt(site, shiftStartMs + HOUR_MS)
      expect(stratum.name).toBe('second/weekday')
      expect(stratumAt(site, shiftStartMs - 1).name).toBe('first/weekday')
      expect(stratumAt(site, shiftStartMs + 8 * HOUR_MS).name).toBe('third/weekday')
      for (const atMs of [shiftStartMs, shiftStartMs + 8 * HOUR_MS - 1]) expect(stratumAt(site, atMs)).toBe(stratum)
    })

    it('for the 32 shifts that were asked for last, which is more than a week', () => {
      const site = newSite()
      const cellOf = (shift: number) => stratumAt(site, shiftStartMs + shift * 8 * HOUR_MS)
      const [first, second] = [cellOf(0), cellOf(1)]
      for (let shift = 2; shift < 32; shift++) cellOf(shift)
      expect(cellOf(0)).toBe(first)
      cellOf(32) // for which the second one goes, since the first was just asked for
      expect(cellOf(0)).toBe(first)
      expect(cellOf(1)).not.toBe(second)
      expect(cellOf(1)).toEqual(second)
    })

    it('for each zone by itself', () => {
      const site = newSite()
      expect(stratumAt(site, shiftStartMs).name).toBe('second/weekday')
      expect(stratumAt({ ...site, zone: 'America/New_York' }, shiftStartMs).name).toBe('first/weekday') // 08:00 there
    })
  })
})

it.each([
  ['1970-01-01T12:00:00Z', 0],
  ['2026-03-02T22:59:59Z', 20_514],
  ['2026-03-02T23:00:00Z', 20_515], // midnight in Berlin
  ['2026-06-30T22:00:00Z', 20_635], // and in summer
])('%s is day %i of the site', (time, day) => {
  expect(dayNumber(DEFAULT_POLICY, at(time))).toBe(day)
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

  it.each([
    ['2026-03-02T05:00:00Z', '2026-03-02T13:00:00Z', ['05:00', '13:00']], // both ends are in
    ['2026-03-02T05:00:01Z', '2026-03-02T12:59:59Z', []],
    ['2026-03-02T12:00:00Z', '2026-03-02T14:00:00Z', ['13:00']],
  ])('are those from %s to %s', (from, to, times) => {
    expect(shiftBoundaries(DEFAULT_POLICY, at(from), at(to)).map(iso)).toEqual(
      times.map((time) => `2026-03-02T${time}:00.000Z`),
    )
  })

  it('come in order, in whatever order the policy names its shifts, and at midnight if one begins then', () => {
    const shifts = [
      { name: 'night', from: '18:00', to: '00:00' },
      { name: 'early', from: '00:00', to: '09:00' },
      { name: 'day', from: '09:00', to: '18:00' },
    ]
    const boundaries = shiftBoundaries(
      { ...DEFAULT_POLICY, shifts },
      at('2026-03-02T00:00:00Z'),
      at('2026-03-02T23:00:00Z'),
    )
    expect(boundaries.map(iso)).toEqual([
      '2026-03-02T08:00:00.000Z',
      '2026-03-02T17:00:00.000Z',
      '2026-03-02T23:00:00.000Z',
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

  it('opens two weeks later where the clocks skip the window of the week between', () => {
    const gates = { ...DEFAULT_POLICY.gates, production: [{ days: [7], from: '02:00', to: '03:00' }] }
    const opens = gateOpensAtMs({ ...DEFAULT_POLICY, gates }, 'production', at('2026-03-22T02:00:00Z'))
    expect(iso(opens)).toBe('2026-04-05T00:00:00.000Z')
  })

  it('says so when its policy has no day for it', () => {
    const gates = { ...DEFAULT_POLICY.gates, early: [{ days: [], from: '02:00', to: '03:00' }] }
    expect(() => gateOpensAtMs({ ...DEFAULT_POLICY, gates }, 'early', at('2026-03-22T02:00:00Z'))).toThrow(
      'invariant: the gate of early never opens',
    )
  })

  // Wed + Sun 02-06, a window of 24 h and 15 minutes of install a stage. [source: reference-calendar]
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

describe('deny windows and freezes', () => {
  const holiday = { name: 'Christmas', from: '2026-12-23T18:00', to: '2027-01-04T06:00' }
  const denied = (from: string, to: string) => ({ code: 'DENY_WINDOW', data: { from, to } })
  const frozen = (name: string) => ({ code: 'FREEZE_CALENDAR', data: { name } })
  const with_ = (over: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...over })
  const deny = (from: string, to: string, days = [1, 2, 3, 4, 5, 6, 7]): Policy['deny'] => ({
    canary: [{ days, from, to }],
  })

  it('close the gate for its stage alone, and name what closes it', () => {
    const policy = with_({ deny: deny('14:00', '15:00') })
    const gate = gateAt(policy, 'canary', at('2026-03-02T13:10:00Z'), false)
    expect([iso(gate.opensAtMs), gate.closedBy]).toEqual(['2026-03-02T14:00:00.000Z', denied('14:00', '15:00')])
    expect(gateAt(policy, 'early', at('2026-03-02T21:30:00Z'), false).closedBy).toBeNull()
  })

  it('move a window that is closed to its end to the next one', () => {
    const policy = with_({ deny: deny('13:00', '22:00', [1]) })
    expect(iso(gateOpensAtMs(policy, 'canary', at('2026-03-02T13:10:00Z')))).toBe('2026-03-03T13:00:00.000Z')
  })

  it('cover the night they span, on the day they began', () => {
    const policy = with_({ deny: { early: [{ days: [1], from: '23:00', to: '04:00' }] } })
    expect(iso(gateOpensAtMs(policy, 'early', at('2026-03-02T23:30:00Z')))).toBe('2026-03-03T03:00:00.000Z')
    expect(iso(gateOpensAtMs(policy, 'early', at('2026-03-03T23:30:00Z')))).toBe('2026-03-03T23:30:00.000Z')
  })

  it('hold every stage over a dated freeze, whatever its length', () => {
    const policy = with_({ freezes: [holiday] })
    for (const stage of STAGES) {
      const gate = gateAt(policy, stage, at('2026-12-23T18:00:00Z'), false)
      expect(gate.opensAtMs).toBeGreaterThanOrEqual(at('2027-01-04T05:00:00Z'))
      expect(gate.closedBy).toEqual(frozen('Christmas'))
    }
    expect(gateAt(policy, 'canary', at('2026-12-23T16:30:00Z'), false)).toMatchObject({ closedBy: null })
  })

  it.each([
    ['13:00:00', '14:15', '14:45', '13:00:00', null], // it has yet to begin
    ['13:15:00', '14:15', '14:45', '13:45:00', denied('14:15', '14:45')],
    ['13:44:59', '14:15', '14:45', '13:45:00', denied('14:15', '14:45')],
    ['13:45:00', '14:15', '14:45', '13:45:00', null],
    ['13:00:00', '13:50', '14:20', '13:20:00', denied('13:50', '14:20')],
    ['13:00:00', '21:45', '14:10', '13:10:00', denied('21:45', '14:10')], // from the evening before
  ])('last to the minute: at %s Z one from %s to %s opens the gate at %s Z', (now, from, to, opens, closedBy) => {
    const gate = gateAt(with_({ deny: deny(from, to) }), 'canary', at(`2026-03-02T${now}Z`), false)
    expect([iso(gate.opensAtMs), gate.closedBy]).toEqual([`2026-03-02T${opens}.000Z`, closedBy])
  })

  it.each([
    ['13:59:59', '13:59:59', null],
    ['14:00:00', '15:00:00', frozen('audit')],
    ['14:59:59', '15:00:00', frozen('audit')],
    ['15:00:00', '15:00:00', null],
  ])('last to the minute: at %s Z a freeze from 15:00 to 16:00 opens the gate at %s Z', (now, opens, closedBy) => {
    const policy = with_({ freezes: [{ name: 'audit', from: '2026-03-02T15:00', to: '2026-03-02T16:00' }] })
    const gate = gateAt(policy, 'canary', at(`2026-03-02T${now}Z`), false)
    expect([iso(gate.opensAtMs), gate.closedBy]).toEqual([`2026-03-02T${opens}.000Z`, closedBy])
  })

  it('let a hotfix past windows and freezes, not past a deny window', () => {
    const policy = with_({ freezes: [holiday], deny: deny('20:00', '21:00') })
    const atNight = at('2026-12-25T02:00:00Z')
    expect(gateAt(policy, 'canary', atNight, true)).toEqual({ opensAtMs: atNight, closedBy: null })
    const gate = gateAt(policy, 'canary', at('2026-12-25T19:30:00Z'), true)
    expect(iso(gate.opensAtMs)).toBe('2026-12-25T20:00:00.000Z')
  })

  /** Sunday 25 October 2026: the clocks of Berlin show 02:00 to 03:00 twice, first at +02:00 and then at +01:00. */
  it.each([
    ['02:15', '02:45', '2026-10-25T00:15:00Z', '2026-10-25T01:45:00Z'],
    ['01:30', '02:30', '2026-10-24T23:30:00Z', '2026-10-25T01:30:00Z'],
    ['02:30', '03:30', '2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z'],
  ])('hold through both passes of an hour that the clocks repeat: %s to %s', (from, to, first, end) => {
    const deny = { canary: [{ days: [7], from, to }] }
    const freezes = [{ name: 'f', from: `2026-10-25T${from}`, to: `2026-10-25T${to}` }]
    for (const closed of [{ deny }, { freezes }]) {
      const policy: Policy = { ...DEFAULT_POLICY, gates: OPEN_GATES, ...closed }
      expect(iso(gateOpensAtMs(policy, 'canary', at(first) - 1))).toBe(iso(at(first) - 1))
      for (let atMs = at(first); atMs < at(end); atMs += 5 * MINUTE_MS) {
        expect(iso(gateOpensAtMs(policy, 'canary', atMs))).toBe(iso(at(end)))
      }
    }
  })

  it.each<[string, string, string, boolean]>([
    ['leaves the five minutes that an evaluation falls into', '14:05', '22:00', false],
    ['leaves less than that at the beginning', '14:04', '22:00', true],
    ['leaves as much at the end', '13:00', '21:55', false],
    ['leaves less at the end', '13:00', '21:56', true],
    ['leaves nothing', '13:00', '23:00', true],
  ])('never open a gate of which a deny window %s', (_, from, to, isClosed) => {
    const DAYS = [1, 2, 3, 4, 5, 6, 7]
    const policy: Policy = { ...DEFAULT_POLICY, deny: { canary: [{ days: DAYS, from, to }] } }
    const by = { code: 'DENY_WINDOW', data: { from, to } }
    // Also from within what is left.
    for (const time of ['2026-03-02T13:02:00Z', '2026-03-02T20:58:00Z', '2026-03-02T08:00:00Z']) {
      expect(closedForGoodBy(policy, 'canary', at(time), false)).toEqual(isClosed ? by : null)
    }
    expect(closedForGoodBy(policy, 'early', at('2026-03-02T13:00:00Z'), false)).toBeNull()
  })

  it('say so when a gate never opens', () => {
    const policy = with_({ deny: deny('00:00', '00:00') })
    expect(() => gateOpensAtMs(policy, 'canary', at('2026-03-02T13:10:00Z'))).toThrow('the gate of canary never opens')
  })

  // The clocks of Berlin change on 29 March and 25 October 2026, those of New York on 8 March and 1 November.
  const quarterHours = fc.integer({ min: 0, max: 4 * 24 * 14 }).map((n) => n * 15 * 60_000)
  const moment = fc
    .tuple(fc.constantFrom('2026-03-01T00:00:00Z', '2026-03-22T00:00:00Z', '2026-10-18T00:00:00Z'), quarterHours)
    .map(([from, ms]) => at(from) + ms)
  const time = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`)
  const window = fc.record({ days: fc.constant([1, 3, 5, 7]), from: time, to: time })

  it('never open where the wall clock says no, on days when clocks change, in any zone', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata')
    fc.assert(
      fc.property(moment, zones, window, window, (fromMs, zone, allow, denied) => {
        const policy = with_({ zone, gates: { ...DEFAULT_POLICY.gates, canary: [allow] }, deny: { canary: [denied] } })
        let opensAtMs: number
        try {
          opensAtMs = gateOpensAtMs(policy, 'canary', fromMs)
        } catch {
          return // the deny window covers the gate
        }
        expect(opensAtMs).toBeGreaterThanOrEqual(fromMs)
        const local = Temporal.Instant.fromEpochMilliseconds(opensAtMs).toZonedDateTimeISO(zone)
        expect([wallContains(allow, local), wallContains(denied, local)]).toEqual([true, false])
      }),
    )
  })

  it('are the same however one comes to an instant: what opens at a time is open at that time', () => {
    fc.assert(
      fc.property(moment, window, (fromMs, denied) => {
        const policy = with_({ deny: { production: [denied] }, freezes: [holiday] })
        let opensAtMs: number
        try {
          opensAtMs = gateOpensAtMs(policy, 'production', fromMs)
        } catch {
          return
        }
        expect(gateOpensAtMs(policy, 'production', opensAtMs)).toBe(opensAtMs)
        expect(gateOpensAtMs(policy, 'production', Math.floor((fromMs + opensAtMs) / 2))).toBe(opensAtMs)
      }),
    )
  })
})

/**
 * By the wall clock alone: from its first hour on, to the end of the window, on a day it begins on. Where clocks skip
 * the first hour, the window begins with the next.
 */
function wallContains({ days, from, to }: WeeklyWindow, local: Temporal.ZonedDateTime): boolean {
  return [local, local.subtract({ days: 1 })].some((day) => {
    const date = day.toPlainDate()
    const end = to <= from ? date.add({ days: 1 }) : date
    const instant = (on: Temporal.PlainDate, clock: string): number =>
      on.toZonedDateTime({ timeZone: local.timeZoneId, plainTime: clock }).epochMilliseconds
    const ms = local.epochMilliseconds
    return days.includes(date.dayOfWeek) && instant(date, from) <= ms && ms < instant(end, to)
  })
}
