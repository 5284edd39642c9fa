import { describe, expect, it } from 'vitest'
import { Seed } from '../../../sim/kernel/random.ts'
import { Autoregression } from '../../../sim/plant/autoregression.ts'
import { HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { ProductChanges } from '../../../sim/plant/product-changes.ts'
import { Recording } from '../../../sim/plant/recording.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'
import { noiseKeys, StationNoise } from '../../../sim/plant/station-noise.ts'
import {
  autocorrelation,
  calendar,
  correlation,
  DAY_MS,
  grouped,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  machineWith,
  mean,
  minutesOf,
  NONE,
  STEADY,
  sum,
  variance,
} from './statistics.ts'

const DAY = 1_440
const things = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `line-01-${i}`)
const cycleTimes = (noise: Partial<PlantNoise>, days: number, thing = 'line-01-01', line = 1): readonly number[] =>
  minutesOf(machineWith(noise, { thing, line }), days * DAY).map(({ cycleMs }) => cycleMs / 6_000)
const within = (value: number, expected: number, tolerance: number, what = ''): void =>
  expect(Math.abs(value - expected), `${what} ${value} is not ${expected} ± ${tolerance}`).toBeLessThan(tolerance)

describe('wander', () => {
  const [sigma, minutes, days] = [0.03, 30, 60]
  const values = cycleTimes({ wander: { sigma, timeConstantMs: minutes * MINUTE_MS } }, days)
  /** Of an autoregression the mean of so many minutes has the variance of n / 2 tau independent values. */
  const independent = (days * DAY) / (2 * minutes)

  it('has its mean and its standard deviation', () => {
    within(mean(values), 1, (4 * sigma) / Math.sqrt(independent))
    within(Math.sqrt(variance(values)) / sigma, 1, 4 / Math.sqrt(2 * independent) + 0.01)
  })

  it('has the autocorrelation e^(-t / time constant), also across the days in which it is computed', () => {
    for (const lag of [1, 10, 30, 90]) {
      within(autocorrelation(values, lag), Math.exp(-lag / minutes), 4 / Math.sqrt(independent), `lag ${lag}`)
    }
    // Neighbours at the end of a day differ by no more than neighbours elsewhere: sigma * sqrt(2 (1 - e^(-1/30))) = 0.26 sigma.
    const steps = values.slice(1).map((value, index) => Math.abs(value - (values[index] as number)))
    const atMidnight = steps.filter((_, index) => (index + 1) % DAY === 0)
    within(mean(atMidnight) / mean(steps), 1, 4 / Math.sqrt(atMidnight.length))
  })

  it('is independent of another device', () => {
    const other = cycleTimes({ wander: { sigma, timeConstantMs: minutes * MINUTE_MS } }, days, 'line-01-02')
    within(correlation(values, other), 0, 4 / Math.sqrt(independent))
  })
})

it('an autoregression is the same for whoever asks, in any order, also across the days', () => {
  const first = 29_000_000
  const minutes = Array.from({ length: 3 * DAY }, (_, index) => first + index)
  const inOrder = new Autoregression(7, 120)
  const values = new Map(minutes.map((minute) => [minute, inOrder.at(minute)]))
  const backwards = new Autoregression(7, 120)
  for (const minute of minutes.toReversed().filter((one) => one % 97 === 0)) {
    expect(backwards.at(minute)).toBe(values.get(minute))
  }
})

