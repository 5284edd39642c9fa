import { studentQuantile } from '../../reports/numbers/statistics.ts'
import { SCOPES, type Scope } from '../../sim/plant/noise-settings.ts'
import { type Burst, burstsOf, type Counted } from './bursts.ts'
import { type Estimate, estimated, noColumn, none, notEstimable, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import {
  bootstrapInterval,
  deviationInterval,
  drawnMean,
  type Interval,
  LEAST_CLUSTERS,
  meanOf,
  rateInterval,
  sum,
  varianceOf,
} from './numbers.ts'

const HOUR_MS = 3_600_000
const LEAST_LENGTHS = 3
const LEAST_SPREADS = 5
/** The bursts found change the rate, and the rate the bursts. */
const ROUNDS = 3

/** Share of full volume at a slot. */
export type VolumeAt = (slot: number) => number

/** Errors: their rate at full volume beside the bursts, how it differs from hour to hour, and the bursts. */
export function errors(grid: Grid, volumeAt: VolumeAt): readonly Estimate[] {
  const recorded = grid.devices.map(({ of }) => of.errors ?? null)
  if (recorded.every((one) => one === null)) {
    return [
      notEstimable('noise.errorsPerDeviceHour', 'number', noColumn('errors')),
      notEstimable('noise.errorDispersion', 'number', noColumn('errors')),
      ...SCOPES.map((scope) => notEstimable(`noise.errorBursts.${scope}`, 'number', noColumn('errors'))),
    ]
  }
  const volumes = Float64Array.from({ length: grid.slots }, (_, slot) => volumeAt(slot))
  const exposures = volumes.map((volume) => (volume * grid.stepMs) / HOUR_MS)
  const { rate, counted, found, inBurst } = withBursts(grid, recorded, () => exposures)
  const byDevice = counted.flatMap((own, i) => (own === null ? [] : [sumsOf(own, inBurst[i] as Uint8Array)]))
  const events = sum(byDevice.map(({ count }) => count))
  const about = { key: 'noise.errorsPerDeviceHour', unit: 'number', n: events, of: 'errors' } as const
  const scale = (drawn: Uint16Array): number => drawnRatio(byDevice, drawn) * rate
  const interval = byDevice.length < LEAST_CLUSTERS ? null : bootstrapInterval(rate, byDevice.length, 'errors', scale)
  return [
    estimated(about, rate, interval, 'bootstrap'),
    dispersion(grid, counted, inBurst),
    ...SCOPES.flatMap((scope) =>
      burstEstimates(grid, scope, found, 'noise.errorBursts', ({ count, expected }) => ({
        key: 'factor',
        unit: 'number',
        value: count / expected,
        scale: 1 / expected,
      })),
    ),
  ]
}

/** Failed connection attempts: their share beside the bad periods of links, and these. */
export function connections(grid: Grid): readonly Estimate[] {
  const recorded = grid.devices.map(({ of }) => of.connectionFailures ?? null)
  if (recorded.every((one) => one === null)) {
    const why = noColumn('connectionFailures')
    return [
      notEstimable('noise.connectionFailures', 'share', why),
      ...SCOPES.map((scope) => notEstimable(`noise.connectionBursts.${scope}`, 'share', why)),
    ]
  }
  // A core tries once a minute, where nobody says how often it does.
  const usual = new Float64Array(grid.slots).fill(grid.stepMs / 60_000)
  const attempts = (i: number): Float64Array => grid.devices[i]?.of.connectionAttempts ?? usual
  const { rate, counted, found, inBurst } = withBursts(grid, recorded, attempts)
  const byDevice = counted.flatMap((own, i) => (own === null ? [] : [sumsOf(own, inBurst[i] as Uint8Array)]))
  const failures = sum(byDevice.map(({ count }) => count))
  const about = { key: 'noise.connectionFailures', unit: 'share', n: failures, of: 'failures' } as const
  const interval =
    byDevice.length < LEAST_CLUSTERS
      ? null
      : bootstrapInterval(rate, byDevice.length, 'connections', (drawn) => drawnRatio(byDevice, drawn) * rate)
  return [
    failures === 0
      ? none(about, `none in ${Math.round(sum(byDevice.map(({ expected }) => expected)))} attempts`)
      : estimated(about, rate, interval, 'bootstrap'),
    ...SCOPES.flatMap((scope) =>
      burstEstimates(grid, scope, found, 'noise.connectionBursts', ({ count, expected }) => ({
        key: 'failures',
        unit: 'share',
        value: Math.max((count / expected - 1) * rate, 0),
        scale: rate / expected,
      })),
    ),
  ]
}

/** Events and bursts: without the bursts that are found, the rate is that of all devices together. */
function withBursts(
  grid: Grid,
  recorded: readonly (Float64Array | null)[],
  exposureOf: (device: number) => Float64Array,
): ReturnType<typeof burstsOf> & { readonly rate: number; readonly counted: readonly (Counted | null)[] } {
  let inBurst: readonly Uint8Array[] = recorded.map(() => new Uint8Array(grid.slots))
  for (let round = 0; ; round++) {
    const rate = rateOf(recorded, exposureOf, inBurst)
    const counted = recorded.map((counts, i) =>
      counts === null ? null : { counts, expected: exposureOf(i).map((exposure) => exposure * rate) },
    )
    const bursts = burstsOf(grid, counted)
    if (round === ROUNDS || rate === 0) return { ...bursts, rate, counted }
    inBurst = bursts.inBurst
  }
}

function rateOf(
  recorded: readonly (Float64Array | null)[],
  exposureOf: (device: number) => Float64Array,
  inBurst: readonly Uint8Array[],
): number {
  let [count, exposure] = [0, 0]
  recorded.forEach((counts, i) => {
    const exposures = exposureOf(i)
    counts?.forEach((value, slot) => {
      const own = exposures[slot] as number
      if (Number.isNaN(value) || Number.isNaN(own) || inBurst[i]?.[slot] === 1) return
      count += value
      exposure += own
    })
  })
  return exposure === 0 ? 0 : count / exposure
}

interface Sums {
  readonly count: number
  readonly expected: number
}

function sumsOf({ counts, expected }: Counted, inBurst: Uint8Array): Sums {
  let [count, mean] = [0, 0]
  counts.forEach((value, slot) => {
    if (Number.isNaN(value) || Number.isNaN(expected[slot] as number) || inBurst[slot] === 1) return
    count += value
    mean += expected[slot] as number
  })
  return { count, expected: mean }
}

const drawnRatio = (devices: readonly Sums[], drawn: Uint16Array): number =>
  sum(devices.map(({ count }, i) => count * (drawn[i] as number))) /
  sum(devices.map(({ expected }, i) => expected * (drawn[i] as number)))

/** By moments: of hourly counts the variance beyond the mean, over the squared mean. [source: overdispersion] */
function dispersion(grid: Grid, counted: readonly (Counted | null)[], inBurst: readonly Uint8Array[]): Estimate {
  const key = 'noise.errorDispersion'
  const perHour = Math.round(HOUR_MS / grid.stepMs)
  if (perHour < 1) {
    const data = { needs: '60 min', has: `${grid.stepMs / 60_000} min` }
    return notEstimable(key, 'number', { code: 'TOO_COARSE', data })
  }
  const offset = Math.round((grid.firstMs % HOUR_MS) / grid.stepMs)
  const byDevice = counted.flatMap((own, i) =>
    own === null ? [] : [hourlyMoments(own, inBurst[i] as Uint8Array, perHour, offset)],
  )
  const [beyond, squares] = [byDevice.map((own) => own.beyond), byDevice.map((own) => own.squares)]
  const hours = sum(byDevice.map((own) => own.hours))
  if (byDevice.length < LEAST_CLUSTERS || hours < 100) {
    return notEstimable(
      key,
      'number',
      tooFew('hours of at least five devices', 100, byDevice.length < LEAST_CLUSTERS ? 0 : hours),
    )
  }
  const value = sum(beyond) / sum(squares)
  const interval = bootstrapInterval(
    value,
    byDevice.length,
    'dispersion',
    (drawn) => drawnMean(beyond, drawn) / drawnMean(squares, drawn),
  )
  const about = { key, unit: 'number', n: hours, of: 'device-hours' } as const
  if (!(interval.low > 0)) return none(about, `errors are as independent ones; at most ${interval.high.toPrecision(2)}`)
  return estimated(about, value, interval, 'bootstrap')
}

function hourlyMoments(
  { counts, expected }: Counted,
  inBurst: Uint8Array,
  perHour: number,
  offset: number,
): { readonly beyond: number; readonly squares: number; readonly hours: number } {
  let [beyond, squares, hours] = [0, 0, 0]
  for (let from = -offset; from < counts.length; from += perHour) {
    let [count, mean] = [0, 0]
    for (let slot = Math.max(from, 0); slot < Math.min(from + perHour, counts.length); slot++) {
      if (Number.isNaN(counts[slot] as number) || inBurst[slot] === 1) continue
      count += counts[slot] as number
      mean += expected[slot] as number
    }
    if (!(mean > 0)) continue
    beyond += (count - mean) ** 2 - mean
    squares += mean ** 2
    hours += 1
  }
  return { beyond, squares, hours }
}

interface Size {
  readonly key: string
  readonly unit: 'number' | 'share'
  readonly value: number
  /** From a count to the value. */
  readonly scale: number
}

/** How often bursts of a scope come, how long they last, and how large they are. */
function burstEstimates(
  grid: Grid,
  scope: Scope,
  found: readonly Burst[],
  group: string,
  sizeOf: (sums: Sums) => Size,
): readonly Estimate[] {
  const key = `${group}.${scope}`
  const own = found.filter((one) => one.scope === scope)
  const units = { device: grid.devices.length, line: grid.lines.length, plant: 1 }[scope]
  if (scope === 'plant' && grid.lines.length < 2) {
    return [notEstimable(key, 'number', { code: 'NOT_SEPARATE', data: { from: 'those of the only line' } })]
  }
  if (scope === 'line' && grid.devices.length === grid.lines.length) {
    return [notEstimable(key, 'number', { code: 'NOT_SEPARATE', data: { from: 'those of the only device' } })]
  }
  const exposureMs = units * grid.slots * grid.stepMs
  const about = { n: own.length, of: 'bursts' }
  if (own.length === 0) {
    const often = (1 / rateInterval(0, exposureMs).high / (24 * HOUR_MS)).toPrecision(2)
    return [none({ key, unit: 'number', ...about }, `none that stands out; at most one in ${often} d each`, exposureMs)]
  }
  const rate = rateInterval(own.length, exposureMs)
  const sums = { count: sum(own.map(({ count }) => count)), expected: sum(own.map(({ expected }) => expected)) }
  const { key: name, unit, value, scale } = sizeOf(sums)
  const poisson = rateInterval(sums.count, 1)
  const base = value - sums.count * scale
  return [
    estimated(
      { key: `${key}.every`, unit: 'ms', ...about },
      exposureMs / own.length,
      { low: 1 / rate.high, high: 1 / rate.low },
      'exact',
    ),
    ...lengthEstimates(
      key,
      own.map(({ lengthMs }) => lengthMs),
      'bursts',
    ),
    estimated(
      { key: `${key}.${name}`, unit, n: sums.count, of: 'events' },
      value,
      { low: Math.max(base + poisson.low * scale, 0), high: base + poisson.high * scale },
      'exact',
    ),
  ]
}

/** Median and spread of log-normal lengths, by the normal distribution of their logarithms. */
export function lengthEstimates(key: string, lengthsMs: readonly number[], of: string): readonly Estimate[] {
  const logs = lengthsMs.map(Math.log)
  const [n, mean] = [logs.length, meanOf(logs)]
  if (n < LEAST_LENGTHS) {
    const why = tooFew(of, LEAST_LENGTHS, n)
    return [notEstimable(`${key}.median`, 'ms', why), notEstimable(`${key}.spread`, 'number', why)]
  }
  const variance = varianceOf(logs)
  const half = studentQuantile(n - 1) * Math.sqrt(variance / n)
  const interval: Interval = { low: Math.exp(mean - half), high: Math.exp(mean + half) }
  return [
    estimated({ key: `${key}.median`, unit: 'ms', n, of }, Math.exp(mean), interval, "Student's t"),
    n < LEAST_SPREADS
      ? notEstimable(`${key}.spread`, 'number', tooFew(of, LEAST_SPREADS, n))
      : spreadOfLogs(`${key}.spread`, variance, n, of),
  ]
}

function spreadOfLogs(key: string, variance: number, n: number, of: string): Estimate {
  return estimated({ key, unit: 'number', n, of }, Math.sqrt(variance), deviationInterval(variance, n - 1), 'exact')
}
