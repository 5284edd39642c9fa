import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { shiftBoundaries, stratumAt } from '../../../controller/policy/calendar.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { shiftAt, wallTimeMs } from '../../../controller/units/shift-time.ts'
import { minuteOf } from '../../../controller/units/wall-time.ts'
import { DEFAULT_PLANT } from '../../../sim/plant/settings.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS
const iso = (atMs: number): string => new Date(atMs).toISOString()
const date = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text)

describe('a wall time', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28', '02:30', '2026-03-28T01:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '02:30', '2026-03-29T01:00:00.000Z'], // skipped: the change itself
    ['Europe/Berlin', '2026-03-29', '02:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '03:15', '2026-03-29T01:15:00.000Z'],
    ['Europe/Berlin', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'], // repeated: the first
    ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30:00.000Z'], // half an hour is skipped
    ['Africa/Cairo', '2026-04-24', '00:30', '2026-04-23T22:00:00.000Z'], // midnight is skipped
    ['Pacific/Apia', '2011-12-30', '12:00', '2011-12-30T10:00:00.000Z'], // the day is skipped
    ['+05:45', '2026-03-29', '02:30', '2026-03-28T20:45:00.000Z'],
  ])('in %s on %s at %s is %s', (zone, day, time, instant) => {
    expect(iso(wallTimeMs(zone, date(day), time))).toBe(instant)
  })
})

/** Zones with the days around a change of their clocks, and zones without one. */
const PLACES = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['America/St_Johns', '2010-11-07'], // from 00:01 back into the day before
  ['America/Caracas', '2016-05-01'], // by half an hour, for good
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Antarctica/Troll', '2026-03-29'], // by two hours
  ['Africa/Cairo', '2026-04-24'],
  ['America/Santiago', '2026-04-05'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Chatham', '2026-04-05'],
  ['Asia/Kathmandu', '2026-03-29'],
  ['Asia/Kolkata', '2026-03-29'],
  ['+05:30', '2026-03-29'],
  ['-03:45', '2026-10-25'],
  ['UTC', '2026-03-29'],
] as const

/** One shift up to four that cover the day, cut at quarters of an hour, often about the hours in which clocks change. */
const quarter = fc.oneof(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 16 }))
const timeOf = (index: number): string =>
  `${String(Math.floor(index / 4)).padStart(2, '0')}:${String((index % 4) * 15).padStart(2, '0')}`
const plant = fc.uniqueArray(quarter, { minLength: 1, maxLength: 4 }).map((cuts) => {
  const sorted = cuts.sort((a, b) => a - b).map(timeOf)
  const shifts = sorted.map((from, i) => {
    const to = sorted[(i + 1) % sorted.length] as string
    return { name: `shift-${i}`, from, to, volume: 1 / (i + 1), cycleMs: 30_000 + 1000 * i }
  })
  return { ...DEFAULT_PLANT, shifts }
})
const place = fc.constantFrom(...PLACES)
/** From two days before noon of the day to two days after. */
const minute = fc.integer({ min: -2 * 1440, max: 2 * 1440 })
const instantOf = (day: string, minutes: number): number => Date.parse(`${day}T12:00:00Z`) + minutes * MINUTE_MS

describe('the shifts of a plant', () => {
  it('are those of its controller at every instant, in every zone, on days when clocks change', () => {
    fc.assert(
      fc.property(
        plant,
        place,
        fc.array(minute, { minLength: 30, maxLength: 30 }),
        (settings, [zone, day], minutes) => {
          const calendar = new PlantCalendar(zone, settings)
          const policy = { ...DEFAULT_POLICY, zone, shifts: settings.shifts }
          for (const atMs of minutes.map((one) => instantOf(day, one))) {
            const { shift, isWeekend, untilMs } = calendar.at(atMs)
            const { name, shiftEndMs } = stratumAt(policy, atMs)
            expect([name, shiftEndMs]).toEqual([`${shift.name}/${isWeekend ? 'weekend' : 'weekday'}`, untilMs])
          }
        },
      ),
    )
  })

  it('follow each other without a gap, and begin at the boundaries that snapshots are taken at', () => {
    fc.assert(
      fc.property(plant, place, (settings, [zone, day]) => {
        const policy = { ...DEFAULT_POLICY, zone, shifts: settings.shifts }
        const [fromMs, toMs] = [instantOf(day, -2 * 1440), instantOf(day, 2 * 1440)]
        const starts: number[] = []
        for (let atMs = fromMs; atMs <= toMs; ) {
          const span = shiftAt(policy.shifts, zone, atMs)
          if (atMs > fromMs) starts.push(span?.startMs ?? Number.NaN)
          expect(span === null || span.endMs > atMs).toBe(true)
          atMs = span?.endMs ?? Number.POSITIVE_INFINITY
        }
        expect(shiftBoundaries(policy, fromMs + 1, toMs)).toEqual(starts)
      }),
      { numRuns: 50 },
    )
  })

  it('go by the wall clock, but where it was set back: there a shift that has ended does not begin again', () => {
    fc.assert(
      fc.property(plant, place, minute, (settings, [zone, day], offset) => {
        const atMs = instantOf(day, offset)
        const wall = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone)
        const isSettled = [1, 2, 3, 24].every(
          (hours) => wall.subtract({ hours }).offsetNanoseconds === wall.offsetNanoseconds,
        )
        if (!isSettled) return
        const now = wall.hour * 60 + wall.minute
        const onPaper = settings.shifts.find(({ from, to }) => {
          const [first, end] = [minuteOf(from), minuteOf(to)]
          return first < end ? first <= now && now < end : first <= now || now < end
        })
        expect(shiftAt(settings.shifts, zone, atMs)?.shift.name).toBe(onPaper?.name)
      }),
    )
  })

  it('that the clocks repeat are worked once: from the first 02:30 on it is the next shift', () => {
    const shifts = [
      { name: 'a', from: '02:30', to: '14:30' },
      { name: 'b', from: '14:30', to: '02:30' },
    ]
    const at = (time: string): string | undefined => shiftAt(shifts, 'Europe/Berlin', Date.parse(time))?.shift.name
    expect(['2026-10-25T00:29Z', '2026-10-25T00:30Z', '2026-10-25T01:10Z', '2026-10-25T01:40Z'].map(at)).toEqual([
      'b',
      'a',
      'a', // 02:10 for the second time
      'a',
    ])
    expect(['2026-03-29T00:59Z', '2026-03-29T01:00Z'].map(at)).toEqual(['b', 'a'])
  })

  it('are none where they do not cover the day', () => {
    expect(shiftAt([{ name: 'day', from: '06:00', to: '22:00' }], 'UTC', 23 * 60 * MINUTE_MS + DAY_MS)).toBeNull()
  })
})
