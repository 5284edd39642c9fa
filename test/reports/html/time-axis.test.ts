import { expect, it } from 'vitest'
import { timeAxis } from '../../../reports/html/time-axis.ts'

const HOUR_MS = 3_600_000
const labels = (from: string, hours: number, zone = 'Europe/Berlin'): string[] =>
  timeAxis(Date.parse(from), Date.parse(from) + hours * HOUR_MS, 0, 100, zone).ticks.map(({ label }) => label)

it('has ticks at full hours of the plant’s own day, and the day’s name at midnight', () => {
  expect(labels('2026-03-02T13:10:00Z', 13)).toEqual(['16:00', '18:00', '20:00', '22:00', 'Tue 03', '02:00'])
})

it('never has more than about ten, however long the run', () => {
  for (const hours of [1, 5, 14, 40, 100, 400, 1_500]) {
    expect(labels('2026-03-02T13:10:00Z', hours).length).toBeLessThanOrEqual(11)
  }
})

it('keeps to the wall clock where it is changed: on 29 March Berlin has no hour from two to three', () => {
  const spring = ['Sun 29', '03:00', '04:00', '06:00', '08:00', '10:00', '12:00']
  expect(labels('2026-03-28T22:30:00Z', 12)).toEqual(spring)
  const { ticks } = timeAxis(
    Date.parse('2026-03-28T22:30:00Z'),
    Date.parse('2026-03-29T10:30:00Z'),
    0,
    1,
    'Europe/Berlin',
  )
  expect(ticks.map(({ atMs }) => new Date(atMs).toISOString().slice(11, 16))).toEqual([
    '23:00',
    '01:00',
    '02:00',
    '04:00',
    '06:00',
    '08:00',
    '10:00',
  ])
})

it('puts an instant where it belongs', () => {
  const axis = timeAxis(0, 10 * HOUR_MS, 50, 150, 'UTC')
  expect([0, 5 * HOUR_MS, 10 * HOUR_MS].map(axis.at)).toEqual([50, 100, 150])
})

it('bears a run of no length', () => {
  expect(Number.isFinite(timeAxis(5, 5, 0, 100, 'UTC').at(5))).toBe(true)
})
