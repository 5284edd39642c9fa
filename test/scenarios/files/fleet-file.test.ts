import { describe, expect, it } from 'vitest'
import { problemLine, problemsOf } from '../../../controller/support/schema-problems.ts'
import { fleetSchema, plantOf } from '../../../scenarios/files/fleet-file.ts'
import { DEFAULT_PLANT } from '../../../sim/plant/settings.ts'

const DAY = { name: 'day', from: '06:30', to: '18:30', volume: '100 %', cycleTime: '45s' }
const NIGHT = { ...DAY, name: 'night', from: '18:30', to: '06:30' }

function messages(fleet: object): readonly string[] {
  const { error } = fleetSchema.safeParse(fleet)
  return error === undefined ? [] : problemsOf(fleetSchema, error, fleet, 'the plant').map(problemLine)
}

it('an empty fleet file is the default plant, and so is one with its numbers', () => {
  expect(plantOf(fleetSchema.parse({}))).toEqual(DEFAULT_PLANT)
  const noise = { memorySigma: '15 MiB', deviceEffect: '2 %', errorsPerDeviceHour: 2, connectionFailures: '0.5 %' }
  expect(plantOf(fleetSchema.parse({ weekendVolume: '60 %', noise }))).toEqual(DEFAULT_PLANT)
})

it('has shifts and noise in units of the file', () => {
  const fleet = fleetSchema.parse({ shifts: [DAY, { ...NIGHT, volume: '50 %' }], noise: { errorsPerDeviceHour: 3 } })
  expect(plantOf(fleet)).toMatchObject({
    shifts: [{ name: 'day', from: '06:30', volume: 1, cycleMs: 45_000 }, { volume: 0.5 }],
    noise: { ...DEFAULT_PLANT.noise, errorsPerDeviceHour: 3 },
  })
})

describe('refuses', () => {
  it.each([
    [{ lines: [] }, /^lines: /],
    [{ lines: 'six' }, 'lines: "six" is neither a number of lines nor a list of lines'],
    [
      { lines: [{ devices: 20 }, { devices: 2 }] },
      'lines: line 2 with 2 devices cannot be split into one canary, 20 % early and the rest in production',
    ],
    [{ stages: { early: '95 %' } }, /line 1 with 20 devices cannot be split into one canary, 95 % early/],
    [{ shifts: [DAY] }, /shifts: no shift covers the day from 18:30 on/],
    [{ shifts: [DAY, { ...NIGHT, to: '07:00' }] }, 'shifts: "day" and "night" overlap at 06:30'],
    [{ shifts: [DAY, { ...NIGHT, name: 'day' }] }, 'shifts: two shifts are named "day"'],
    [{ shifts: [{ ...DAY, from: '06:20' }] }, 'shifts.0.from: "06:20" is not a quarter hour, such as "06:15"'],
    [{ shifts: [{ ...DAY, from: '6:30' }] }, 'shifts.0.from: "6:30" is not a time of day, such as "06:00"'],
    [{ zone: 'Europe/Berlim' }, 'zone: "Europe/Berlim" is not a zone of the IANA database, such as "Europe/Berlin"'],
    [{ noise: { memorySigma: 15 } }, /noise.memorySigma: 15 is not an amount of memory \(MiB\)/],
  ])('%j', (fleet, problem) => {
    const [message] = messages(fleet)
    if (typeof problem === 'string') expect(message).toBe(problem)
    else expect(message).toMatch(problem)
  })
})

it('one shift may be the whole day', () => {
  expect(messages({ shifts: [{ ...DAY, from: '06:00', to: '06:00' }] })).toEqual([])
})
