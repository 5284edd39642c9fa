import { autocovarianceOf, lagsUpTo, type Mixture, MixtureFit, sawtooth } from './autocovariance.ts'
import { allNotEstimable, type Estimate, estimated, noColumn, none, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import { bootstrapIntervals, drawnMean, LEAST_CLUSTERS, meanOf } from './numbers.ts'

const MINUTE_MS = 60_000
const HOUR_MINUTES = 60
const KEYS = {
  'noise.memorySigma': 'MiB',
  'noise.garbageCollection.amplitude': 'MiB',
  'noise.garbageCollection.period': 'ms',
  'noise.garbageCollection.inPhase': 'yes or no',
  'noise.memoryWarmUp.by': 'MiB',
  'noise.memoryWarmUp.timeConstant': 'ms',
} as const
/** As in the twin: periods differ by up to 30 %, unless all devices collect at the same times. */
const PERIOD_RANGE = 0.3
const MOST_LAG_MINUTES = 48 * HOUR_MINUTES
const STEP = 1.06
/** A young process is left out of what is usual for so long. */
const YOUNG_MINUTES = 12 * HOUR_MINUTES
const LEAST_RESTARTS = 5
const BIN_MINUTES = 10

/** The sawtooth of garbage collection that was found; null without one. */
interface Sawtooth {
  readonly mebibytes: number
  readonly minutes: number
  readonly isInPhase: boolean
}

/** The memory gauge: its scatter from sample to sample, garbage collection, and how a young process fills up. */
export function memory(grid: Grid, roundingMiB: number): readonly Estimate[] {
  const recorded = grid.devices.flatMap(({ of, restarts }) =>
    of.memoryMiB === undefined ? [] : [{ values: of.memoryMiB, restarts }],
  )
  if (recorded.length === 0) return allNotEstimable(KEYS, noColumn('memoryMiB'))
  if (recorded.length < LEAST_CLUSTERS) {
    return allNotEstimable(KEYS, tooFew('devices with memoryMiB', LEAST_CLUSTERS, recorded.length))
  }
  const stepMinutes = grid.stepMs / MINUTE_MS
  const series = recorded.map(({ values, restarts }) => aboutMean(settled(values, restarts, stepMinutes)))
  const { estimates, found } = scatterAndCollection(series, stepMinutes, roundingMiB)
  return [...estimates, ...warmUp(recorded, stepMinutes, found)]
}

/** Without the hours in which a process is young. */
function settled(values: Float64Array, restarts: readonly number[], stepMinutes: number): Float64Array {
  const kept = values.slice()
  for (const slot of restarts) kept.fill(Number.NaN, slot, slot + Math.ceil(YOUNG_MINUTES / stepMinutes))
  return kept
}

function aboutMean(values: Float64Array): Float64Array {
  const mean = meanOf(values)
  return values.map((value) => value - mean)
}

function scatterAndCollection(
  series: readonly Float64Array[],
  stepMinutes: number,
  roundingMiB: number,
): { readonly estimates: readonly Estimate[]; readonly found: Sawtooth | null } {
  const slots = series[0]?.length ?? 0
  const lags = lagsUpTo(Math.floor(Math.min(slots / 3, MOST_LAG_MINUTES / stepMinutes)))
  const lagMinutes = lags.map((lag) => lag * stepMinutes)
  const periods: number[] = []
  for (let one = 5 * stepMinutes; one < (lagMinutes.at(-1) as number) / 1.5; one *= STEP) periods.push(one)
  const familyOf = (range: number) => periods.map((minutes) => sawtooth(minutes, range, lagMinutes))
  const auto = autocovarianceOf(series, lags)
  const about = { n: series.length, of: 'devices' }
  const rounding = roundingMiB ** 2 / 12
  const sigma = ({ white }: Mixture): number => Math.sqrt(Math.max(white - rounding, 0))
  const squared = (mixture: Mixture): number => mixture.parts[0]?.weight ?? 0
  const sigmaOf = (fit: MixtureFit): Estimate =>
    estimated(
      { key: 'noise.memorySigma', unit: 'MiB', ...about },
      sigma(fit.fit()),
      fit.interval('memory', sigma),
      'bootstrap',
    )
  if (periods.length < 5) {
    const data = { needs: '20 samples', has: String(slots) }
    const short = { 'noise.garbageCollection': 'MiB', 'noise.memorySigma': 'MiB' } as const
    return { estimates: allNotEstimable(short, { code: 'TOO_SHORT', data }), found: null }
  }
  const apart = new MixtureFit(auto, [familyOf(PERIOD_RANGE)])
  const common = new MixtureFit(autocovarianceOf([commonOf(series)], lags), [familyOf(0)])
  const isInPhase = squared(common.fit()) > squared(apart.fit()) / 2
  const fit = isInPhase ? new MixtureFit(auto, [familyOf(0)]) : apart
  const height = fit.interval('collection', squared)
  if (!(height.low > 0)) {
    const plain = new MixtureFit(auto, [])
    const note = `no sawtooth; at most ${Math.sqrt(Math.max(height.high, 0)).toFixed(1)} MiB`
    const nothing = none({ key: 'noise.garbageCollection', unit: 'MiB', ...about }, note)
    return { estimates: [sigmaOf(plain), nothing], found: null }
  }
  const minutes = (mixture: Mixture): number => mixture.parts[0]?.minutes as number
  const found = { mebibytes: Math.sqrt(squared(fit.fit())), minutes: minutes(fit.fit()), isInPhase }
  const period = fit.interval('period', minutes)
  return {
    estimates: [
      sigmaOf(fit),
      estimated(
        { key: 'noise.garbageCollection.amplitude', unit: 'MiB', ...about },
        found.mebibytes,
        { low: Math.sqrt(height.low), high: Math.sqrt(height.high) },
        'bootstrap',
      ),
      estimated(
        { key: 'noise.garbageCollection.period', unit: 'ms', ...about },
        found.minutes * MINUTE_MS,
        { low: (period.low / Math.sqrt(STEP)) * MINUTE_MS, high: period.high * Math.sqrt(STEP) * MINUTE_MS },
        'bootstrap',
      ),
      estimated(
        { key: 'noise.garbageCollection.inPhase', unit: 'yes or no', ...about },
        Number(isInPhase),
        null,
        'read off',
      ),
    ],
    found,
  }
}

/** What all devices have in common. */
function commonOf(series: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: series[0]?.length ?? 0 }, (_, slot) =>
    meanOf(series.map((values) => values[slot] as number)),
  )
}