describe('stoppages', () => {
  const [share, medianMs, spread] = [0.004, 90_000, 0.8]
  const days = 120
  const machine = machineWith({ stoppages: { share, medianMs, spread } })
  const minutes = minutesOf(machine, days * DAY)
  /** What a minute's cycles took beyond 6 s each: nearly always one stoppage or none. */
  const stops = minutes.map(({ cycles, cycleMs }) => (cycles === 0 ? 0 : cycles * (cycleMs - 6_000)))
  const lengths = stops.filter((ms) => ms > 0.5)
  const meanMs = medianMs * Math.exp(spread ** 2 / 2)

  it('are their share of the cycles', () => {
    const expected = share * machine.cycles
    within(lengths.length, expected, 4 * Math.sqrt(expected))
  })

  it('have a log-normal tail', () => {
    const n = lengths.length
    for (const [spreads, tail] of [
      [0, 0.5],
      [1, 0.1587],
      [2, 0.0228],
    ] as const) {
      const beyond = mean(lengths.map((ms) => Number(ms > medianMs * Math.exp(spreads * spread))))
      within(beyond, tail, 4 * Math.sqrt((tail * (1 - tail)) / n), `beyond ${spreads}`)
    }
    const relative = Math.sqrt(Math.exp(spread ** 2) - 1)
    within(mean(lengths) / meanMs, 1, (4 * relative) / Math.sqrt(n))
  })

  it('cost their time, no more and no less', () => {
    const workedMs = machine.cycles * 6_000 + sum(lengths)
    // The stoppage that goes on, and the cycle that runs.
    within(workedMs, days * DAY_MS, 10 * meanMs)
    expect(machine.cycleTimeMsSum).toBe(Math.round(machine.cycles * 6_000 + sum(lengths)))
  })

  it('are in the sum of squares', () => {
    const ownMs2 = sum(
      minutes.map(({ cycles, cycleMs }) =>
        cycles === 0 ? 0 : (cycles - 1) * 36e6 + (cycleMs * cycles - (cycles - 1) * 6_000) ** 2,
      ),
    )
    expect(machine.cycleTimeMsSumOfSquares / ownMs2).toBeCloseTo(1, 9)
  })
})

it('a handover makes the first minutes of every shift slower, and no others', () => {
  const values = cycleTimes({ handover: { slower: 0.35, lastsMs: 20 * MINUTE_MS } }, 3)
  const isHandover = (minute: number): boolean => (minute + 6 * 60) % 720 < 20 // shifts begin at 6 and at 18 h
  for (const [minute, value] of values.entries()) {
    expect(value, `minute ${minute}`).toBeCloseTo(isHandover(minute) ? 1.35 : 1, 3)
  }
})

describe('changeovers', () => {
  const [sigma, days] = [0.05, 400]
  const settings = { everyMs: 12 * HOUR_MS, sigma, standstillMs: 15 * MINUTE_MS }
  const values = cycleTimes({ changeovers: settings }, days)
  // A standstill separates two products; a minute of 10 cycles may end one cycle later.
  const products: number[] = []
  let standstill = 0
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) standstill += 1
    else if (index === 0 || Number.isNaN(values[index - 1] as number)) products.push(value)
  }

  it('come at their rate, one in each stretch, and stand the line still', () => {
    within(products.length - 1, days * 2, 2)
    within(standstill, (products.length - 1) * 15, 2 * products.length)
  })

  it('change the cycle time by their spread', () => {
    within(mean(products), 1, (4 * sigma) / Math.sqrt(products.length))
    within(Math.sqrt(variance(products)) / sigma, 1, 4 / Math.sqrt(2 * products.length))
    within(autocorrelation(products, 1), 0, 4 / Math.sqrt(products.length))
  })

  it('are the same for whoever asks, in any order', () => {
    const minutes = Array.from({ length: 20 * DAY }, (_, index) => 29_000_000 + index)
    const [inOrder, backwards] = [new ProductChanges(7, settings), new ProductChanges(7, settings)]
    const of = (changes: ProductChanges, minute: number): object => [
      changes.factorAt(minute),
      changes.standsStillAt(minute),
    ]
    const values = new Map(minutes.map((minute) => [minute, of(inOrder, minute)]))
    for (const minute of minutes.toReversed()) expect(of(backwards, minute)).toEqual(values.get(minute))
  })

  it('are common to the devices of a line, and not to those of another', () => {
    const [own, other] = [
      cycleTimes({ changeovers: settings }, 20, 'x', 1),
      cycleTimes({ changeovers: settings }, 20, 'x', 2),
    ]
    expect(own).toEqual(values.slice(0, 20 * DAY))
    expect(other).not.toEqual(own)
  })
})

it('days differ by the spread of the line and that of the plant, from the first shift of the day on', () => {
  const settings = { line: 0.03, plant: 0.02 }
  const [days, lines] = [60, 12]
  const byLine = Array.from({ length: lines }, (_, line) => {
    const values = cycleTimes({ days: settings }, days, 'x', line + 1)
    // The production day begins at 6 h and is the same until the next.
    for (let day = 0; day < days - 1; day++) {
      const own = values.slice(day * DAY + 360, (day + 1) * DAY + 360)
      expect(Math.max(...own) - Math.min(...own)).toBeLessThan(0.001)
    }
    return Array.from({ length: days - 1 }, (_, day) => values[day * DAY + 400] as number)
  })
  const total = settings.line ** 2 + settings.plant ** 2
  const all = mean(byLine.map((values) => variance(values)))
  // The plant's part is the same draw on all lines, so that 59 days count once for it.
  within(all / total, 1, 4 * Math.sqrt(2 / (days - 1)))
  const pairs = byLine.slice(1).map((values, index) => correlation(values, byLine[index] as number[]))
  within(mean(pairs), settings.plant ** 2 / total, 4 / Math.sqrt(days - 1))
})

