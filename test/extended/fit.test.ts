import { expect, it } from 'vitest'
import { fit } from '../../scenarios/fit/fit.ts'
import { readRecordings } from '../../scenarios/fit/read.ts'
import type { PlantNoise } from '../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../sim/plant/presets.ts'
import { DEFAULT_PLANT } from '../../sim/plant/settings.ts'
import { csvOf, numbered, recorded } from '../scenarios/fit/recordings.ts'

const SEEDS = 24
const MINUTE_MS = 60_000
/** Of intervals of 95 %, so many of 24 are outside of it in one of a thousand campaigns: binomial(24, 0.05). */
const MOST_OUTSIDE = 6

const noise: PlantNoise = {
  ...PRESETS.quiet,
  lineEffect: 0,
  errorDispersion: 0.4,
  wander: { sigma: 0.02, timeConstantMs: 20 * MINUTE_MS },
  sampleLoss: { share: 0.01, burstMs: 3 * MINUTE_MS },
}
const TRUTH: Readonly<Record<string, number>> = {
  'shifts.first.cycleTime': 30_000,
  'noise.deviceEffect': 0.02,
  'noise.errorsPerDeviceHour': 2,
  'noise.errorDispersion': 0.4,
  'noise.connectionFailures': 0.005,
  'noise.wander.spread': 0.02,
  'noise.wander.timeConstant': 20 * MINUTE_MS,
  'noise.memorySigma': 15,
  'noise.sampleLoss.share': 0.01,
  'noise.sampleLoss.burst': 3 * MINUTE_MS,
}

it('intervals hold the figure that made the recording about as often as they say', { timeout: 1_800_000 }, () => {
  const outside: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const lines = numbered(csvOf(recorded({ lines: 3, devicesPerLine: 5, days: 3, noise, seed })))
    const read = readRecordings([{ file: 'x.csv', lines }], { zone: null, startMs: null, mappings: [] })
    const found = fit(read, { zone: 'Europe/Berlin', plant: DEFAULT_PLANT, preset: 'typical', counts: new Map() })
    if (!('estimates' in found)) throw new Error(JSON.stringify(found))
    for (const [key, truth] of Object.entries(TRUTH)) {
      const one = found.estimates.find((estimate) => estimate.key === key)
      if (one?.is !== 'estimated' || one.interval === null) throw new Error(`${key}: ${JSON.stringify(one)}`)
      const isInside = one.interval.low <= truth && truth <= one.interval.high
      outside[key] = (outside[key] ?? 0) + Number(!isInside)
    }
  }
  console.log(`of ${SEEDS} intervals outside: ${JSON.stringify(outside)}`)
  for (const [key, count] of Object.entries(outside)) expect(count, key).toBeLessThanOrEqual(MOST_OUTSIDE)
})