/** After restarts, beside what the collection does from the start of a process on. */
function warmUp(
  recorded: readonly { readonly values: Float64Array; readonly restarts: readonly number[] }[],
  stepMinutes: number,
  collection: Sawtooth | null,
): readonly Estimate[] {
  const keys = ['noise.memoryWarmUp.by', 'noise.memoryWarmUp.timeConstant'] as const
  const bins = Math.floor(YOUNG_MINUTES / Math.max(BIN_MINUTES, stepMinutes))
  const profiles = recorded.flatMap(({ values, restarts }) => {
    const mean = meanOf(settled(values, restarts, stepMinutes))
    return restarts.flatMap((from, i) => {
      const end = Math.min(restarts[i + 1] ?? values.length, values.length)
      return [profileOf(values.subarray(from, end), mean, stepMinutes, bins)]
    })
  })
  if (profiles.length < LEAST_RESTARTS) {
    const why = tooFew('restarts (uptimeS that falls, or counters that begin anew)', LEAST_RESTARTS, profiles.length)
    return allNotEstimable({ [keys[0]]: 'MiB', [keys[1]]: 'ms' }, why)
  }
  const found = approachOf(profiles, null, stepMinutes, collection)
  const [by, time] = bootstrapIntervals([found.mebibytes, found.minutes], profiles.length, 'warm-up', (drawn) => {
    const again = approachOf(profiles, drawn, stepMinutes, collection)
    return [again.mebibytes, again.minutes]
  }) as [{ low: number; high: number }, { low: number; high: number }]
  const about = { n: profiles.length, of: 'restarts' }
  if (!(by.low > 0)) {
    const note = `young processes use as much as old ones; at most ${Math.max(by.high, 0).toFixed(1)} MiB less`
    return [none({ key: 'noise.memoryWarmUp', unit: 'MiB', ...about }, note)]
  }
  return [
    estimated({ key: keys[0], unit: 'MiB', ...about }, found.mebibytes, by, 'bootstrap'),
    estimated(
      { key: keys[1], unit: 'ms', ...about },
      found.minutes * MINUTE_MS,
      {
        low: (time.low * MINUTE_MS) / Math.sqrt(APPROACH_STEP),
        high: time.high * MINUTE_MS * Math.sqrt(APPROACH_STEP),
      },
      'bootstrap',
    ),
  ]
}

function profileOf(values: Float64Array, mean: number, stepMinutes: number, bins: number): readonly number[] {
  const slots = Math.max(Math.round(BIN_MINUTES / stepMinutes), 1)
  return Array.from({ length: bins }, (_, bin) => meanOf(values.subarray(bin * slots, (bin + 1) * slots)) - mean)
}

const APPROACH_STEP = 1.1
const SHORTEST_MINUTES = 5

/** Least squares: an exponential approach from below, for the best of many time constants. */
function approachOf(
  profiles: readonly (readonly number[])[],
  drawn: Uint16Array | null,
  stepMinutes: number,
  collection: Sawtooth | null,
): { readonly mebibytes: number; readonly minutes: number } {
  const all = drawn ?? new Uint16Array(profiles.length).fill(1)
  const width = Math.max(BIN_MINUTES, stepMinutes)
  const profile = (profiles[0] ?? []).map((_, bin) => {
    const mean = drawnMean(
      profiles.map((own) => own[bin] as number),
      all,
    )
    return mean - (collection === null || collection.isInPhase ? 0 : sawFromStart((bin + 0.5) * width, collection))
  })
  let best = { gain: Number.NEGATIVE_INFINITY, mebibytes: 0, minutes: SHORTEST_MINUTES }
  for (let minutes = SHORTEST_MINUTES; minutes < YOUNG_MINUTES / 2; minutes *= APPROACH_STEP) {
    let [product, squares] = [0, 0]
    profile.forEach((value, bin) => {
      if (Number.isNaN(value)) return
      // The mean of the approach over the bin.
      const at = (minutes / width) * (Math.exp((-bin * width) / minutes) - Math.exp((-(bin + 1) * width) / minutes))
      product += value * at
      squares += at * at
    })
    const gain = product ** 2 / squares
    if (gain > best.gain) best = { gain, mebibytes: -product / squares, minutes }
  }
  return best
}

/** The mean over devices, whose periods differ, so long after the start of their processes. */
function sawFromStart(atMinutes: number, { mebibytes, minutes }: Sawtooth): number {
  const count = 21
  let total = 0
  for (let i = 0; i < count; i++) {
    const x = atMinutes / (minutes * (1 + PERIOD_RANGE * ((2 * i) / (count - 1) - 1)))
    total += x - Math.floor(x) - 0.5
  }
  return (mebibytes * total) / count
}
