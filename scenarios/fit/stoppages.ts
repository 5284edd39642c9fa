import jStat from 'jstat'
import { allNotEstimable, type Estimate, estimated, figureOf, noColumn, none, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import { FINE_STEP_MS, type Levels } from './levels.ts'
import { bootstrapIntervals, LEAST_CLUSTERS, rateInterval, sum } from './numbers.ts'

const KEYS = {
  'noise.stoppages.share': 'share',
  'noise.stoppages.median': 'ms',
  'noise.stoppages.spread': 'number',
} as const
/** Fewer lengths say nothing of their spread. */
const LEAST_STOPS = 10
const MINUTE_MS = 60_000

/** Of one device: cycles of which a stoppage would have been seen from a length on, and those that were seen. */
interface Seen {
  readonly fromLog: number
  cycles: number
  count: number
  /** Of the logarithms of the lengths. */
  sum: number
  squares: number
}

/** Variance of the cycles' times for stoppages that take no longer than this, squared ms. */
export function unseenVariance({ share, logMedian, spread }: Law, mostMs: number): number {
  // The second moment of a log-normal distribution up to a bound.
  const bound = (Math.log(mostMs) - logMedian) / spread - 2 * spread
  return share * Math.exp(2 * logMedian + 2 * spread ** 2) * jStat.normal.cdf(bound, 0, 1)
}

/** The law of the estimates; null without stoppages. */
export function lawIn(estimates: readonly Estimate[]): Law | null {
  const [share, medianMs, spread] = Object.keys(KEYS).map((key) => figureOf(estimates, key) ?? 0) as [
    number,
    number,
    number,
  ]
  return share > 0 && medianMs > 0 && spread > 0 ? { share, logMedian: Math.log(medianMs), spread } : null
}

/** Log-normal lengths, and the share of cycles that have one. */
export interface Law {
  readonly share: number
  readonly logMedian: number
  readonly spread: number
}

/**
 * Cycles that take far longer. A stoppage is seen where the sum of a sample's cycles exceeds the usual one by a good part
 * of it, so that short ones are missed: the law is fitted to lengths that are cut off there. [source: truncated-likelihood]
 */
export function stoppages(grid: Grid, levels: readonly Levels[]): readonly Estimate[] {
  if (grid.devices.every(({ of }) => of.cycles === undefined)) return allNotEstimable(KEYS, noColumn('cycles'))
  if (grid.stepMs > FINE_STEP_MS) {
    const data = { needs: `${FINE_STEP_MS / MINUTE_MS} min`, has: `${grid.stepMs / MINUTE_MS} min` }
    // They are in the cycle times then, and must not come on top of them.
    const note = `samples of ${data.has} are too coarse to tell; the cycle times hold what there is`
    return [none({ key: 'noise.stoppages', unit: 'share', n: 0, of: 'stoppages' }, note)]
  }
  const stops = grid.devices.map((_, i) => stopsOf(grid, i, levels[i] as Levels))
  const count = sum(stops.flat().map((one) => one.count))
  const cycles = sum(stops.flat().map((one) => one.cycles))
  const about = { n: count, of: 'stoppages' }
  if (count === 0) {
    const most = rateInterval(0, cycles).high
    const note = `none in ${Math.round(cycles)} cycles; at most ${(100 * most).toPrecision(2)} % of them`
    return [none({ key: 'noise.stoppages', unit: 'share', ...about }, note)]
  }
  if (count < LEAST_STOPS) return allNotEstimable(KEYS, tooFew('stoppages', LEAST_STOPS, count))
  const law = lawOf(stops, null)
  const values = [law.share, Math.exp(law.logMedian), law.spread]
  const intervals =
    stops.length < LEAST_CLUSTERS
      ? null
      : bootstrapIntervals(values, stops.length, 'stoppages', (drawn) => {
          const again = lawOf(stops, drawn, law)
          return [again.share, Math.exp(again.logMedian), again.spread]
        })
  return (Object.keys(KEYS) as (keyof typeof KEYS)[]).map((key, i) =>
    estimated({ key, unit: KEYS[key], ...about }, values[i] as number, intervals?.[i] ?? null, 'bootstrap'),
  )
}

function stopsOf({ devices, calendar, slots }: Grid, index: number, { meanMs, stopAt }: Levels): readonly Seen[] {
  const { of, cycleMs } = devices[index] as Grid['devices'][number]
  const found = new Map<number, Seen>()
  if (of.cycles === undefined || cycleMs === null) return []
  for (let slot = 0; slot < slots; slot++) {
    const [n, ms] = [of.cycles[slot] as number, cycleMs[slot] as number]
    if (!(n > 0) || Number.isNaN(ms)) continue
    const shift = calendar.shift[slot] as number
    const usualMs = meanMs[shift] as number
    const seenFromMs = n * usualMs * (stopAt[shift] as number)
    const own = found.get(seenFromMs) ?? { fromLog: Math.log(seenFromMs), cycles: 0, count: 0, sum: 0, squares: 0 }
    found.set(seenFromMs, own)
    own.cycles += n
    const beyondMs = n * (ms - usualMs)
    if (beyondMs < seenFromMs) continue
    const log = Math.log(beyondMs)
    own.count += 1
    own.sum += log
    own.squares += log * log
  }
  return [...found.values()]
}

/** Lengths that are all the same have a spread of nothing. */
const LEAST_SPREAD = 1e-3
const STEPS = 300
const STEPS_AGAIN = 60
/** Below 1, so that the steps do not swing. */
const DAMPING = 0.7

/**
 * Maximum likelihood, each length given that it was seen: mean and mean square are those of a normal distribution that is
 * cut off. `drawn` is how often each device counts, `from` where to begin.
 */
function lawOf(stops: readonly (readonly Seen[])[], drawn: Uint16Array | null, from?: Law): Law {
  const timesOf = (i: number): number => (drawn === null ? 1 : (drawn[i] as number))
  const groups = stops.flatMap((own, i) => own.map((one) => ({ ...one, times: timesOf(i) })))
  const seen = groups.filter(({ times, count }) => times > 0 && count > 0)
  const weight = sum(seen.map(({ times, count }) => times * count))
  const mean = sum(seen.map((one) => one.times * one.sum)) / weight
  const square = sum(seen.map((one) => one.times * one.squares)) / weight
  let [mu, sigma] = from === undefined ? [mean, Math.sqrt(square - mean ** 2)] : [from.logMedian, from.spread]
  sigma = Math.max(sigma, LEAST_SPREAD)
  for (let step = 0; step < (from === undefined ? STEPS : STEPS_AGAIN); step++) {
    let [above, squares] = [0, 0]
    for (const { times, count, fromLog } of seen) {
      const z = (fromLog - mu) / sigma
      const hazard = hazardOf(z)
      above += times * count * sigma * hazard
      squares += times * count * sigma * sigma * (1 + z * hazard)
    }
    const nextMu = mean - above / weight
    const around = square - 2 * nextMu * mean + nextMu ** 2
    sigma = Math.max(sigma * ((around * weight) / squares) ** (DAMPING / 2), LEAST_SPREAD)
    mu += DAMPING * (nextMu - mu)
  }
  const exposed = sum(groups.map(({ times, cycles, fromLog }) => times * cycles * tail((fromLog - mu) / sigma)))
  return { share: weight / exposed, logMedian: mu, spread: sigma }
}

const tail = (z: number): number => 1 - jStat.normal.cdf(z, 0, 1)
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
/** Of the standard normal; far out in the tail it is about z. */
const hazardOf = (z: number): number => (z > 6 ? z + 1 / z : density(z) / tail(z))
