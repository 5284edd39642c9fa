import { studentQuantile } from '../../reports/numbers/statistics.ts'
import type { LineSettings } from '../../sim/plant/settings.ts'
import type { Standstill } from './changeovers.ts'
import { type Estimate, estimated, noColumn, notEstimable, tooFew } from './estimate.ts'
import type { Grid } from './grid.ts'
import { factorsOf, type Levels } from './levels.ts'
import {
  bootstrapInterval,
  deviationInterval,
  drawnMean,
  halfRange,
  type Interval,
  LEAST_CLUSTERS,
  meanOf,
  sum,
  varianceOf,
} from './numbers.ts'

const LEAST_LINES = 3
const MINUTE_MS = 60_000

/** Mean cycle times of the shifts. `wear` is by how much tools lengthen them on average. */
export function shiftCycleTimes(
  { lines, devices }: Grid,
  levels: readonly Levels[],
  { shifts }: LineSettings,
  wear: number,
): readonly Estimate[] {
  return shifts.map(({ name }, shift): Estimate => {
    const key = `shifts.${name}.cycleTime`
    const means = levels.map(({ meanMs }) => (meanMs[shift] as number) / (1 + wear))
    const known = means.filter((ms) => !Number.isNaN(ms))
    if (known.length === 0) {
      const data = { needs: `an hour of the shift ${name}`, has: 'none' }
      return notEstimable(key, 'ms', { code: 'TOO_SHORT', data })
    }
    const byLine = lines
      .map((_, line) => meanOf(means.filter((_, i) => devices[i]?.line === line)))
      .filter((ms) => !Number.isNaN(ms))
    // What lines have in common makes devices of a line no independent samples of the plant.
    const samples = byLine.length >= LEAST_LINES ? byLine : known
    const of = samples === byLine ? 'lines' : 'devices'
    const about = { key, unit: 'ms', n: samples.length, of } as const
    return estimated(about, meanOf(samples), studentInterval(samples), "Student's t")
  })
}

function studentInterval(samples: readonly number[]): Interval | null {
  if (samples.length < LEAST_LINES) return null
  const mean = meanOf(samples)
  const half = studentQuantile(samples.length - 1) * Math.sqrt(varianceOf(samples) / samples.length)
  return { low: mean - half, high: mean + half }
}

/** How devices of a line differ, and how lines do. `own` is of each device without what its line has in common. */
export function differences(
  grid: Grid,
  levels: readonly Levels[],
  shifts: number,
  own: readonly (Float64Array | null)[],
): readonly Estimate[] {
  const factors = factorsOf(levels, shifts)
  const byLine = grid.lines.map((_, line) => factors.filter((_, i) => grid.devices[i]?.line === line))
  return [deviceEffect(byLine, meanNoise(grid, own)), lineEffect(byLine)]
}

function deviceEffect(byLine: readonly (readonly number[])[], noise: number): Estimate {
  const key = 'noise.deviceEffect'
  const several = byLine.filter((own) => own.length > 1)
  const degrees = sum(several.map((own) => own.length - 1))
  if (degrees < LEAST_CLUSTERS)
    return notEstimable(key, 'share', tooFew('devices beside others', LEAST_CLUSTERS, degrees))
  const squares = sum(several.map((own) => relativeVariance(own) * (own.length - 1)))
  const variance = squares / degrees
  const bounds = deviationInterval(variance, degrees)
  const spread = (value: number): number => Math.sqrt(Math.max(value - noise, 0))
  const about = { key, unit: 'share', n: degrees + several.length, of: 'devices' } as const
  return estimated(about, spread(variance), { low: spread(bounds.low ** 2), high: spread(bounds.high ** 2) }, 'exact')
}

/** Of the devices of a line about their mean. */
const relativeVariance = (factors: readonly number[]): number => varianceOf(factors) / (1 + meanOf(factors)) ** 2

function lineEffect(byLine: readonly (readonly number[])[]): Estimate {
  const key = 'noise.lineEffect'
  const means = byLine.map(meanOf).filter((mean) => !Number.isNaN(mean))
  if (means.length < LEAST_LINES) return notEstimable(key, 'share', tooFew('lines', LEAST_LINES, means.length))
  const { value, ...interval } = halfRange(means)
  return estimated({ key, unit: 'share', n: means.length, of: 'lines' }, value, interval, 'exact')
}

