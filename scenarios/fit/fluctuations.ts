import {
  autocovarianceOf,
  autoregression,
  type Component,
  lagsUpTo,
  type Mixture,
  MixtureFit,
  sawtooth,
} from './autocovariance.ts'
import { allNotEstimable, type Estimate, estimated, none, notEstimable, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import { FINE_STEP_MS, LEAST_DEVICES, type Levels } from './levels.ts'
import { bootstrapInterval, drawnMean, LEAST_CLUSTERS, meanOf, medianOf } from './numbers.ts'
import { type Law, unseenVariance } from './stoppages.ts'

const MINUTE_MS = 60_000
const HOUR_MINUTES = 60
const KEYS = {
  'noise.wander.spread': 'share',
  'noise.wander.timeConstant': 'ms',
  'noise.toolWear.rise': 'share',
  'noise.toolWear.life': 'ms',
} as const
/** As in the twin: tools last up to a fifth longer or shorter. */
const TOOL_RANGE = 0.2
/** Longer lags have too few independent pairs. */
const MOST_LAG_SHARE = 1 / 3
const MOST_LAG_MINUTES = 96 * HOUR_MINUTES
/** A life must be seen this often. */
const LEAST_LIVES = 3

/**
 * What moves the cycle times of a device alone: a wander, the wear of its tool, and single cycles. They are told apart by
 * how long each goes on (`autocovariance.ts`).
 */
export function fluctuations(
  grid: Grid,
  levels: readonly Levels[],
  own: readonly (Float64Array | null)[],
  roundingMs: number,
  stops: Law | null,
): readonly Estimate[] {
  const series = own.filter((one) => one !== null)
  const stepMinutes = grid.stepMs / MINUTE_MS
  if (series.length < LEAST_CLUSTERS) {
    const why = tooFew(`devices on lines with ${LEAST_DEVICES} or more`, LEAST_CLUSTERS, series.length)
    return [...allNotEstimable(KEYS, why), ...cycleSpread(grid, levels, null, roundingMs, stops)]
  }
  const hours = (grid.slots * grid.stepMs) / (HOUR_MINUTES * MINUTE_MS)
  const lags = lagsUpTo(Math.floor(Math.min(grid.slots * MOST_LAG_SHARE, MOST_LAG_MINUTES / stepMinutes)))
  const lagMinutes = lags.map((lag) => lag * stepMinutes)
  const auto = autocovarianceOf(series, lags)
  const mostMinutes = Math.min((lagMinutes.at(-1) as number) / 3, 12 * HOUR_MINUTES)
  const wanders = steps(2 * stepMinutes, mostMinutes, 1.15).map((minutes) => autoregression(minutes, lagMinutes))
  const lives = steps(8 * HOUR_MINUTES, (hours * HOUR_MINUTES) / LEAST_LIVES, 1.08).map((minutes) =>
    sawtooth(minutes, TOOL_RANGE, lagMinutes),
  )
  const about = { n: series.length, of: 'devices' }
  const { wear, fit } = wearOf(auto, wanders, lives, about, hours)
  return [...wanderOf(fit, about), ...wear, ...cycleSpread(grid, levels, fit, roundingMs, stops)]
}

const steps = (from: number, to: number, factor: number): readonly number[] => {
  const found: number[] = []
  for (let value = from; value <= to; value *= factor) found.push(value)
  return found
}

interface Counted {
  readonly n: number
  readonly of: string
}

/** The wear, and the fit with it where there is some. */
function wearOf(
  auto: ConstructorParameters<typeof MixtureFit>[0],
  wanders: readonly Component[],
  lives: readonly Component[],
  about: Counted,
  hours: number,
): { readonly wear: readonly Estimate[]; readonly fit: MixtureFit } {
  const without = new MixtureFit(auto, [wanders])
  const keys = { 'noise.toolWear.rise': 'share', 'noise.toolWear.life': 'ms' } as const
  if (lives.length === 0) {
    const data = { needs: `${LEAST_LIVES * 8} h`, has: `${Math.round(hours)} h` }
    return { wear: allNotEstimable(keys, { code: 'TOO_SHORT', data }), fit: without }
  }
  const fit = new MixtureFit(auto, [wanders, lives])
  const squared = (mixture: Mixture): number => mixture.parts[1]?.weight as number
  const found = squared(fit.fit())
  const rise = fit.interval('wear', squared)
  if (!(rise.low > 0)) {
    const most = Math.sqrt(Math.max(rise.high, 0))
    const note = `no sawtooth in cycle times; at most ${(100 * most).toFixed(1)} %`
    return { wear: [none({ key: 'noise.toolWear', unit: 'share', ...about }, note)], fit: without }
  }
  const life = (mixture: Mixture): number => (mixture.parts[1]?.minutes as number) * MINUTE_MS
  const [low, high] = [Math.sqrt(rise.low), Math.sqrt(rise.high)]
  return {
    wear: [
      estimated({ key: 'noise.toolWear.rise', unit: 'share', ...about }, Math.sqrt(found), { low, high }, 'bootstrap'),
      estimated(
        { key: 'noise.toolWear.life', unit: 'ms', ...about },
        life(fit.fit()),
        widened(fit.interval('life', life), 1.08),
        'bootstrap',
      ),
    ],
    fit,
  }
}

/** By half a step of the grid that a value was searched on. */
const widened = ({ low, high }: { low: number; high: number }, step: number): { low: number; high: number } => ({
  low: low / Math.sqrt(step),
  high: high * Math.sqrt(step),
})

function wanderOf(fit: MixtureFit, about: Counted): readonly Estimate[] {
  const variance = (mixture: Mixture): number => mixture.parts[0]?.weight as number
  const minutes = (mixture: Mixture): number => mixture.parts[0]?.minutes as number
  const found = fit.fit()
  const { low, high } = fit.interval('wander', variance)
  if (!(low > 0)) {
    const note = `no correlation from sample to sample; at most ${(100 * Math.sqrt(Math.max(high, 0))).toFixed(1)} %`
    return [none({ key: 'noise.wander', unit: 'share', ...about }, note)]
  }
  const time = fit.interval('time constant', minutes)
  const interval = widened({ low: time.low * MINUTE_MS, high: time.high * MINUTE_MS }, 1.15)
  return [
    estimated(
      { key: 'noise.wander.spread', unit: 'share', ...about },
      Math.sqrt(variance(found)),
      { low: Math.sqrt(low), high: Math.sqrt(high) },
      'bootstrap',
    ),
    estimated(
      { key: 'noise.wander.timeConstant', unit: 'ms', ...about },
      minutes(found) * MINUTE_MS,
      interval,
      'bootstrap',
    ),
  ]
}

const USUAL_SPREADS = 5
const MAD_TO_SIGMA = 1.4826
const usualSpread = (residual: Float64Array): number =>
  MAD_TO_SIGMA * medianOf(Array.from(residual).flatMap((value) => (Number.isNaN(value) ? [] : [Math.abs(value)])))

const CYCLE_SPREAD = 'noise.cycleSpread'

/**
 * Of single cycles: from the sums of squares, where they are recorded; else from what is white in the means of few cycles,
 * each of which has a variance of sigma^2 / n.
 */
function cycleSpread(
  { devices, stepMs }: Grid,
  levels: readonly Levels[],
  fit: MixtureFit | null,
  roundingMs: number,
  stops: Law | null,
): readonly Estimate[] {
  const squares = devices.map(({ of, cycleMs }, i) => {
    const [sums, cycles] = [of.cycleTimeMsSumOfSquares, of.cycles]
    if (sums === undefined || cycles === undefined || cycleMs === null) return Number.NaN
    const own = (levels[i] as Levels).residual
    // A stoppage is none of the cycles' own scatter, and neither are those that are too short to be seen.
    const most = USUAL_SPREADS * usualSpread(own)
    const variances = sums.map((sum, slot) => {
      const [n, mean] = [cycles[slot] as number, cycleMs[slot] as number]
      if (n < 2 || !((own[slot] as number) < most)) return Number.NaN
      const short = stops === null ? 0 : unseenVariance(stops, most * n * mean) / mean ** 2
      return (sum / n / mean ** 2 - 1) / (1 - 1 / n) - short
    })
    return meanOf(variances)
  })
  const known = squares.filter((value) => !Number.isNaN(value))
  if (known.length > 0) return [spreadEstimate(known)]
  const counts = devices.map(({ of }, i) => {
    const own = (levels[i] as Levels).residual
    return of.cycles === undefined
      ? Number.NaN
      : meanOf(of.cycles.map((n, slot) => (Number.isNaN(own[slot] as number) ? Number.NaN : 1 / n)))
  })
  const perCycle = meanOf(counts)
  if (Number.isNaN(perCycle)) {
    const why = { code: 'NO_COLUMN', data: { columns: ['cycles', 'cycleTimeMsSumOfSquares'] } } as const
    return [notEstimable(CYCLE_SPREAD, 'share', why)]
  }
  if (stepMs > FINE_STEP_MS) {
    const data = { needs: '2 min, or a column cycleTimeMsSumOfSquares', has: `${stepMs / MINUTE_MS} min` }
    return [notEstimable(CYCLE_SPREAD, 'share', { code: 'TOO_COARSE', data })]
  }
  if (fit === null) {
    const why = tooFew(`devices on lines with ${LEAST_DEVICES} or more`, LEAST_CLUSTERS, 0)
    return [notEstimable(CYCLE_SPREAD, 'share', why)]
  }
  // Rounding to steps adds a twelfth of a squared step.
  const rounding = roundingMs ** 2 / 12 / meanOf(levels.flatMap(({ meanMs }) => meanMs)) ** 2
  const spread = ({ white }: Mixture): number => Math.sqrt(Math.max(white - rounding, 0) / perCycle)
  const about = { key: CYCLE_SPREAD, unit: 'share', n: fit.devices, of: 'devices' } as const
  return [estimated(about, spread(fit.fit()), fit.interval('cycle spread', spread), 'bootstrap')]
}

function spreadEstimate(variances: readonly number[]): Estimate {
  const value = Math.sqrt(Math.max(meanOf(variances), 0))
  const about = { key: CYCLE_SPREAD, unit: 'share', n: variances.length, of: 'devices' } as const
  if (variances.length < LEAST_CLUSTERS) return estimated(about, value, null, 'read off')
  const interval = bootstrapInterval(value, variances.length, 'cycle spread', (drawn) =>
    Math.sqrt(Math.max(drawnMean(variances, drawn), 0)),
  )
  return estimated(about, value, interval, 'bootstrap')
}