it('a trend changes cycle times by its rate per day', () => {
  const values = cycleTimes({ trendPerDay: 0.005 }, 21)
  for (const day of [0, 7, 20]) within(values[day * DAY + 30] as number, 1 + 0.005 * day, 0.001, `day ${day}`)
})

it('a tool wears linearly over its life, at a phase and with a life of the device', () => {
  const lives = things(30).map((thing) => {
    const values = cycleTimes({ toolWear: { rise: 0.08, lifeMs: 24 * HOUR_MS } }, 8, thing)
    within(Math.max(...values), 1.08, 0.002)
    within(Math.min(...values), 1, 0.002)
    within(mean(values), 1.04, 0.005)
    const changes = values.flatMap((value, index) => ((values[index - 1] ?? 0) - value > 0.05 ? [index] : []))
    return ((changes.at(-1) as number) - (changes[0] as number)) / (changes.length - 1) / 60
  })
  expect(Math.min(...lives)).toBeGreaterThan(24 * 0.79)
  expect(Math.max(...lives)).toBeLessThan(24 * 1.21)
  // Uniform within a fifth: the standard deviation is 0.2 / sqrt(3) of the mean.
  within(mean(lives), 24, (4 * 24 * 0.2) / Math.sqrt(3 * 30))
})

describe('errors', () => {
  const hourly = (noise: Partial<PlantNoise>, days: number, thing = 'x', line = 1): readonly number[] =>
    grouped(
      minutesOf(machineWith({ errorsPerDeviceHour: 4, ...noise }, { thing, line }), days * DAY).map(
        ({ errors }) => errors,
      ),
      60,
    )

  it('are overdispersed by device-hour: the variance of the negative binomial, and independent hours', () => {
    const [dispersion, days] = [0.5, 400]
    const counts = hourly({ errorDispersion: dispersion }, days)
    const n = counts.length
    const expected = 4 + dispersion * 4 ** 2
    within(mean(counts), 4, 4 * Math.sqrt(expected / n))
    // The fourth moment of this distribution gives the variance of a sample variance: about 7 of its square.
    within(variance(counts) / expected, 1, 4 * Math.sqrt(7 / n))
    within(autocorrelation(counts, 1), 0, 4 / Math.sqrt(n))
    // (1 + dispersion * mean)^(-1 / dispersion)
    within(mean(counts.map((count) => Number(count === 0))), 1 / 9, 4 * Math.sqrt(0.1 / n))
    expect(variance(hourly({}, 100)) / 4).toBeLessThan(1.2)
  })

  it('have within an hour one rate: its halves are correlated', () => {
    const minutes = minutesOf(machineWith({ errorsPerDeviceHour: 4, errorDispersion: 0.5 }), 300 * DAY)
    const halves = grouped(
      minutes.map(({ errors }) => errors),
      30,
    )
    const [first, second] = [0, 1].map((half) => halves.filter((_, index) => index % 2 === half)) as [
      number[],
      number[],
    ]
    // Covariance 0.5 * 2^2 = 2, variance 2 + 2.
    within(correlation(first, second), 0.5, 4 / Math.sqrt(first.length))
  })

  it.each(['device', 'line', 'plant'] as const)('come in bursts of a %s, of rate, length and factor', (scope) => {
    const burst = { everyMs: 2 * DAY_MS, medianMs: 2 * HOUR_MS, spread: 0, factor: 10 }
    const none = { device: null, line: null, plant: null }
    const noise = { errorsPerDeviceHour: 60, errorBursts: { ...none, [scope]: burst } }
    const days = 120
    const counts = (thing: string, line: number): readonly boolean[] =>
      grouped(
        minutesOf(machineWith(noise, { thing, line }), days * DAY).map(({ errors }) => errors),
        10,
      ).map((errors) => errors > 45)
    const [own, neighbour, far] = [counts('a', 1), counts('b', 1), counts('a2', 2)]
    const share = (flags: readonly boolean[]): number => mean(flags.map(Number))
    // Two hours in two days; the number of bursts is about 60.
    within(share(own) / (2 / 48), 1, 4 / Math.sqrt(days / 2) + 0.1)
    const agreement = (flags: readonly boolean[]): number => correlation(own.map(Number), flags.map(Number))
    if (scope === 'device') within(agreement(neighbour), 0, 0.3)
    else expect(agreement(neighbour)).toBeGreaterThan(0.9)
    if (scope === 'plant') expect(agreement(far)).toBeGreaterThan(0.9)
    else within(agreement(far), 0, 0.3)
  })
})

