import { describe, expect, it } from 'vitest'
import { problemLine, problemsOf } from '../../../controller/support/schema-problems.ts'
import { fleetSchema, plantOf } from '../../../scenarios/files/fleet-file.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { DEFAULT_PRESET, PRESETS } from '../../../sim/plant/presets.ts'
import { DEFAULT_PLANT, settingsOfLine } from '../../../sim/plant/settings.ts'

const DAY = { name: 'day', from: '06:30', to: '18:30', volume: '100 %', cycleTime: '45s' }
const HOUR_MS = 3_600_000
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

describe('noise', () => {
  const noiseIn = (noise: unknown): PlantNoise => plantOf(fleetSchema.parse({ noise })).noise

  it('is a preset by its name, or one with changes: what is left out of a group is that of the preset', () => {
    expect([noiseIn('quiet'), noiseIn('typical'), noiseIn('rough')]).toEqual(Object.values(PRESETS))
    expect(noiseIn({})).toEqual(PRESETS[DEFAULT_PRESET])
    const { wander, ...rest } = noiseIn({ preset: 'rough', wander: { spread: '1 %' } })
    expect(wander).toEqual({ sigma: 0.01, timeConstantMs: 2 * HOUR_MS })
    expect({ ...rest, wander: PRESETS.rough.wander }).toEqual(PRESETS.rough)
  })

  it('has groups that a preset lacks from typical, and lacks those that are none', () => {
    const noise = noiseIn({
      preset: 'quiet',
      stoppages: { share: '2 %' },
      outages: { line: { every: '1d' }, plant: 'none' },
      errorBursts: { plant: { factor: 9 } },
    })
    expect(noise).toEqual({
      ...PRESETS.quiet,
      stoppages: { ...PRESETS.typical.stoppages, share: 0.02 },
      outages: { device: null, line: { ...PRESETS.typical.outages.line, everyMs: 24 * HOUR_MS }, plant: null },
      errorBursts: { device: null, line: null, plant: { ...PRESETS.typical.errorBursts.plant, factor: 9 } },
    })
    const none = { wander: 'none', sampleLoss: 'none', outages: { device: 'none', line: 'none', plant: 'none' } }
    expect(noiseIn({ preset: 'rough', ...none })).toMatchObject({
      wander: null,
      sampleLoss: null,
      outages: PRESETS.quiet.outages,
      handover: PRESETS.rough.handover,
    })
  })

  it('has every setting in the units of the file', () => {
    const noise = noiseIn({
      lineEffect: '4 %',
      cycleSpread: '6 %',
      wander: { spread: '1 %', timeConstant: '10min' },
      stoppages: { share: '1 %', median: '45s', spread: 0.5 },
      handover: { slower: '20 %', for: '5min' },
      changeovers: { every: '6h', spread: '3 %', standstill: '2min' },
      days: { line: '2 %', plant: '1 %' },
      trend: '-0.5 %/d',
      toolWear: { rise: '5 %', life: '30h' },
      errorDispersion: 0.4,
      errorBursts: { line: { every: '3d', median: '20min', spread: 0.6, factor: 4 } },
      connectionBursts: { device: { every: '7d', median: '20min', spread: 1, failures: '30 %' }, plant: 'none' },
      memoryWarmUp: { by: '20 MiB', timeConstant: '30min' },
      garbageCollection: { amplitude: '12 MiB', period: '2h', inPhase: true },
      outages: { device: { every: '7d', median: '3min', spread: 0.7 } },
      sampleLoss: { share: '1 %', burst: '2min' },
      rounding: { memory: '2 MiB', cycleTime: '500ms', cpu: '5 %' },
    })
    expect(noise).toMatchObject({
      lineEffect: 0.04,
      cycleSigma: 0.06,
      wander: { sigma: 0.01, timeConstantMs: 600_000 },
      stoppages: { share: 0.01, medianMs: 45_000, spread: 0.5 },
      handover: { slower: 0.2, lastsMs: 300_000 },
      changeovers: { everyMs: 6 * HOUR_MS, sigma: 0.03, standstillMs: 120_000 },
      days: { line: 0.02, plant: 0.01 },
      trendPerDay: -0.005,
      toolWear: { rise: 0.05, lifeMs: 30 * HOUR_MS },
      errorDispersion: 0.4,
      errorBursts: { line: { everyMs: 72 * HOUR_MS, medianMs: 1_200_000, spread: 0.6, factor: 4 } },
      connectionBursts: {
        device: { everyMs: 168 * HOUR_MS, medianMs: 1_200_000, spread: 1, failureShare: 0.3 },
        plant: null,
      },
      memoryWarmUp: { mebibytes: 20, timeConstantMs: 1_800_000 },
      garbageCollection: { mebibytes: 12, periodMs: 2 * HOUR_MS, inPhase: true },
      outages: { device: { everyMs: 168 * HOUR_MS, medianMs: 180_000, spread: 0.7 } },
      sampleLoss: { share: 0.01, burstMs: 120_000 },
      rounding: { memoryMiB: 2, cycleTimeMs: 500, cpuPct: 5 },
    })
  })
})

