import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metricsSchema, plantMetricsOf } from '../../../scenarios/files/metrics.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { type Condition, HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import { StationMetrics } from '../../../sim/plant/station-metrics.ts'
import {
  autocorrelation,
  calendar,
  DAY_MS,
  grouped,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  mean,
  NONE,
  sum,
  variance,
} from './statistics.ts'

const DAYS = 20
const MINUTES = DAYS * 1_440

interface Place {
  readonly thing?: string
  readonly line?: number
  readonly seed?: number
}

/** A station with metrics as a plant file has them; ten cycles in every minute, and no other noise. */
function stationWith(metrics: string, { thing = 'line-01-01', line = 1, seed: root = 1 }: Place = {}, noise = NONE) {
  const seed = new Seed(root)
  const settings = plantMetricsOf(metricsSchema.parse(parse(metrics)))
  return new Machine(
    seed,
    thing,
    line,
    calendar,
    noise,
    null,
    MONDAY_MS,
    StationMetrics.of(seed, thing, line, settings),
  )
}

const reportedBy = (machine: Machine) => (machine.ownMetrics as StationMetrics).reported()
const countOf = (machine: Machine, name: string): number => reportedBy(machine).counters[name] ?? Number.NaN
const gaugeOf = (machine: Machine, name: string): number => reportedBy(machine).gauges[name]?.value ?? Number.NaN

/** By how much a counter grew in each minute. */
function countsOf(machine: Machine, name: string, minutes = MINUTES, condition: Condition = HEALTHY): number[] {
  let before = 0
  return Array.from({ length: minutes }, (_, index) => {
    machine.runMinutes(MONDAY_MS + index * MINUTE_MS, 1, condition)
    const grown = countOf(machine, name) - before
    before += grown
    return grown
  })
}

const valuesOf = (machine: Machine, name: string, minutes = MINUTES, condition: Condition = HEALTHY): number[] =>
  Array.from({ length: minutes }, (_, index) => {
    machine.runMinutes(MONDAY_MS + index * MINUTE_MS, 1, condition)
    return gaugeOf(machine, name)
  })

const under = (name: string, effect: object): Condition => ({ ...HEALTHY, metrics: new Map([[name, effect]]) })

/** The mean of n values with this standard deviation is 99.99 % sure to be so near. */
const near = (expected: number, sigma: number, n: number) => ({ expected, within: (4 * sigma) / Math.sqrt(n) })
const expectNear = (actual: number, { expected, within }: { expected: number; within: number }): void => {
  expect(actual).toBeGreaterThan(expected - within)
  expect(actual).toBeLessThan(expected + within)
}

describe('a counter with a rate', () => {
  it.each([
    ['0.4 per cycle', 0.4 * 10],
    ['0.05 per operation', 0.05 * 120],
    ['0.2 per unit', 0.2 * 10],
    ['0.8 per minute', 0.8],
    ['6 per hour', 0.1],
    ['5 per cycle', 50], // beyond the mean from which on counts are drawn as normal
  ])('of %s is Poisson about it', (rate, perMinute) => {
    const counts = countsOf(stationWith(`x: { counter: ${rate} }`), 'x')
    expectNear(mean(counts), near(perMinute, Math.sqrt(perMinute), MINUTES))
    expect(variance(counts) / mean(counts)).toBeGreaterThan(0.95)
    expect(variance(counts) / mean(counts)).toBeLessThan(1.05)
    expect(Math.abs(autocorrelation(counts, 1))).toBeLessThan(0.03)
  })

  it('and a dispersion has that much more variance from hour to hour', () => {
    const hours = grouped(countsOf(stationWith('x: { counter: 6 per hour, dispersion: 0.5 }'), 'x', 100 * 1_440), 60)
    expect(mean(hours)).toBeCloseTo(6, 0)
    // Poisson and gamma: 6 + 0.5 * 36.
    expect(variance(hours) / 24).toBeGreaterThan(0.85)
    expect(variance(hours) / 24).toBeLessThan(1.15)
  })

  it('counts nothing while the firmware stands still, and loses nothing', () => {
    const machine = stationWith('perHour: { counter: 600 per hour }\nshare: { counter: 100 %, of: connectionAttempts }')
    machine.runMinutes(MONDAY_MS, 60, HEALTHY)
    const before = reportedBy(machine)
    machine.runMinutes(MONDAY_MS + HOUR_MS, 60, { ...HEALTHY, isRunning: false })
    expect(reportedBy(machine)).toEqual(before)
    machine.runMinutes(MONDAY_MS + 2 * HOUR_MS, 1, HEALTHY)
    expect(countOf(machine, 'share')).toBe(61)
  })
})