describe('connections', () => {
  it.each(['device', 'line', 'plant'] as const)('fail in bad periods of a %s, of rate, length and share', (scope) => {
    const burst = { everyMs: 2 * DAY_MS, medianMs: 2 * HOUR_MS, spread: 0, failureShare: 0.5 }
    const none = { device: null, line: null, plant: null }
    const noise = { connectionFailureShare: 0.01, connectionBursts: { ...none, [scope]: burst } }
    const days = 240
    const counts = (thing: string, line: number): readonly number[] => {
      const machine = machineWith(noise, { thing, line })
      return Array.from({ length: days * 72 }, (_, index) => {
        const before = machine.connectionFailures
        machine.runMinutes(MONDAY_MS + index * 20 * MINUTE_MS, 20, HEALTHY)
        return machine.connectionFailures - before
      })
    }
    const [own, neighbour, far] = [counts('a', 1), counts('b', 1), counts('a2', 2)]
    // Of 20 attempts ten fail in a bad period, and two thirds of an attempt else.
    const isBad = (count: number): boolean => count >= 4
    within(mean(own.map((count) => Number(isBad(count)))) / (2 / 48), 1, 4 / Math.sqrt(days / 2))
    within(mean(own.filter((count) => !isBad(count))) / 20, 0.01, 0.002)
    within(mean(own.filter((count) => count >= 5)) / 20, 0.51, 0.03)
    const agreement = (flags: readonly number[]): number => correlation(own, flags)
    if (scope === 'device') within(agreement(neighbour), 0, 0.2)
    else expect(agreement(neighbour)).toBeGreaterThan(0.8)
    if (scope === 'plant') expect(agreement(far)).toBeGreaterThan(0.8)
    else within(agreement(far), 0, 0.2)
  })

  it('fail as often by the minute as by the hour, and not more than was recorded', () => {
    const noise = { connectionFailureShare: 0.01, connectionBursts: PRESETS.rough.connectionBursts }
    const [byMinute, byDay] = [machineWith(noise), machineWith(noise)]
    for (let minute = 0; minute < 30 * DAY; minute++) byMinute.runMinutes(MONDAY_MS + minute * MINUTE_MS, 1, HEALTHY)
    byDay.runMinutes(MONDAY_MS, 30 * DAY, HEALTHY)
    expect(byMinute.connectionFailures).toBe(byDay.connectionFailures)
    expect(byDay.connectionFailures).toBeGreaterThan(machineWith({ connectionFailureShare: 0.01 }).connectionFailures)
    const track = { file: 'x.csv', in: { fleet: 'all' as const }, metric: 'connectionFailures' as const, loop: true }
    const recording = Recording.of([{ ...track, perMinute: [0] }], 'line-01-01', 1, MONDAY_MS)
    const recorded = new Machine(new Seed(1), 'line-01-01', 1, calendar, { ...NONE, ...noise }, recording, MONDAY_MS)
    recorded.runMinutes(MONDAY_MS, 30 * DAY, HEALTHY)
    expect(recorded.connectionFailures).toBe(0)
  })
})