/** Variance of a device's mean over the recording for all that is not its own effect, from the scatter of its days. */
function meanNoise({ calendar, slots }: Grid, own: readonly (Float64Array | null)[]): number {
  const variances = own.flatMap((values) => {
    if (values === null) return []
    const days = new Map<number, number[]>()
    for (let slot = 0; slot < slots; slot++) {
      const value = values[slot] as number
      if (Number.isNaN(value)) continue
      const day = calendar.day[slot] as number
      const known = days.get(day) ?? []
      known.push(value)
      days.set(day, known)
    }
    const means = [...days.values()].map(meanOf)
    return means.length < 2 ? [] : [varianceOf(means) / means.length]
  })
  return variances.length === 0 ? 0 : meanOf(variances)
}

/** Shares of full volume: the time that a station works of the time that it could. */
export function volumes(
  grid: Grid,
  levels: readonly Levels[],
  { shifts }: LineSettings,
  still: readonly (readonly Standstill[] | null)[],
): readonly Estimate[] {
  if (grid.devices.every(({ of }) => of.cycles === undefined)) {
    return [...shifts.map(({ name }) => `shifts.${name}.volume`), 'weekendVolume'].map((key) =>
      notEstimable(key, 'share', noColumn('cycles')),
    )
  }
  const busy = grid.devices.map((_, i) => busyShares(grid, i, levels[i] as Levels, shifts.length, still))
  const found = shifts.map(({ name }, shift) =>
    shareEstimate(
      `shifts.${name}.volume`,
      busy.map((own) => own.weekday[shift] as number),
      `working days with the shift ${name}`,
    ),
  )
  const ratios = busy.map(({ weekday, weekend }) =>
    meanOf(weekend.map((share, shift) => share / (weekday[shift] as number))),
  )
  return [...found, shareEstimate('weekendVolume', ratios, 'weekends')]
}

function shareEstimate(key: string, shares: readonly number[], needs: string): Estimate {
  const known = shares.filter((share) => Number.isFinite(share))
  if (known.length === 0) return notEstimable(key, 'share', { code: 'TOO_SHORT', data: { needs, has: 'none' } })
  const value = Math.min(meanOf(known), 1)
  const about = { key, unit: 'share', n: known.length, of: 'devices' } as const
  if (known.length < LEAST_CLUSTERS) return estimated(about, value, null, 'bootstrap')
  const interval = bootstrapInterval(meanOf(known), known.length, key, (drawn) => drawnMean(known, drawn))
  return estimated(about, value, interval, 'bootstrap')
}

interface Busy {
  readonly weekday: readonly number[]
  readonly weekend: readonly number[]
}

function busyShares(
  { devices, calendar, slots, stepMs }: Grid,
  index: number,
  { meanMs, stopAt }: Levels,
  shifts: number,
  still: readonly (readonly Standstill[] | null)[],
): Busy {
  const { of, cycleMs, line } = devices[index] as Grid['devices'][number]
  const work = new Float64Array(2 * shifts)
  const time = new Float64Array(2 * shifts)
  const standing = new Uint8Array(slots)
  for (const { from, to } of still[line] ?? []) standing.fill(1, from, to)
  for (let slot = 0; slot < slots; slot++) {
    const n = of.cycles?.[slot] ?? Number.NaN
    if (Number.isNaN(n) || standing[slot] === 1) continue
    const shift = calendar.shift[slot] as number
    const at = shift + shifts * (calendar.isWeekend[slot] as number)
    time[at] = (time[at] as number) + stepMs
    if (n === 0 || cycleMs === null) continue
    const [ms, usualMs] = [cycleMs[slot] as number, meanMs[shift] as number]
    const isStop = ms / usualMs - 1 >= (stopAt[shift] as number)
    work[at] = (work[at] as number) + n * (isStop ? usualMs : ms)
    if (isStop) time[at] = (time[at] as number) - n * (ms - usualMs)
  }
  const share = (at: number): number =>
    (time[at] as number) > MINUTE_MS ? (work[at] as number) / (time[at] as number) : Number.NaN
  return {
    weekday: Array.from({ length: shifts }, (_, shift) => share(shift)),
    weekend: Array.from({ length: shifts }, (_, shift) => share(shift + shifts)),
  }
}
