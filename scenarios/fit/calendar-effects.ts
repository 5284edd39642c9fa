import { studentQuantile } from '../../reports/numbers/statistics.ts'
import type { Standstill } from './changeovers.ts'
import { type Estimate, estimated, none, notEstimable, tooFew } from './estimate.ts'
import type { Calendar, Grid } from './grid.ts'
import { LEAST_DEVICES, type Levels, SETTLED_MINUTES } from './levels.ts'
import {
  bootstrapIntervals,
  deviationInterval,
  drawnMean,
  independentDifferences,
  meanOf,
  sum,
  varianceOf,
} from './numbers.ts'

const MINUTE_MS = 60_000
const HOUR_MINUTES = 60

/** Coarser samples cannot show what lasts some minutes. */
const COARSEST_HANDOVER_MS = 15 * MINUTE_MS
/** Within it a handover ends; the two hours after it are what it is compared with. */
const MOST_HANDOVER_MINUTES = 120
const REFERENCE_END_MINUTES = 240
const LEAST_SHIFTS = 5

/** The first minutes of shifts beside the hours that follow in the same shift. */
export function handover(grid: Grid, levels: readonly Levels[]): readonly Estimate[] {
  const keys = ['noise.handover.slower', 'noise.handover.for'] as const
  const stepMinutes = grid.stepMs / MINUTE_MS
  if (grid.stepMs > COARSEST_HANDOVER_MS) {
    const data = { needs: '15 min', has: `${stepMinutes} min` }
    return keys.map((key, i) => notEstimable(key, i === 0 ? 'share' : 'ms', { code: 'TOO_COARSE', data }))
  }
  const profiles = shiftProfiles(grid, levels)
  if (profiles.length < LEAST_SHIFTS) {
    const why = tooFew('whole beginnings of shifts', LEAST_SHIFTS, profiles.length)
    return keys.map((key, i) => notEstimable(key, i === 0 ? 'share' : 'ms', why))
  }
  const found = stepOf(profiles, null, stepMinutes)
  const [slower, lasts] = bootstrapIntervals([found.slower, found.minutes], profiles.length, 'handover', (drawn) => {
    const again = stepOf(profiles, drawn, stepMinutes)
    return [again.slower, again.minutes]
  }) as [{ low: number; high: number }, { low: number; high: number }]
  const about = { n: profiles.length, of: 'shifts' }
  if (!(slower.low > 0)) {
    const note = `shifts begin as they go on; at most ${(100 * Math.max(slower.high, 0)).toFixed(1)} % slower`
    return [none({ key: 'noise.handover', unit: 'share', ...about }, note)]
  }
  // The end lies somewhere within a sample.
  const interval = {
    low: (lasts.low - stepMinutes / 2) * MINUTE_MS,
    high: (lasts.high + stepMinutes / 2) * MINUTE_MS,
  }
  return [
    estimated({ key: keys[0], unit: 'share', ...about }, found.slower, slower, 'bootstrap'),
    estimated({ key: keys[1], unit: 'ms', ...about }, found.minutes * MINUTE_MS, interval, 'bootstrap'),
  ]
}

/** By shift that began within the recording: the mean residual of each sample after it, beside that of the reference. */
function shiftProfiles({ calendar, slots, stepMs }: Grid, levels: readonly Levels[]): readonly (readonly number[])[] {
  const stepMinutes = stepMs / MINUTE_MS
  const length = Math.ceil(MOST_HANDOVER_MINUTES / stepMinutes)
  const found: number[][] = []
  for (const from of shiftStarts(calendar)) {
    const end = from + Math.ceil(REFERENCE_END_MINUTES / stepMinutes)
    if (end > slots || (calendar.sinceShift[end - 1] as number) < MOST_HANDOVER_MINUTES) continue
    const level = meanOf(Array.from({ length: end - from - length }, (_, i) => plantMean(levels, from + length + i)))
    const profile = Array.from({ length }, (_, i) => plantMean(levels, from + i) - level)
    if (!Number.isNaN(level) && profile.some((value) => !Number.isNaN(value))) found.push(profile)
  }
  return found
}

