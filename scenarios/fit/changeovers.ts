import { allNotEstimable, type Estimate, estimated, noColumn, none, notEstimable, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import { LEAST_DEVICES, type Levels, SETTLED_MINUTES } from './levels.ts'
import {
  deviationInterval,
  independentDifferences,
  meanOf,
  medianOf,
  rateInterval,
  sum,
  varianceOf,
} from './numbers.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const KEYS = {
  'noise.changeovers.every': 'ms',
  'noise.changeovers.spread': 'share',
  'noise.changeovers.standstill': 'ms',
} as const
/** A shorter standstill of all devices may be chance, and so may one of less than two cycles. */
const LEAST_STANDSTILL_MS = 3 * MINUTE_MS
const LEAST_CYCLES = 2
/** A longer one is no change of the product. */
const MOST_STANDSTILL_MS = 3 * HOUR_MS
const COARSEST_STEP_MS = 10 * MINUTE_MS
/** Of a line, so that a few that report nothing do not hide it. */
const LEAST_SHARE = 0.7
/** What is compared before and after. */
const WINDOW_MS = 2 * HOUR_MS
const LEAST_WINDOW_MS = HOUR_MS / 2
/** Fewer differences have no spread worth the name. */
const LEAST_DIFFERENCES = 5

/** When a line stands still, in slots; the last one excluded. */
export interface Standstill {
  readonly from: number
  readonly to: number
}

/** By line: all its devices finish nothing for some minutes. Null where the recording cannot show it. */
export function standstills(grid: Grid, levels: readonly Levels[] | null): readonly (readonly Standstill[] | null)[] {
  const { lines, devices, slots, stepMs } = grid
  return lines.map((_, line) => {
    const own = devices.flatMap((one, i) =>
      one.line === line && one.of.cycles !== undefined ? [{ cycles: one.of.cycles, level: levels?.[i] }] : [],
    )
    if (own.length < LEAST_DEVICES || stepMs > COARSEST_STEP_MS) return null
    const cycleMs = Math.max(0, ...own.flatMap(({ level }) => level?.meanMs.filter((ms) => ms > 0) ?? []))
    const leastMs = Math.max(LEAST_STANDSTILL_MS, LEAST_CYCLES * cycleMs)
    const found: Standstill[] = []
    let from = -1
    for (let slot = 0; slot <= slots; slot++) {
      if (slot < slots && isStill(own, slot)) {
        if (from < 0) from = slot
        continue
      }
      const lengthMs = (slot - from) * stepMs
      if (from > 0 && slot < slots && lengthMs >= leastMs && lengthMs <= MOST_STANDSTILL_MS)
        found.push({ from, to: slot })
      from = -1
    }
    return found
  })
}

function isStill(devices: readonly { readonly cycles: Float64Array }[], slot: number): boolean {
  let heard = 0
  for (const { cycles } of devices) {
    const count = cycles[slot] as number
    if (count > 0) return false
    if (count === 0) heard += 1
  }
  return heard >= LEAST_SHARE * devices.length
}

/** Changes of a line's product: it stands still, and then its cycles take another time. */
export function changeovers(
  grid: Grid,
  still: readonly (readonly Standstill[] | null)[],
  means: readonly Float64Array[] | null,
): readonly Estimate[] {
  if (grid.devices.every(({ of }) => of.cycles === undefined)) return allNotEstimable(KEYS, noColumn('cycles'))
  const seen = still.filter((one) => one !== null)
  if (seen.length === 0) {
    const data = { needs: '10 min', has: `${grid.stepMs / MINUTE_MS} min` }
    const isCoarse = grid.stepMs > COARSEST_STEP_MS
    return allNotEstimable(
      KEYS,
      isCoarse ? { code: 'TOO_COARSE', data } : tooFew('devices on a line', LEAST_DEVICES, LEAST_DEVICES - 1),
    )
  }
  const count = sum(seen.map((own) => own.length))
  const exposureMs = seen.length * grid.slots * grid.stepMs
  const about = { n: count, of: 'standstills' }
  if (count === 0) {
    const often = (1 / rateInterval(0, exposureMs).high / HOUR_MS).toPrecision(2)
    const note = `no standstill of a line; at most one in ${often} h`
    return [none({ key: 'noise.changeovers', unit: 'ms', ...about }, note, exposureMs)]
  }
  const rate = rateInterval(count, exposureMs)
  const lengths = seen.flatMap((own) => own.map(({ from, to }) => (to - from) * grid.stepMs))
  return [
    estimated(
      { key: 'noise.changeovers.every', unit: 'ms', ...about },
      exposureMs / count,
      { low: 1 / rate.high, high: 1 / rate.low },
      'exact',
    ),
    productSpread(grid, still, means),
    estimated(
      { key: 'noise.changeovers.standstill', unit: 'ms', ...about },
      medianOf(lengths),
      medianInterval(lengths, grid.stepMs),
      'exact',
    ),
  ]
}

