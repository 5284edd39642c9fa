import { describe, expect, it } from 'vitest'
import type { HealthCounters } from '../../../controller/contract.ts'
import { coverageOf, expectedFor, makeBaseline, shiftSums } from '../../../controller/evidence/baseline.ts'
import { doneBefore, usualOf } from '../../../controller/evidence/metric-reading.ts'
import { type MetricRule, metricRules } from '../../../controller/evidence/metric-rules.ts'
import type { HealthSample, Snapshot } from '../../../controller/evidence/snapshot.ts'
import { minus, plus, type StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import { NO_PARTS } from '../../../controller/evidence/variation.ts'
import { shiftBoundaries } from '../../../controller/policy/calendar.ts'
import { baselineOf, HOUR_MS, MINUTE_MS, Plant, policyWith, START_MS, sample } from '../fixtures.ts'

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
  for (const stratum of ['first/weekday', 'second/weekday']) {
    const [a, b] = [whole, holed].map((baseline) => expectedFor(baseline, 'line-1-0', stratum)?.cycleTimeMs ?? 0)
    expect((b as number) / (a as number)).toBeCloseTo(1, 2)
  }
  expect(holed.devices['line-1-0']?.['first/weekday']).toMatchObject({ minutes: 4 * 480, expectedMinutes: 5 * 480 })
})

