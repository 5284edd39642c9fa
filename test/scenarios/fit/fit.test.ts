import { describe, expect, it } from 'vitest'
import type { Estimate } from '../../../scenarios/fit/estimate.ts'
import { fit } from '../../../scenarios/fit/fit.ts'
import { readRecordings } from '../../../scenarios/fit/read.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { DEFAULT_PLANT } from '../../../sim/plant/settings.ts'
import { csvOf, type Made, MONDAY_MS, numbered, recorded, type Sample } from './recordings.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

function fitted(made: Made, without: readonly (keyof Sample)[] = []): ReadonlyMap<string, Estimate> {
  const file = { file: 'x.csv', lines: numbered(csvOf(recorded(made), without)) }
  const read = readRecordings([file], { zone: null, startMs: null, mappings: [] })
  expect(read.problems).toEqual([])
  const plant = { ...DEFAULT_PLANT, ...made.plant }
  const found = fit(read, { zone: made.zone ?? 'Europe/Berlin', plant, preset: 'typical', counts: new Map() })
  if (!('estimates' in found)) throw new Error(JSON.stringify(found))
  return new Map(found.estimates.map((one) => [one.key, one]))
}

/**
 * The value that made the recording lies within twice the 95 % interval: four standard deviations, so that a test of many
 * figures does not fail by chance. `test/extended/fit.test.ts` counts how often it lies in the interval itself.
 */
function expectFigure(estimates: ReadonlyMap<string, Estimate>, key: string, expected: number): void {
  const one = estimates.get(key)
  if (one?.is !== 'estimated' || one.interval === null) throw new Error(`${key}: ${JSON.stringify(one)}`)
  const { value, interval } = one
  expect(expected, `${key} ${JSON.stringify(one)}`).toBeGreaterThanOrEqual(value - 2 * (value - interval.low))
  expect(expected, `${key} ${JSON.stringify(one)}`).toBeLessThanOrEqual(value + 2 * (interval.high - value))
  // An interval that holds everything says nothing.
  expect(interval.high, key).toBeLessThan(6 * value)
}

const kindOf = (estimates: ReadonlyMap<string, Estimate>, key: string): string | undefined => estimates.get(key)?.is

const NOWHERE = { device: null, line: null, plant: null }

describe('a recording of a plant', () => {
  const noise: PlantNoise = {
    ...PRESETS.typical,
    errorBursts: NOWHERE,
    connectionBursts: NOWHERE,
    outages: NOWHERE,
    lineEffect: 0.05,
    toolWear: null,
    sampleLoss: { share: 0.005, burstMs: 3 * MINUTE_MS },
    changeovers: { everyMs: 12 * HOUR_MS, sigma: 0.04, standstillMs: 12 * MINUTE_MS },
  }
  const estimates = fitted({ lines: 3, devicesPerLine: 6, days: 8, noise, restartEveryHours: 48 })

  it.each([
    ['shifts.first.cycleTime', 30_000],
    ['shifts.second.cycleTime', 36_000],
    ['shifts.third.cycleTime', 40_000],
    ['shifts.second.volume', 0.7],
    ['shifts.third.volume', 0.85],
    ['weekendVolume', 0.6],
    ['noise.deviceEffect', 0.02],
    ['noise.lineEffect', 0.05],
    ['noise.cycleSpread', 0.05],
    ['noise.wander.spread', 0.015],
    ['noise.wander.timeConstant', 30 * MINUTE_MS],
    ['noise.stoppages.share', 0.003],
    ['noise.stoppages.median', 90_000],
    ['noise.stoppages.spread', 0.8],
    ['noise.handover.slower', 0.1],
    ['noise.handover.for', 10 * MINUTE_MS],
    ['noise.changeovers.every', 12 * HOUR_MS],
    ['noise.changeovers.spread', 0.04],
    ['noise.changeovers.standstill', 12 * MINUTE_MS],
    ['noise.errorsPerDeviceHour', 2],
    ['noise.errorDispersion', 0.3],
    ['noise.connectionFailures', 0.005],
    ['noise.memorySigma', 15],
    ['noise.garbageCollection.amplitude', 10],
    ['noise.garbageCollection.period', HOUR_MS],
    ['noise.memoryWarmUp.by', 10],
    ['noise.memoryWarmUp.timeConstant', HOUR_MS],
    ['noise.sampleLoss.share', 0.005],
    ['noise.sampleLoss.burst', 3 * MINUTE_MS],
  ])('gives back %s', (key, expected) => expectFigure(estimates, key, expected))

  it('gives back the steps in which devices measure', () => {
    expect(estimates.get('noise.rounding.memory')).toMatchObject({ value: 1 })
    expect(estimates.get('noise.rounding.cycleTime')).toMatchObject({ value: 100 })
    expect(estimates.get('noise.rounding.cpu')).toMatchObject({ value: 0.01 })
  })

  it('does not find what it has not', () => {
    expect(kindOf(estimates, 'noise.toolWear')).toBe('none')
  })

  it('says where it was too short to tell that there is none', () => {
    const data = { watched: '24d', every: '90d' }
    expect(estimates.get('noise.outages.line')).toMatchObject({ why: { code: 'TOO_RARE', data } })
  })
})