const shiftStarts = ({ sinceShift }: Calendar): readonly number[] =>
  Array.from(sinceShift.keys()).filter(
    (slot) => slot > 0 && (sinceShift[slot] as number) < (sinceShift[slot - 1] as number),
  )

/** Of all devices in a slot. */
const plantMean = (levels: readonly Levels[], slot: number): number =>
  meanOf(levels.map(({ residual }) => residual[slot] as number))

/** The step function that fits a mean profile best: so much slower at first, and then as usual. */
function stepOf(
  profiles: readonly (readonly number[])[],
  drawn: Uint16Array | null,
  stepMinutes: number,
): { readonly slower: number; readonly minutes: number } {
  const length = profiles[0]?.length ?? 0
  const all = drawn ?? new Uint16Array(profiles.length).fill(1)
  let [total, count] = [0, 0]
  let best = { gain: Number.NEGATIVE_INFINITY, slower: 0, minutes: stepMinutes }
  for (let i = 0; i < length; i++) {
    const value = drawnMean(
      profiles.map((profile) => profile[i] as number),
      all,
    )
    if (Number.isNaN(value)) continue
    total += value
    count += 1
    const gain = total ** 2 / count
    if (gain > best.gain) best = { gain, slower: total / count, minutes: (i + 1) * stepMinutes }
  }
  return best
}

const LEAST_DAYS = 7
/** Of a day's time. */
const LEAST_OF_DAY = 0.5

/** The slope of the plant's days, with Student's t: days are few, and each has an effect of its own. */
export function trend(grid: Grid, levels: readonly Levels[]): Estimate {
  const byDay = new Map<number, { sum: number; count: number }>()
  const { calendar, slots, stepMs } = grid
  for (let slot = 0; slot < slots; slot++) {
    if ((calendar.sinceShift[slot] as number) < SETTLED_MINUTES) continue
    const value = plantMean(levels, slot)
    if (Number.isNaN(value)) continue
    const own = byDay.get(calendar.day[slot] as number) ?? { sum: 0, count: 0 }
    byDay.set(calendar.day[slot] as number, { sum: own.sum + value, count: own.count + 1 })
  }
  const least = (LEAST_OF_DAY * 24 * HOUR_MINUTES * MINUTE_MS) / stepMs
  const days = [...byDay].flatMap(([day, { sum: total, count }]) =>
    count < least ? [] : [{ day, level: total / count }],
  )
  const key = 'noise.trend'
  if (days.length < LEAST_DAYS) {
    const data = { needs: `${LEAST_DAYS} whole days`, has: String(days.length) }
    return notEstimable(key, 'share a day', { code: 'TOO_SHORT', data })
  }
  const { slope, error } = lineThrough(days)
  const half = studentQuantile(days.length - 2) * error
  const about = { key, unit: 'share a day', n: days.length, of: 'days' } as const
  const [low, high] = [slope - half, slope + half]
  if (low <= 0 && high >= 0) {
    return none(about, `no slope; between ${(100 * low).toFixed(2)} and ${(100 * high).toFixed(2)} % a day`)
  }
  return estimated(about, slope, { low, high }, "Student's t")
}

function lineThrough(days: readonly { readonly day: number; readonly level: number }[]): {
  readonly slope: number
  readonly error: number
} {
  const [day, level] = [meanOf(days.map((one) => one.day)), meanOf(days.map((one) => one.level))]
  const squares = sum(days.map((one) => (one.day - day) ** 2))
  const slope = sum(days.map((one) => (one.day - day) * (one.level - level))) / squares
  const left = sum(days.map((one) => (one.level - level - slope * (one.day - day)) ** 2))
  return { slope, error: Math.sqrt(left / (days.length - 2) / squares) }
}

const DAY_KEYS = ['noise.days.line', 'noise.days.plant'] as const
const LEAST_BOUNDARIES = 5
const WINDOW_MINUTES = 180

/**
 * Effects of days, from the differences of a line's cycle times across the change of the day: what all lines have in
 * common there is the plant's, what they do not is the line's, and as much as differs within a day is no effect of days.
 * Lines that change their product around it do not count.
 */