it('a line may have shifts, cycle times and noise of its own', () => {
  const fleet = fleetSchema.parse({
    noise: 'typical',
    lines: [
      {},
      { shifts: [DAY, NIGHT], weekendVolume: '0 %' },
      { cycleTime: '12s' },
      { noise: { preset: 'rough', lineEffect: '3 %' }, cycleTime: '12s' },
      { noise: { wander: 'none' } },
    ],
  })
  const plant = plantOf(fleet)
  expect(plant).toMatchObject({ shifts: DEFAULT_PLANT.shifts, noise: PRESETS.typical })
  expect(Object.keys(plant.byLine ?? {})).toEqual(['2', '3', '4', '5'])
  expect(settingsOfLine(plant, 1).noise).toBe(plant.noise)
  expect(settingsOfLine(plant, 2)).toMatchObject({ shifts: [{ cycleMs: 45_000 }, { name: 'night' }], weekendVolume: 0 })
  expect(settingsOfLine(plant, 3).shifts.map(({ name, cycleMs }) => [name, cycleMs])).toEqual([
    ['first', 12_000],
    ['second', 12_000],
    ['third', 12_000],
  ])
  expect(settingsOfLine(plant, 3).noise).toEqual({ ...PRESETS.typical, lineEffect: 0 })
  expect(settingsOfLine(plant, 4).noise).toEqual({ ...PRESETS.rough, lineEffect: 0.03 })
  expect(settingsOfLine(plant, 5).noise).toEqual({ ...PRESETS.typical, wander: null })
})

describe('refuses', () => {
  it.each([
    [{ lines: [] }, /^lines: /],
    [{ lines: 'six' }, 'lines: "six" is neither a number of lines nor a list of lines'],
    [{ shifts: [DAY] }, /shifts: no shift covers the day from 18:30 on/],
    [{ shifts: [DAY, { ...NIGHT, to: '07:00' }] }, 'shifts: "day" and "night" overlap at 06:30'],
    [{ shifts: [DAY, { ...NIGHT, name: 'day' }] }, 'shifts: two shifts are named "day"'],
    [{ shifts: [{ ...DAY, from: '06:20' }] }, 'shifts.0.from: "06:20" is not a quarter hour, such as "06:15"'],
    [{ shifts: [{ ...DAY, from: '6:30' }] }, 'shifts.0.from: "6:30" is not a time of day, such as "06:00"'],
    [{ zone: 'Europe/Berlim' }, 'zone: "Europe/Berlim" is not a zone of the IANA database, such as "Europe/Berlin"'],
    [{ noise: { memorySigma: 15 } }, /noise.memorySigma: 15 is not an amount of memory \(MiB\)/],
    [{ noise: 'loud' }, 'noise: "loud" is no preset; one of quiet, typical, rough'],
    [{ noise: { wander: 'off' } }, 'noise.wander: "off" is neither "none" nor a group of settings'],
    [{ noise: { stoppages: { share: '50 %' } } }, 'noise.stoppages.share: must be at most 20 %'],
    [{ noise: { outages: { line: { evry: '3d' } } } }, /noise.outages.line.evry: unknown key; did you mean "every"/],
    [{ noise: { trend: '3 %' } }, /noise.trend: "3 %" is not a rate/],
    [{ lines: [{ shifts: [DAY] }] }, /lines.0.shifts: no shift covers the day from 18:30 on/],
    [{ lines: [{ noise: { trend: '5 %/d' } }] }, 'lines.0.noise.trend: must be from -2 to 2 %/d'],
  ])('%j', (fleet, problem) => {
    const [message] = messages(fleet)
    if (typeof problem === 'string') expect(message).toBe(problem)
    else expect(message).toMatch(problem)
  })
})

it('one shift may be the whole day', () => {
  expect(messages({ shifts: [{ ...DAY, from: '06:00', to: '06:00' }] })).toEqual([])
})