it('bursts and outages come out with their rate, length and size', () => {
  const often = (days: number, minutes: number) => ({
    everyMs: days * DAY_MS,
    medianMs: minutes * MINUTE_MS,
    spread: 0.3,
  })
  const noise: PlantNoise = {
    ...PRESETS.quiet,
    errorBursts: { ...NOWHERE, line: { ...often(2, 60), factor: 6 } },
    connectionBursts: { ...NOWHERE, device: { ...often(4, 40), failureShare: 0.5 } },
    outages: { device: often(3, 90), line: often(4, 30), plant: often(4, 20) },
    sampleLoss: { share: 0.004, burstMs: 2 * MINUTE_MS },
  }
  const estimates = fitted({ lines: 3, devicesPerLine: 5, days: 14, noise }, ['memoryMiB', 'cpuPct'])
  for (const [key, expected] of [
    ['noise.errorBursts.line.every', 2 * DAY_MS],
    ['noise.errorBursts.line.factor', 6],
    ['noise.connectionBursts.device.every', 4 * DAY_MS],
    ['noise.connectionBursts.device.failures', 0.5],
    ['noise.outages.device.every', 3 * DAY_MS],
    ['noise.outages.device.median', 90 * MINUTE_MS],
    ['noise.outages.line.every', 4 * DAY_MS],
    ['noise.outages.line.median', 30 * MINUTE_MS],
    ['noise.sampleLoss.share', 0.004],
    ['noise.sampleLoss.burst', 2 * MINUTE_MS],
  ] as const) {
    expectFigure(estimates, key, expected)
  }
  expect(kindOf(estimates, 'noise.stoppages')).toBe('none')
  expect(estimates.get('noise.memorySigma')).toMatchObject({
    why: { code: 'NO_COLUMN', data: { columns: ['memoryMiB'] } },
  })
})

it('tools that wear, and a plant that grows slower, are found', () => {
  const noise: PlantNoise = {
    ...PRESETS.quiet,
    trendPerDay: 0.004,
    toolWear: { rise: 0.08, lifeMs: 24 * HOUR_MS },
    wander: { sigma: 0.03, timeConstantMs: 60 * MINUTE_MS },
  }
  const only = ['memoryMiB', 'cpuPct', 'errors', 'connectionFailures', 'cycleTimeMsSumOfSquares'] as const
  const estimates = fitted({ lines: 2, devicesPerLine: 6, days: 10, noise }, only)
  expectFigure(estimates, 'noise.trend', 0.004)
  expectFigure(estimates, 'noise.toolWear.rise', 0.08)
  expectFigure(estimates, 'noise.toolWear.life', 24 * HOUR_MS)
  expectFigure(estimates, 'noise.wander.spread', 0.03)
  expectFigure(estimates, 'noise.wander.timeConstant', 60 * MINUTE_MS)
  // Without sums of squares it comes from what is white in the means.
  expectFigure(estimates, 'noise.cycleSpread', 0.05)
})

it('says of a short recording of a single device what it cannot tell', () => {
  const estimates = fitted({ lines: 1, devicesPerLine: 1, days: 1, noise: PRESETS.quiet, startMs: MONDAY_MS + DAY_MS })
  const codeOf = (key: string): string | null => {
    const one = estimates.get(key)
    return one?.is === 'not estimable' ? one.why.code : null
  }
  expect(codeOf('noise.trend')).toBe('TOO_SHORT')
  expect(codeOf('noise.deviceEffect')).toBe('TOO_FEW')
  expect(codeOf('noise.lineEffect')).toBe('TOO_FEW')
  expect(codeOf('noise.wander.spread')).toBe('TOO_FEW')
  expect(codeOf('noise.outages.plant')).toBe('NOT_SEPARATE')
  expect(codeOf('weekendVolume')).toBe('TOO_SHORT')
  expect(kindOf(estimates, 'shifts.first.cycleTime')).toBe('estimated')
})