describe('a counter with a share', () => {
  it.each([
    [3, 'unitsProduced', 10],
    [0.5, 'operations', 120],
    [40, 'operations', 120], // as normal
    [97, 'cycles', 10],
    [100, 'cycles', 10],
  ])('of %s %% of %s is binomial', (pct, of, perMinute) => {
    const counts = countsOf(stationWith(`x: { counter: ${pct} %, of: ${of} }`), 'x')
    const share = pct / 100
    const sigma = Math.sqrt(perMinute * share * (1 - share))
    expectNear(mean(counts), near(perMinute * share, sigma + 1e-9, MINUTES))
    expect(Math.max(...counts)).toBeLessThanOrEqual(perMinute)
    if (pct === 100) return
    expect(variance(counts) / sigma ** 2).toBeGreaterThan(0.95)
    expect(variance(counts) / sigma ** 2).toBeLessThan(1.05)
  })

  it('may count by another counter of the plant, whatever their order', () => {
    const machine = stationWith('reworked: { counter: 50 %, of: scrapped }\nscrapped: { counter: 20 %, of: cycles }')
    machine.runMinutes(MONDAY_MS, MINUTES, HEALTHY)
    const { reworked, scrapped } = reportedBy(machine).counters as Record<string, number>
    expect((reworked as number) / (scrapped as number)).toBeCloseTo(0.5, 2)
    expect((scrapped as number) / machine.cycles).toBeCloseTo(0.2, 2)
  })
})