export function dayEffects(
  grid: Grid,
  means: readonly Float64Array[],
  still: readonly (readonly Standstill[] | null)[],
): readonly Estimate[] {
  const lines = means.flatMap((mean, line) => (mean.some((value) => !Number.isNaN(value)) ? [line] : []))
  if (lines.length === 0) {
    const why = tooFew('devices on a line', LEAST_DEVICES, LEAST_DEVICES - 1)
    return DAY_KEYS.map((key) => notEstimable(key, 'share', why))
  }
  const starts = shiftStarts(grid.calendar)
  const isNewDay = (slot: number): boolean => grid.calendar.day[slot] !== grid.calendar.day[slot - 1]
  const differences = (slot: number): readonly number[] =>
    lines.flatMap((line) => differenceAcross(grid, means[line] as Float64Array, still[line] ?? [], slot))
  const boundaries = starts
    .filter(isNewDay)
    .map(differences)
    .filter((own) => own.length > 0)
  const middle = Math.round(((SETTLED_MINUTES + WINDOW_MINUTES) * MINUTE_MS) / grid.stepMs)
  const within = starts.map((slot) => differences(slot + middle)).filter((own) => own.length > 0)
  const several = boundaries.filter((own) => own.length > 1)
  const known = lines.length === 1 ? boundaries.length : several.length
  if (known < LEAST_BOUNDARIES || within.length < LEAST_BOUNDARIES) {
    const why = tooFew('changes of the day at which no line changes its product', LEAST_BOUNDARIES, known)
    return DAY_KEYS.map((key) => notEstimable(key, 'share', why))
  }
  const about = { n: boundaries.length, of: 'days' }
  const noise = varianceOf(within.flat())
  const plantNoise = varianceOf(within.map(meanOf))
  if (lines.length === 1) {
    const found = effect(DAY_KEYS[0], varianceOf(boundaries.flat()), boundaries.length - 1, noise, about)
    return [
      found,
      notEstimable(DAY_KEYS[1], 'share', { code: 'NOT_SEPARATE', data: { from: 'the day of the only line' } }),
    ]
  }
  const degrees = sum(several.map((own) => own.length - 1))
  const ofLines = sum(several.map((own) => varianceOf(own) * (own.length - 1))) / degrees
  const perBoundary = meanOf(boundaries.map((own) => 1 / own.length))
  // The means of the lines hold a share of what the lines do not have in common.
  const common = Math.max(plantNoise, ofLines * perBoundary)
  return [
    effect(DAY_KEYS[0], ofLines, degrees, noise, about),
    effect(DAY_KEYS[1], varianceOf(boundaries.map(meanOf)), boundaries.length - 1, common, about),
  ]
}

/** The standard deviation of one day, of which a difference has two. */
function effect(
  key: (typeof DAY_KEYS)[number],
  variance: number,
  degrees: number,
  noise: number,
  counted: { readonly n: number; readonly of: string },
): Estimate {
  const bounds = deviationInterval(variance, independentDifferences(degrees))
  const spread = (value: number): number => Math.sqrt(Math.max(value - noise, 0) / 2)
  const about = { key, unit: 'share', ...counted } as const
  const interval = { low: spread(bounds.low ** 2), high: spread(bounds.high ** 2) }
  if (interval.low === 0) return none(about, `days do not differ; at most ${(100 * interval.high).toFixed(1)} %`)
  return estimated(about, spread(variance), interval, 'exact')
}

function differenceAcross(
  grid: Grid,
  mean: Float64Array,
  still: readonly Standstill[],
  slot: number,
): readonly number[] {
  const window = Math.round((WINDOW_MINUTES * MINUTE_MS) / grid.stepMs)
  const settled = Math.round((SETTLED_MINUTES * MINUTE_MS) / grid.stepMs)
  const [from, to] = [slot - window, slot + settled + window]
  if (from < 0 || to > grid.slots || still.some((one) => one.to > from && one.from < to)) return []
  // Within a shift the day may not change, nor may another shift begin.
  const begins = grid.calendar.sinceShift
  for (let i = slot + 1; i < to; i++) if ((begins[i] as number) < (begins[i - 1] as number)) return []
  const [before, after] = [meanOf(mean.subarray(from, slot)), meanOf(mean.subarray(slot + settled, to))]
  const difference = Math.log((1 + after) / (1 + before))
  return Number.isNaN(difference) ? [] : [difference]
}