/** Of a median, from the ranks that the sign test leaves, and half a slot for the times between them. */
function medianInterval(values: readonly number[], stepMs: number): { low: number; high: number } | null {
  const n = values.length
  const sorted = [...values].sort((a, b) => a - b)
  // Binomial with p = 1/2: how many ranks from each end have together less than 2.5 %.
  let [term, below, rank] = [0.5 ** n, 0.5 ** n, 0]
  if (n < 6 || n > 1_000) {
    if (n < 6) return null
    rank = Math.floor(n / 2 - 0.98 * Math.sqrt(n))
  } else {
    while (below <= 0.025) {
      rank += 1
      term *= (n - rank + 1) / rank
      below += term
    }
  }
  const low = sorted[Math.max(rank - 1, 0)] as number
  const high = sorted[Math.min(n - rank, n - 1)] as number
  return { low: low - stepMs / 2, high: high + stepMs / 2 }
}

function productSpread(
  grid: Grid,
  still: readonly (readonly Standstill[] | null)[],
  means: readonly Float64Array[] | null,
): Estimate {
  const key = 'noise.changeovers.spread'
  if (means === null) return notEstimable(key, 'share', noColumn('cycleTimeMs', 'cycleTimeMsSum'))
  const changed: number[] = []
  const unchanged: number[] = []
  means.forEach((mean, line) => {
    const own = still[line] ?? []
    changed.push(...own.flatMap(({ from, to }, i) => differenceAt(grid, mean, { from, to }, own[i - 1], own[i + 1])))
    unchanged.push(...own.flatMap((one, i) => placebo(grid, mean, one, own[i + 1])))
  })
  if (changed.length < LEAST_DIFFERENCES || unchanged.length < LEAST_DIFFERENCES) {
    const has = Math.min(changed.length, unchanged.length)
    return notEstimable(key, 'share', tooFew('changeovers with half an hour before and after', LEAST_DIFFERENCES, has))
  }
  const [total, noise] = [varianceOf(changed), varianceOf(unchanged)]
  const bounds = deviationInterval(total, independentDifferences(changed.length - 1))
  const spread = (variance: number): number => Math.sqrt(Math.max(variance - noise, 0) / 2)
  const about = { key, unit: 'share', n: changed.length, of: 'changeovers' } as const
  return estimated(about, spread(total), { low: spread(bounds.low ** 2), high: spread(bounds.high ** 2) }, 'exact')
}

/** Logarithm of the ratio of a line's cycle times after and before, up to the neighbouring standstills. */
function differenceAt(
  grid: Grid,
  mean: Float64Array,
  { from, to }: Standstill,
  before: Standstill | undefined,
  after: Standstill | undefined,
): number[] {
  const window = Math.floor(WINDOW_MS / grid.stepMs)
  const earlier = settledMean(grid, mean, Math.max(from - window, before?.to ?? 0), from)
  // The slot after the standstill has the cycle that it broke off.
  const later = settledMean(grid, mean, to + 1, Math.min(to + 1 + window, after?.from ?? grid.slots))
  return earlier === null || later === null ? [] : [Math.log((1 + later) / (1 + earlier))]
}

/** The same in the middle between two changeovers, where nothing changes. */
function placebo(grid: Grid, mean: Float64Array, { to }: Standstill, next: Standstill | undefined): number[] {
  if (next === undefined) return []
  const middle = Math.floor((to + next.from) / 2)
  return differenceAt(grid, mean, { from: middle, to: middle }, { from: 0, to: to + 1 }, next)
}

/** Null where there is too little beside the hours after a change of shift. */
function settledMean({ calendar, stepMs }: Grid, values: Float64Array, from: number, to: number): number | null {
  const settled: number[] = []
  for (let slot = from; slot < to; slot++) {
    const value = values[slot] as number
    if (!Number.isNaN(value) && (calendar.sinceShift[slot] as number) >= SETTLED_MINUTES) settled.push(value)
  }
  return settled.length * stepMs < LEAST_WINDOW_MS ? null : meanOf(settled)
}