describe('memory', () => {
  const memoryOf = (machine: Machine, count: number): readonly number[] =>
    minutesOf(machine, count).map(({ memoryMiB }) => memoryMiB)

  it('of a process that ran before the start is at its mean; after a restart it approaches it from below', () => {
    const noise = { memoryWarmUp: { mebibytes: 40, timeConstantMs: 2 * HOUR_MS } }
    const base = machineWith(noise).baseMemoryMiBAt(MONDAY_MS)
    for (const value of memoryOf(machineWith(noise), 600)) expect(value).toBeCloseTo(base, 9)
    const machine = machineWith(noise)
    machine.restartedAt(MONDAY_MS)
    const values = memoryOf(machine, 900)
    for (const minute of [0, 60, 120, 480]) {
      expect(values[minute]).toBeCloseTo(base - 40 * Math.exp(-minute / 120), 6)
    }
  })

  it('saws between trough and peak, with a period of the device, from its start on after a restart', () => {
    const noise = { garbageCollection: { mebibytes: 60, periodMs: 5 * HOUR_MS, inPhase: false } }
    const periods = things(30).map((thing) => {
      const machine = machineWith(noise, { thing })
      const base = machine.baseMemoryMiBAt(MONDAY_MS)
      machine.restartedAt(MONDAY_MS)
      const values = memoryOf(machine, 3 * DAY).map((value) => value - base)
      expect(values[0]).toBeCloseTo(-30, 6)
      within(Math.max(...values), 30, 60 / 200)
      within(mean(values), 0, 4)
      const drops = values.flatMap((value, index) => ((values[index - 1] ?? 0) - value > 30 ? [index] : []))
      return ((drops.at(-1) as number) - (drops[0] as number)) / (drops.length - 1) / 60
    })
    expect(Math.min(...periods)).toBeGreaterThan(5 * 0.69)
    expect(Math.max(...periods)).toBeLessThan(5 * 1.31)
    within(mean(periods), 5, (4 * 5 * 0.3) / Math.sqrt(3 * 30))
  })

  it('collects at the same time on all devices that are in phase, restarted or not', () => {
    const noise = { garbageCollection: { mebibytes: 60, periodMs: 6 * HOUR_MS, inPhase: true } }
    const drops = things(3).map((thing, index) => {
      const machine = machineWith(noise, { thing })
      if (index === 1) machine.restartedAt(MONDAY_MS + HOUR_MS)
      const values = memoryOf(machine, 2 * DAY)
      return values.flatMap((value, minute) => ((values[minute - 1] ?? 0) - value > 30 ? [minute] : []))
    })
    expect(drops[0]).toHaveLength(7)
    expect(drops).toEqual([drops[0], drops[0], drops[0]])
  })
})

it('gauges and cycle times are rounded to their steps, without a shift of the mean', () => {
  const rounding = { memoryMiB: 4, cycleTimeMs: 100, cpuPct: 1 }
  const noise = { rounding, cycleSigma: 0.05, memorySigmaMiB: 15 }
  const machine = machineWith(noise)
  const minutes = minutesOf(machine, 5 * DAY)
  expect(minutes.every(({ memoryMiB }) => memoryMiB % 4 === 0)).toBe(true)
  expect(Number.isInteger(machine.cpuPct)).toBe(true)
  expect(minutes.every(({ cycleMs }) => Math.round(cycleMs) % 100 === 0)).toBe(true)
  within(mean(minutes.map(({ memoryMiB }) => memoryMiB)), machine.baseMemoryMiBAt(0), (4 * 15) / Math.sqrt(5 * DAY))
  within(mean(minutes.map(({ cycleMs }) => cycleMs)) / 6_000, 1, (4 * 0.05) / Math.sqrt(10 * 5 * DAY))
})

const ALL = { ...PRESETS.rough, deviceEffect: 0, lineEffect: 0 }