describe('a gauge', () => {
  it('has its mean and spread, and nothing from minute to minute without a time constant', () => {
    const values = valuesOf(stationWith('torqueNm: { gauge: 42 Nm, spread: 3 % }'), 'torqueNm')
    expectNear(mean(values), near(42, 1.26, MINUTES))
    expect(Math.sqrt(variance(values)) / 1.26).toBeCloseTo(1, 1)
    expect(Math.abs(autocorrelation(values, 1))).toBeLessThan(0.03)
  })

  it('with a time constant is autocorrelated: 1/e after it', () => {
    const machine = stationWith('x: { gauge: -18 °C, spread: 0.5 °C, timeConstant: 10min }')
    const values = valuesOf(machine, 'x', 100 * 1_440)
    expect(mean(values)).toBeCloseTo(-18, 1)
    expect(Math.sqrt(variance(values))).toBeCloseTo(0.5, 1)
    for (const lag of [1, 5, 10, 20]) expect(autocorrelation(values, lag)).toBeCloseTo(Math.exp(-lag / 10), 1)
  })

  it('differs between lines, devices and days by what is set', () => {
    const text = 'x: { gauge: 100, deviceEffect: 4 %, lineEffect: 10 %, days: { device: 1 %, line: 2 %, plant: 3 % } }'
    const meansOf = (only: string): number[] => {
      const settings = text.replace(/(deviceEffect|lineEffect|device|line|plant): \d+ %/g, (all, key) =>
        key === only ? all : `${key}: 0 %`,
      )
      return Array.from({ length: 400 }, (_, index) => {
        const machine = stationWith(settings, { thing: `d${index}`, line: 1 + index })
        machine.runMinutes(MONDAY_MS + index * DAY_MS, 1, HEALTHY)
        return gaugeOf(machine, 'x')
      })
    }
    const spreadOf = (only: string): number => Math.sqrt(variance(meansOf(only)))
    expect(spreadOf('deviceEffect') / 4).toBeCloseTo(1, 0.8)
    expect(Math.max(...meansOf('lineEffect'))).toBeLessThan(110)
    expect(spreadOf('lineEffect') / (10 / Math.sqrt(3))).toBeCloseTo(1, 0.8)
    for (const [scope, expected] of [
      ['device', 1],
      ['line', 2],
      ['plant', 3],
    ] as const) {
      expect(spreadOf(scope) / expected, scope).toBeCloseTo(1, 0.8)
    }
  })

  it('has days in common with its line and the plant', () => {
    const onDays = (scope: string, place: Place): number[] =>
      Array.from({ length: 5 }, (_, day) => {
        const machine = stationWith(`x: { gauge: 100, days: { ${scope}: 5 % } }`, place)
        machine.runMinutes(MONDAY_MS + day * DAY_MS + 12 * HOUR_MS, 1, HEALTHY)
        return gaugeOf(machine, 'x')
      })
    const [here, peer, elsewhere] = [{}, { thing: 'line-01-02' }, { thing: 'line-02-01', line: 2 }]
    expect(onDays('line', peer)).toEqual(onDays('line', here))
    expect(onDays('line', elsewhere)).not.toEqual(onDays('line', here))
    expect(onDays('plant', elsewhere)).toEqual(onDays('plant', here))
    expect(onDays('device', peer)).not.toEqual(onDays('device', here))
  })

  it('sums up its samples, so that a reader of one in many knows mean and spread of all', () => {
    const machine = stationWith('x: { gauge: 5 bar, spread: 10 % }')
    const values = valuesOf(machine, 'x', 500)
    const { count, sum: total, sumOfSquares } = reportedBy(machine).gauges.x as never as Record<string, number>
    expect(count).toBe(500)
    expect(total).toBeCloseTo(sum(values), 6)
    expect(sumOfSquares).toBeCloseTo(sum(values.map((value) => value * value)), 6)
  })

  it('has no new sample without firmware, and while nothing is produced if it is measured at work', () => {
    const machine = stationWith('torqueNm: { gauge: 42 Nm, whileProducing: true }\nroomC: { gauge: 21 °C }')
    const counts = (): unknown => {
      const { torqueNm, roomC } = reportedBy(machine).gauges
      return [torqueNm?.count, roomC?.count]
    }
    machine.runMinutes(MONDAY_MS, 10, HEALTHY)
    expect(counts()).toEqual([10, 10])
    machine.runMinutes(MONDAY_MS + HOUR_MS, 10, { ...HEALTHY, cycleTimeFactor: 1e6 })
    expect(counts()).toEqual([10, 20])
    machine.runMinutes(MONDAY_MS + 2 * HOUR_MS, 10, { ...HEALTHY, isRunning: false })
    expect(counts()).toEqual([10, 20])
    expect(gaugeOf(machine, 'roomC')).toBe(21)
  })
})

