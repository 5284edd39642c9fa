import { expect, it } from 'vitest'
import { Seed } from '../../../sim/kernel/random.ts'
import { HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { DEFAULT_PLANT, type PlantSettings } from '../../../sim/plant/settings.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'

const at = (time: string): number => Date.parse(time)
const shiftAt = (calendar: PlantCalendar, time: string): string => calendar.at(at(time)).shift.name

it('has three shifts by default, in the zone of the site', () => {
  const calendar = new PlantCalendar('Europe/Berlin')
  expect(
    ['2026-03-02T04:59Z', '2026-03-02T05:00Z', '2026-03-02T13:00Z', '2026-03-02T21:00Z'].map((time) =>
      shiftAt(calendar, time),
    ),
  ).toEqual(['third', 'first', 'second', 'third'])
  expect(calendar.at(at('2026-03-02T05:00Z')).untilMs).toBe(at('2026-03-02T13:00Z'))
})

it('counts a shift that ends after midnight to the day on which it began', () => {
  const calendar = new PlantCalendar('UTC')
  expect(calendar.at(at('2026-03-07T03:00Z'))).toMatchObject({ isWeekend: false, volume: 0.85 })
  expect(calendar.at(at('2026-03-09T03:00Z'))).toMatchObject({ isWeekend: true, volume: 0.85 * 0.6 })
})

it.each([
  ['shifts on half hours', 'UTC', '06:30', '2026-03-02T06:29Z', '2026-03-02T06:30Z'],
  ['a zone on half hours', 'Asia/Kolkata', '06:00', '2026-03-02T00:29Z', '2026-03-02T00:30Z'],
  ['a zone on quarters', 'Asia/Kathmandu', '06:00', '2026-03-02T00:14Z', '2026-03-02T00:15Z'],
])('changes in the minute given by %s', (_, zone, from, before, after) => {
  const plant: PlantSettings = {
    ...DEFAULT_PLANT,
    shifts: [
      { name: 'day', from, to: '18:00', volume: 1, cycleMs: 30_000 },
      { name: 'night', from: '18:00', to: from, volume: 0, cycleMs: 30_000 },
    ],
  }
  const calendar = new PlantCalendar(zone, plant)
  expect([shiftAt(calendar, before), shiftAt(calendar, after)]).toEqual(['night', 'day'])
  const machine = new Machine(new Seed(1), 'a', 1, calendar)
  machine.runMinutes(at(after) - 3_600_000, 60, HEALTHY)
  expect(machine.cycles).toBe(0)
  machine.runMinutes(at(after), 60, HEALTHY)
  expect(machine.cycles).toBeGreaterThan(90)
})

it('a plant’s noise follows its settings', () => {
  const noise = { ...PRESETS.quiet, errorsPerDeviceHour: 60, connectionFailureShare: 0, memorySigmaMiB: 0 }
  const machine = new Machine(new Seed(1), 'a', 1, new PlantCalendar('UTC'), { ...noise, deviceEffect: 0 })
  machine.runMinutes(at('2026-03-02T06:00Z'), 480, HEALTHY)
  expect(machine.connectionFailures).toBe(0)
  expect(machine.errors / 480).toBeCloseTo(1, 0)
  expect(machine.memoryMiB).toBe(machine.baseMemoryMiBAt(0))
})