it('has no expectation in a stratum of which less than 70 % was observed', () => {
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

it('does not take the means of version 1.0 for single cycles: they tell no spread', () => {
  const snapshots = history(newPlant())
  const withSquares = (one: HealthSample, schema: HealthSample['schema']): HealthSample => {
    const cycleTimeMsSumOfSquares = one.counters.cycleTimeMsSum * 44_000
    return { ...one, schema, counters: { ...one.counters, cycleTimeMsSumOfSquares } }
  }
  const spread = metricRules(policy).find(({ name }) => name === 'cycle-time-spread') as MetricRule
  /** Of a week in which so many snapshots were of version 1.0. */
  const known = (old: number) => {
    const week = snapshots.map(({ atMs, devices }, i) => ({
      atMs,
      devices: Object.fromEntries(
        Object.entries(devices).map(([thing, one]) => [thing, withSquares(one, i < old ? '1.0' : '2.0')]),
      ),
    }))
    const { rules, devices } = makeBaseline(week, policy)
    const all = Object.values(devices['line-1-0'] ?? {})
    const kinds = ['mean', 'spread'] as const
    const tells = kinds.map((kind) => usualOf({ ...spread.metricTest, kind }, doneBefore(plus(all))) !== null)
    const [one] = all as [StratumSums]
    return [rules?.['cycle-time-spread']?.hasData, ...tells, minus(one, one).isOfMeans]
  }
  expect(known(0)).toEqual([true, true, true, undefined])
  expect(known(snapshots.length)).toEqual([false, true, false, true])
  // Of a mixed week the rule knows what varies, but not what to compare a device with.
  expect(known(2)).toEqual([true, true, false, true])
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

/** What a device did between two snapshots, in whole shifts; null where it reported nothing new. */
type Did = (Partial<HealthCounters> & { readonly minutes?: number }) | null

/** Snapshots a shift apart from Monday 14:00 on, of devices that did what is written down between them. */
function snapshotsOf(things: Readonly<Record<string, readonly Did[]>>): Snapshot[] {
  const shifts = Math.max(...Object.values(things).map(({ length }) => length))
  const last = Object.fromEntries(Object.keys(things).map((thing) => [thing, sample({ sequence: 1 })]))
  return Array.from({ length: shifts + 1 }, (_, i) => {
    const atMs = START_MS + i * 8 * HOUR_MS
    for (const [thing, shift] of Object.entries(things)) {
      const [before, did] = [last[thing]!, shift[i - 1]]
      if (!did) continue
      const { minutes = 480, ...counts } = did
      const counters = { ...before.counters }
      for (const [name, count] of Object.entries(counts)) counters[name as keyof HealthCounters] += count
      last[thing] = { ...before, counters, sequence: before.sequence + minutes, sampledAtMs: atMs }
    }
    return { atMs, devices: { ...last } }
  })
}

const NO_CELL_SUMS: StratumSums = {
  minutes: 0,
  countedMinutes: 0,
  expectedMinutes: 0,
  cycles: 0,
  units: 0,
  qualityChecks: 0,
  qualityFailures: 0,
  cycleTimeMsSum: 0,
  cycleTimeMsSumOfSquares: 0,
  operations: 0,
  errors: 0,
  crashes: 0,
  connectionAttempts: 0,
  connectionFailures: 0,
}
const cellSums = (over: Partial<StratumSums>): StratumSums => ({ ...NO_CELL_SUMS, ...over })
const seen = (minutes: number, over: Partial<StratumSums> = {}): StratumSums =>
  cellSums({ minutes, countedMinutes: minutes, expectedMinutes: minutes, ...over })

const monday: Partial<HealthCounters> = {
  connectionAttempts: 480,
  connectionFailures: 3,
  cycles: 800,
  unitsProduced: 790,
  qualityChecks: 200,
  qualityPasses: 197,
  cycleTimeMsSum: 28_800_000,
  cycleTimeMsSumOfSquares: 1_036_800_000_000,
  operations: 9600,
  errors: 16,
  crashes: 1,
}

describe('the sums of a device', () => {
  const snapshots = snapshotsOf({
    'line-1-0': [monday, { errors: 5 }, { minutes: 470, connectionAttempts: 470 }, monday],
    'line-1-1': [{ minutes: 300 }, null, { errors: 1 }],
  })

  it('are over the days of each stratum, of what was observed', () => {
    const baseline = makeBaseline(snapshots, policy)
    expect([baseline.fromMs, baseline.toMs]).toEqual([START_MS, START_MS + 32 * HOUR_MS])
    expect(baseline.devices).toEqual({
      'line-1-0': {
        'second/weekday': {
          minutes: 960,
          countedMinutes: 960,
          expectedMinutes: 960,
          cycles: 1600,
          units: 1580,
          qualityChecks: 400,
          qualityFailures: 6,
          cycleTimeMsSum: 57_600_000,
          cycleTimeMsSumOfSquares: 2_073_600_000_000,
          operations: 19_200,
          errors: 32,
          crashes: 2,
          connectionAttempts: 960,
          connectionFailures: 6,
        },
        'third/weekday': seen(480, { errors: 5 }),
        'first/weekday': cellSums({
          minutes: 470,
          countedMinutes: 470,
          expectedMinutes: 480,
          connectionAttempts: 470,
        }),
      },
      'line-1-1': {
        'second/weekday': cellSums({ minutes: 300, countedMinutes: 300, expectedMinutes: 960 }),
        'third/weekday': cellSums({ expectedMinutes: 480 }),
        'first/weekday': seen(480, { errors: 1 }),
      },
    })
    expect(baseline.connections).toEqual({ attempts: 1430, failures: 6 })
    expect(baseline.crashes).toEqual({ crashes: 2, minutes: 960 + 480 + 470 + 300 + 480 })
  })

  it('leave out what happened over the beginning of a shift', () => {
    const holed = [snapshots[0]!, snapshots[2]!, { ...snapshots[3]!, atMs: snapshots[3]!.atMs + 5 * MINUTE_MS }]
    expect(makeBaseline(holed, policy).devices['line-1-0']).toEqual({
      'second/weekday': cellSums({ expectedMinutes: 485 }), // 5 minutes are Tuesday's
      'third/weekday': cellSums({ expectedMinutes: 480 }),
      'first/weekday': cellSums({ expectedMinutes: 480 }),
    })
    expect(shiftSums(holed, policy)).toEqual({})
  })

  it.each(['constructor', '__proto__'])('are those of a device named %s, as of any other', (name) => {
    const renamed = snapshots.map((snapshot) => ({
      ...snapshot,
      devices: Object.fromEntries(
        Object.entries(snapshot.devices).map(([thing, one]) => [thing === 'line-1-0' ? name : thing, one]),
      ),
    }))
    const sums = Object.entries(shiftSums(renamed, policy))
    expect(sums.find(([thing]) => thing === name)?.[1]).toEqual(shiftSums(snapshots, policy)['line-1-0'])
    expect('third/weekday' in {}).toBe(false)
  })

  it('are those of some days alone for a replay, without devices that reported nothing', () => {
    expect(shiftSums(snapshots.slice(1, 4), policy)).toEqual({
      'line-1-0': {
        'third/weekday': seen(480, { errors: 5 }),
        'first/weekday': cellSums({
          minutes: 470,
          countedMinutes: 470,
          expectedMinutes: 480,
          connectionAttempts: 470,
        }),
      },
      'line-1-1': { 'first/weekday': seen(480, { errors: 1 }) },
    })
    expect(shiftSums(snapshots, policy)['line-1-0']).toEqual(makeBaseline(snapshots, policy).devices['line-1-0'])
  })

  it('are of each device that was ever read, by name, from when it was', () => {
    const [first, second, third] = snapshotsOf({ b: [{ errors: 1 }, { errors: 2 }], a: [{ errors: 3 }, { errors: 4 }] })
    const late = [{ ...first!, devices: { b: first!.devices.b! } }, second!, third!]
    const { devices } = makeBaseline(late, policy)
    expect(Object.keys(devices)).toEqual(['a', 'b'])
    expect(devices.a).toEqual({
      'second/weekday': cellSums({ expectedMinutes: 480 }),
      'third/weekday': seen(480, { errors: 4 }),
    })
    const gone = [first!, second!, { ...third!, devices: { b: third!.devices.b! } }]
    expect(makeBaseline(gone, policy).devices.a).toEqual({
      'second/weekday': seen(480, { errors: 3 }),
      'third/weekday': cellSums({ expectedMinutes: 480 }),
    })
  })

  it('are nothing of no snapshots', () => {
    expect(makeBaseline([], policy)).toEqual({
      fromMs: 0,
      toMs: 0,
      devices: {},
      connections: { attempts: 0, failures: 0 },
      crashes: { crashes: 0, minutes: 0 },
      cycleTimeSpread: 0,
      cycleTimeSpreads: { besideLine: 0, plant: 0 },
      outputSpread: 0,
      cycleTimeCv: 0,
      dispersion: { connection: 1, errors: 1 },
      errorVariation: {
        shiftMinutes: 0,
        ofShift: NO_PARTS,
        ofDay: NO_PARTS,
        tails: { device: { from: 0, scale: 1 }, line: { from: 0, scale: 1 } },
      },
      connectionVariation: expect.objectContaining({ shiftMinutes: 0, ofShift: NO_PARTS, ofDay: NO_PARTS }),
      away: { readings: 0, away: 0, long: 0 },
      rules: expect.any(Object),
    })
  })

  it('less those of a day are those of the others, member by member', () => {
    const names = Object.keys(NO_CELL_SUMS)
    const numbers = (first: number, step: number) =>
      Object.fromEntries(names.map((name, i) => [name, first + step * i])) as unknown as StratumSums
    expect(minus(numbers(100, 10), numbers(7, 3))).toEqual(numbers(93, 7))
  })
})

/** What a device does in the second shift of Monday and of Tuesday, and in none between. */
const twoDays = (first: Did, second: Did): readonly Did[] => [first, null, null, second]
const cycles = (count: number, meanMs: number): Did => ({ cycles: count, cycleTimeMsSum: count * meanMs })

describe('how a device varies from day to day', () => {
  // Two values d apart have the standard deviation d / sqrt 2; e^0.02 is 1.020201.
  const slower = 30_606.04
  const spread = (things: Readonly<Record<string, readonly Did[]>>) =>
    makeBaseline(snapshotsOf(things), policy).cycleTimeSpread

  it.each<[string, Readonly<Record<string, readonly Did[]>>, number]>([
    ['one device', { a: twoDays(cycles(100, 30_000), cycles(200, slower)) }, 0.014_142],
    [
      'two, pooled, whatever they differ in between them',
      {
        a: twoDays(cycles(100, 30_000), cycles(100, slower)),
        b: twoDays(cycles(100, 60_000), cycles(100, 60_000)),
      },
      0.01,
    ],
    ['a device that stood still on one day', { a: twoDays(cycles(100, 30_000), { cycles: 0, cycleTimeMsSum: 9 }) }, 0],
    ['one whose cycles took no time', { a: twoDays(cycles(100, 30_000), { cycles: 5 }) }, 0],
    ['other shifts of a day', { a: [cycles(100, 30_000), cycles(100, 40_000)] }, 0],
  ])('is that of ln(cycle time): %s', (_, things, sigma) => {
    expect(spread(things)).toBeCloseTo(sigma, 6)
  })
})

describe('how single cycles vary', () => {
  /** Half of the cycles 20 s and half 40 s. */
  const halves = (count: number): Did => ({
    cycles: count,
    cycleTimeMsSum: count * 30_000,
    cycleTimeMsSumOfSquares: (count / 2) * (20_000 ** 2 + 40_000 ** 2),
  })
  const cv = (...did: Did[]) => makeBaseline(snapshotsOf({ a: did }), policy).cycleTimeCv

  it.each<[string, readonly Did[], number]>([
    ['half of them a third less, half a third more', [halves(100)], Math.sqrt(100 / 9 / 99)],
    ['two of them', [halves(2)], Math.sqrt(2) / 3],
    ['one of them, which shows nothing', [{ cycles: 1, cycleTimeMsSum: 9, cycleTimeMsSumOfSquares: 99 }], 0],
    [
      'nor with others',
      [halves(100), { cycles: 1, cycleTimeMsSum: 9, cycleTimeMsSumOfSquares: 99 }],
      Math.sqrt(100 / 9 / 99),
    ],
    ['strata, pooled', [halves(100), halves(50)], Math.sqrt(150 / 9 / 148)],
    [
      'strata whose cycles took no time left out',
      [halves(100), { cycles: 50, cycleTimeMsSumOfSquares: 9 }],
      Math.sqrt(100 / 9 / 99),
    ],
    ['none but with rounded squares', [{ cycles: 3, cycleTimeMsSum: 90_000, cycleTimeMsSumOfSquares: 2.6e9 }], 0],
  ])('is a share of their mean: %s', (_, did, expected) => {
    expect(cv(...did)).toBeCloseTo(expected, 9)
  })
})

describe('how counts vary from day to day', () => {
  const dispersion = (things: Readonly<Record<string, readonly Did[]>>) =>
    makeBaseline(snapshotsOf(things), policy).dispersion
  const errors = (count: number, minutes = 480): Did => ({ errors: count, minutes })
  const failures = (connectionFailures: number, connectionAttempts = 480): Did => ({
    connectionAttempts,
    connectionFailures,
  })

  // Pearson's chi-squared over its degrees of freedom, by hand.
  it.each<[string, Readonly<Record<string, readonly Did[]>>, number]>([
    ['2 and 8 where 5 are expected', { a: twoDays(errors(2), errors(8)) }, 3.6],
    ['2 in 480 minutes and 7 in 240, where 6 and 3 are', { a: twoDays(errors(2), errors(7, 240)) }, 8],
    ['as many on both days: no less than chance', { a: twoDays(errors(5), errors(5)) }, 1],
    ['two devices, of one rate each', { a: twoDays(errors(2), errors(8)), b: twoDays(errors(90), errors(90)) }, 1.8],
    ['one that never fails shows nothing', { a: twoDays(errors(2), errors(8)), b: twoDays(errors(0), errors(0)) }, 3.6],
    ['other shifts of a day', { a: [errors(2), errors(80)] }, 1],
  ])('is a multiple of what chance lets them, for errors: %s', (_, things, factor) => {
    expect(dispersion(things)?.errors).toBeCloseTo(factor, 9)
    expect(dispersion(things)?.connection).toBe(1)
  })

  it.each<[string, readonly Did[], number]>([
    ['4 and 12 where 8 are expected', twoDays(failures(4), failures(12)), 4],
    ['a day without an attempt shows nothing', [...twoDays(failures(4), failures(12)), null, null, failures(0, 0)], 4],
  ])('and for connections by their attempts: %s', (_, did, factor) => {
    expect(dispersion({ a: did })).toEqual({ connection: expect.closeTo(factor, 9), errors: 1 })
  })
})

describe('what a device is expected to do', () => {
  const stratum = { ...NO_CELL_SUMS, minutes: 336, countedMinutes: 320, expectedMinutes: 480 }
  const baselineWith = (over: Partial<StratumSums>) => ({
    ...makeBaseline([], policy),
    devices: {
      a: { 'second/weekday': { ...stratum, cycles: 500, units: 480, cycleTimeMsSum: 18_000_000, errors: 16, ...over } },
    },
  })

  it.each<[string, Partial<StratumSums>, object | null]>([
    [
      '70 % of its minutes seen',
      {},
      { maxEffect: 0.2, cycleTimeMs: 36_000, errorsPerMinute: 0.05, cyclesPerMinute: 1.5625, unitsPerMinute: 1.5 },
    ],
    ['a minute less', { minutes: 335 }, null],
    ['no cycle', { cycles: 0 }, null],
    ['no minute expected of it', { minutes: 0, expectedMinutes: 0 }, null],
    ['no minute that its counters cover', { countedMinutes: 0 }, null],
  ])('is known of a stratum with %s', (_, over, expected) => {
    expect(expectedFor(baselineWith(over), 'a', 'second/weekday')).toEqual(expected)
  })

  it('is not known of another stratum or device, and computed once', () => {
    const baseline = baselineWith({})
    const expected = expectedFor(baseline, 'a', 'second/weekday')
    expect(expectedFor(baseline, 'a', 'first/weekday')).toBeNull()
    expect(expectedFor(baseline, 'b', 'second/weekday')).toBeNull()
    expect(expectedFor(baseline, 'a', 'second/weekday')).toBe(expected)
  })

  it.each<[readonly string[], Partial<StratumSums>, number]>([
    [['a'], {}, 1 / 6], // of six strata
    [['a', 'b'], {}, 1 / 12],
    [['a'], { minutes: 335 }, 0],
    [['a'], { cycles: 0 }, 1 / 6], // it was seen at rest
    [[], {}, 0],
  ])('covers of the devices %j with %j a share of %d', (things, over, share) => {
    expect(coverageOf(baselineWith(over), things, policy)).toBeCloseTo(share, 9)
  })
})