describe('an effect', () => {
  const GAUGE = 'x: { gauge: 42 Nm, spread: 3 % }'

  it('moves the mean of a gauge and leaves its spread', () => {
    const plain = valuesOf(stationWith(GAUGE), 'x', 2_000)
    const scaled = valuesOf(stationWith(GAUGE), 'x', 2_000, under('x', { factor: 1.1 }))
    const moved = valuesOf(stationWith(GAUGE), 'x', 2_000, under('x', { add: -2 }))
    expect(mean(scaled) - mean(plain)).toBeCloseTo(4.2, 6)
    expect(mean(moved) - mean(plain)).toBeCloseTo(-2, 6)
    expect(variance(scaled)).toBeCloseTo(variance(plain), 6)
  })

  it('changes the spread of a gauge and leaves its mean', () => {
    const plain = valuesOf(stationWith(GAUGE), 'x', 20_000)
    const jittery = valuesOf(stationWith(GAUGE), 'x', 20_000, under('x', { spreadFactor: 3 }))
    expect(Math.sqrt(variance(jittery) / variance(plain))).toBeCloseTo(3, 2)
    expectNear(mean(jittery), near(42, 3.78, 20_000))
  })

  it('changes the rate of a counter', () => {
    const counts = countsOf(stationWith('x: { counter: 1 per minute }'), 'x', 20_000, under('x', { factor: 1.5 }))
    expectNear(mean(counts), near(1.5, 1.3, 20_000))
  })

  it('hides a metric, which goes on being counted', () => {
    const machine = stationWith('x: { counter: 100 %, of: cycles }\ny: { gauge: 1 }')
    machine.runMinutes(MONDAY_MS, 10, HEALTHY)
    machine.runMinutes(MONDAY_MS + 10 * MINUTE_MS, 10, under('x', { isMissing: true }))
    expect(reportedBy(machine)).toEqual({
      counters: {},
      gauges: { y: { value: 1, count: 20, sum: 20, sumOfSquares: 20 } },
    })
    expect((machine.ownMetrics as StationMetrics).missing).toEqual(['x'])
    machine.runMinutes(MONDAY_MS + 20 * MINUTE_MS, 1, HEALTHY)
    expect(countOf(machine, 'x')).toBe(210)
  })
})

describe('the numbers', () => {
  const TEXT =
    'a: { counter: 1 per cycle, dispersion: 0.3 }\nb: { counter: 5 %, of: a }\nc: { gauge: 9 V, spread: 1 %, timeConstant: 5min }'
  const after = (text: string, steps: number, noise = NONE): object => {
    const machine = stationWith(text, {}, noise)
    for (let done = 0; done < 2_880; done += steps) machine.runMinutes(MONDAY_MS + done * MINUTE_MS, steps, HEALTHY)
    return reportedBy(machine)
  }

  it('do not depend on how many minutes are simulated at once', () => {
    expect(after(TEXT, 1)).toEqual(after(TEXT, 45))
    expect(after(TEXT, 2_880)).toEqual(after(TEXT, 45))
  })

  it('of one metric do not change with another, and nothing of the machine with any', () => {
    const more = after(`z: { gauge: 3 }\n${TEXT}`, 60) as { gauges: object; counters: object }
    expect(more).toMatchObject(after(TEXT, 60))
    const [without, withMetrics] = [NONE, NONE].map((noise, index) => {
      const machine =
        index === 0 ? new Machine(new Seed(1), 'a', 1, calendar, noise) : stationWith(TEXT, { thing: 'a' }, noise)
      machine.runMinutes(MONDAY_MS, 5_000, HEALTHY)
      return [
        machine.cycles,
        machine.cycleTimeMsSum,
        machine.errors,
        machine.qualityPasses,
        machine.connectionFailures,
        machine.memoryMiB,
      ]
    })
    expect(withMetrics).toEqual(without)
  })

  it('differ between seeds and devices', () => {
    const one = (place: Place): object => {
      const machine = stationWith(TEXT, place)
      machine.runMinutes(MONDAY_MS, 100, HEALTHY)
      return reportedBy(machine)
    }
    expect(one({})).toEqual(one({}))
    expect(one({ thing: 'line-01-02' })).not.toEqual(one({}))
    expect(one({ seed: 2 })).not.toEqual(one({}))
  })
})

it('a plant without metrics has none', () => {
  expect(StationMetrics.of(new Seed(1), 'x', 1)).toBeNull()
  expect(StationMetrics.of(new Seed(1), 'x', 1, {})).toBeNull()
})
