import { expect, it } from 'vitest'
import { coverageOf, expectedFor, makeBaseline } from '../../controller/baseline.ts'
import { shiftBoundaries } from '../../controller/calendar.ts'
import { baselineOf, HOUR_MS, Plant, policyWith, START_MS } from './fixtures.ts'

const policy = policyWith()
const newPlant = (): Plant => new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 2 })
const history = (plant: Plant) =>
  shiftBoundaries(policy, START_MS - policy.baselineMs, START_MS).map((atMs) => plant.at(atMs))

it('knows every shift and kind of day by itself', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  expect(coverageOf(baseline, plant.things, policy)).toBe(1)
  const cycleTimes = ['first', 'second', 'third'].map(
    (shift) => expectedFor(baseline, 'line-1-0', `${shift}/weekday`)?.cycleTimeMs ?? 0,
  )
  expect((cycleTimes[1] as number) / (cycleTimes[0] as number)).toBeCloseTo(36 / 30, 2)
  expect((cycleTimes[2] as number) / (cycleTimes[0] as number)).toBeCloseTo(40 / 30, 2)
})

it('does not mix two shifts where the snapshot between them is missing', () => {
  const snapshots = history(newPlant())
  const whole = makeBaseline(snapshots, policy)
  const gap = snapshots.findIndex(({ atMs }) => atMs === START_MS - 4 * 24 * HOUR_MS)
  const holed = makeBaseline(snapshots.toSpliced(gap, 1), policy)
  for (const cell of ['first/weekday', 'second/weekday']) {
    const [a, b] = [whole, holed].map((baseline) => expectedFor(baseline, 'line-1-0', cell)?.cycleTimeMs ?? 0)
    expect((b as number) / (a as number)).toBeCloseTo(1, 2)
  }
  expect(holed.devices['line-1-0']?.['first/weekday']).toMatchObject({ minutes: 4 * 480, expectedMinutes: 5 * 480 })
})

it('has no use for a cell of which less than 70 % was seen', () => {
  const snapshots = history(newPlant())
  const second = snapshots.filter(({ atMs }) => (START_MS - atMs) % (24 * HOUR_MS) === 0)
  const holed = makeBaseline(
    snapshots.filter((snapshot) => !second.slice(1, 4).includes(snapshot)),
    policy,
  )
  expect(expectedFor(holed, 'line-1-0', 'third/weekday')).not.toBeNull()
  expect(expectedFor(holed, 'line-1-0', 'second/weekday')).toBeNull()
})

it('covers a fleet that still writes version 1.0: a reader sees few of its minutes, but that it was at work', () => {
  const plant = newPlant()
  const snapshots = history(plant).map(({ atMs, devices }) => ({
    atMs,
    devices: Object.fromEntries(
      Object.entries(devices).map(([thing, one]) => [thing, { ...one, schema: '1.0' as const }]),
    ),
  }))
  expect(coverageOf(makeBaseline(snapshots, policy), plant.things, policy)).toBe(1)
})

it('measures how a shift varies from day to day', () => {
  const steady = baselineOf(newPlant(), policy).cycleTimeSpread as number
  expect(steady).toBeGreaterThan(0)
  expect(steady).toBeLessThan(0.004)
  const daily = (_: string, atMs: number): number => 1 + 0.1 * (Math.floor(atMs / (24 * HOUR_MS)) % 2)
  const uneven = new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 2, slowdown: daily })
  expect(baselineOf(uneven, policy).cycleTimeSpread).toBeGreaterThan(0.03)
})

it('measures how single cycles vary, and how much more counts do than chance lets them', () => {
  const steady = baselineOf(newPlant(), policy)
  expect(steady.dispersion?.errors).toBeLessThan(1.6)
  const daily = (_: string, atMs: number): number => 1 + 2 * (Math.floor(atMs / (24 * HOUR_MS)) % 2)
  const bursts = new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 2, errorFactor: daily })
  expect(baselineOf(bursts, policy).dispersion?.errors).toBeGreaterThan(4)
})

it('counts crashes, which make a single one no news', () => {
  const plant = newPlant()
  const snapshots = history(plant).slice(0, -1)
  plant.crash('line-1-0')
  const after = plant.at(START_MS)
  expect(makeBaseline([...snapshots, after], policy).crashes?.crashes).toBe(1)
  expect(makeBaseline(snapshots, policy).crashes?.crashes).toBe(0)
})