describe('whatever the noise', () => {
  const stateOf = (machine: Machine): object => ({
    ...machine,
    memoryMiB: machine.memoryMiB,
    cpuPct: machine.cpuPct,
  })

  it('minutes can be simulated one by one or many at once', () => {
    const [one, many] = [machineWith(ALL), machineWith(ALL)]
    minutesOf(one, 2 * DAY)
    for (let minute = 0; minute < 2 * DAY; minute += 96) many.runMinutes(MONDAY_MS + minute * MINUTE_MS, 96, HEALTHY)
    expect(stateOf(many)).toEqual(stateOf(one))
  })

  it('cycles are foretold exactly, and foretelling changes nothing', () => {
    const [machine, plain] = [machineWith(ALL), machineWith(ALL)]
    const hour = 60
    for (const foretold of [machine, plain]) foretold.runMinutes(MONDAY_MS, 7 * hour, HEALTHY)
    const fromMs = MONDAY_MS + 7 * HOUR_MS
    for (const cycles of [1, 50, 5_000, 40_000]) {
      const doneAtMs = machine.cyclesDoneAtMs(fromMs, cycles, () => HEALTHY)
      const check = machineWith(ALL)
      check.runMinutes(MONDAY_MS, 7 * hour, HEALTHY)
      const before = check.cycles
      check.runMinutes(fromMs, (doneAtMs - fromMs) / MINUTE_MS - 1, HEALTHY)
      expect(check.cycles - before, `${cycles}`).toBeLessThan(cycles)
      check.runMinutes(doneAtMs - MINUTE_MS, 1, HEALTHY)
      expect(check.cycles - before).toBeGreaterThanOrEqual(cycles)
    }
    for (const one of [machine, plain]) one.runMinutes(fromMs, 600, HEALTHY)
    expect(stateOf(machine)).toEqual(stateOf(plain))
  })

  it('a setting changes the values of no other', () => {
    const base = { ...NONE, errorsPerDeviceHour: 3, memorySigmaMiB: 15, connectionFailureShare: 0.01 }
    const plain = machineWith(base)
    const slower = machineWith({
      ...base,
      wander: ALL.wander,
      days: ALL.days,
      toolWear: ALL.toolWear,
      handover: ALL.handover,
    })
    const fuller = machineWith({ ...base, memoryWarmUp: ALL.memoryWarmUp, garbageCollection: ALL.garbageCollection })
    const worse = machineWith({ ...base, errorDispersion: 1, errorBursts: ALL.errorBursts })
    for (const machine of [plain, slower, fuller, worse]) machine.runMinutes(MONDAY_MS, 3 * DAY, HEALTHY)
    expect([slower.errors, slower.memoryMiB, slower.connectionFailures]).toEqual([
      plain.errors,
      plain.memoryMiB,
      plain.connectionFailures,
    ])
    expect([fuller.errors, fuller.cycles, fuller.cycleTimeMsSum]).toEqual([
      plain.errors,
      plain.cycles,
      plain.cycleTimeMsSum,
    ])
    expect([worse.memoryMiB, worse.cycles, worse.cycleTimeMsSum]).toEqual([
      plain.memoryMiB,
      plain.cycles,
      plain.cycleTimeMsSum,
    ])
    expect([slower.cycles, fuller.memoryMiB, worse.errors]).not.toEqual([plain.cycles, plain.memoryMiB, plain.errors])
  })

  it('what is recorded is replayed as it is', () => {
    const track = (metric: 'cycles' | 'cycleTimeMs' | 'errors' | 'memoryMiB', value: number) => ({
      file: 'x.csv',
      in: { fleet: 'all' as const },
      metric,
      loop: true,
      perMinute: [value],
    })
    const play = (metrics: readonly ReturnType<typeof track>[]): Machine => {
      const recording = Recording.of(metrics, 'line-01-01', 1, MONDAY_MS)
      const machine = new Machine(new Seed(1), 'line-01-01', 1, calendar, ALL, recording, MONDAY_MS)
      machine.runMinutes(MONDAY_MS, DAY, HEALTHY)
      return machine
    }
    const whole = play([track('cycles', 2), track('cycleTimeMs', 9_000), track('errors', 1), track('memoryMiB', 200.5)])
    expect([whole.cycles, whole.cycleTimeMsSum / whole.cycles, whole.errors, whole.memoryMiB]).toEqual([
      2 * DAY,
      9_000,
      DAY,
      200.5,
    ])
    // Without recorded counts a station of 9 s makes 9,600 cycles in a day: none of the noise stops it.
    expect(play([track('cycleTimeMs', 9_000)]).cycles).toBe(DAY_MS / 9_000)
  })
})

it('white noise has no station noise at all, and costs nothing', () => {
  const keys = noiseKeys(new Seed(1), 'x', 1)
  expect(StationNoise.of(keys, PRESETS.quiet, 0)).toBeNull()
  expect(
    StationNoise.of(
      keys,
      { ...PRESETS.quiet, outages: PRESETS.rough.outages, sampleLoss: PRESETS.rough.sampleLoss },
      0,
    ),
  ).toBeNull()
  for (const preset of [PRESETS.typical, PRESETS.rough]) expect(StationNoise.of(keys, preset, 0)).not.toBeNull()
})

it('a shift without volume makes nothing, with any noise', () => {
  const still = new PlantCalendar('UTC', {
    ...STEADY,
    shifts: [{ ...STEADY.shifts[0], name: 'all', to: '06:00', volume: 0, from: '06:00', cycleMs: 6_000 }],
    noise: NONE,
  })
  const machine = new Machine(new Seed(1), 'x', 1, still, ALL)
  machine.runMinutes(MONDAY_MS, DAY, HEALTHY)
  expect([machine.cycles, machine.errors]).toEqual([0, 0])
})
