import type { Grid, GridDevice } from './grid.ts'
import { meanOf, medianOf } from './numbers.ts'

/** After a change of shift a line works as usual again; no handover of a plant file's presets lasts longer. */
export const SETTLED_MINUTES = 60
/** Samples farther apart hold too many cycles for one long one to stand out. */
export const FINE_STEP_MS = 120_000
/** A mean this much above the usual one holds a stoppage; a handover, which lasts, makes less of a difference. */
const LEAST_STOP = 0.6
/** Or so many of its own spreads, where a machine is less even. */
const STOP_SPREADS = 8
const MAD_TO_SIGMA = 1.4826

/** How long cycles of a device take, and where they took far longer. */
export interface Levels {
  /** By shift; NaN where there are no cycles. Without stoppages, and without the first hour of shifts. */
  readonly meanMs: readonly number[]
  /** Relative excess from which on a slot holds a stoppage, by shift; infinite where stoppages cannot be told. */
  readonly stopAt: readonly number[]
  /** Relative to the mean of the shift; NaN where there were no cycles, or a stoppage. */
  readonly residual: Float64Array
}

/** Of each device of a recording with cycle times. */
export const levelsOf = (grid: Grid, shifts: number): readonly Levels[] =>
  grid.devices.map((device) => deviceLevels(device, device.cycleMs as Float64Array, grid, shifts))

function deviceLevels(
  { of }: GridDevice,
  cycleMs: Float64Array,
  { calendar, slots, stepMs }: Grid,
  shifts: number,
): Levels {
  const values: number[][] = Array.from({ length: shifts }, () => [])
  for (let slot = 0; slot < slots; slot++) {
    const ms = cycleMs[slot] as number
    if (!Number.isNaN(ms)) values[calendar.shift[slot] as number]?.push(ms)
  }
  const medians = values.map(medianOf)
  const canStop = stepMs <= FINE_STEP_MS && of.cycles !== undefined
  const stopAt = values.map((own, shift) => (canStop ? stopThreshold(own, medians[shift] as number) : Infinity))
  const sums = values.map(() => ({ sum: 0, count: 0 }))
  const isUsual = (slot: number, shift: number): boolean =>
    (cycleMs[slot] as number) / (medians[shift] as number) - 1 < (stopAt[shift] as number)
  for (let slot = 0; slot < slots; slot++) {
    const shift = calendar.shift[slot] as number
    if ((calendar.sinceShift[slot] as number) < SETTLED_MINUTES || !isUsual(slot, shift)) continue
    const own = sums[shift] as { sum: number; count: number }
    own.sum += cycleMs[slot] as number
    own.count += 1
  }
  const meanMs = sums.map(({ sum, count }) => sum / count)
  const residual = cycleMs.map((ms, slot) => {
    const shift = calendar.shift[slot] as number
    return isUsual(slot, shift) ? ms / (meanMs[shift] as number) - 1 : Number.NaN
  })
  return { meanMs, stopAt, residual }
}

function stopThreshold(values: readonly number[], median: number): number {
  const spread = MAD_TO_SIGMA * medianOf(values.map((value) => Math.abs(value / median - 1)))
  return Math.max(LEAST_STOP, STOP_SPREADS * spread)
}

/** What the devices of each line have in common at a time: the mean of their residuals; NaN for fewer than three. */
export function lineMeans({ lines, devices, slots }: Grid, levels: readonly Levels[]): readonly Float64Array[] {
  return lines.map((_, line) => {
    const own = levels.filter((_, i) => devices[i]?.line === line)
    const means = new Float64Array(slots)
    for (let slot = 0; slot < slots; slot++) {
      let [total, count] = [0, 0]
      for (const { residual } of own) {
        const value = residual[slot] as number
        if (Number.isNaN(value)) continue
        total += value
        count += 1
      }
      means[slot] = count < LEAST_DEVICES ? Number.NaN : total / count
    }
    return means
  })
}

/** Fewer devices have nothing in common that could be told from what is their own. */
export const LEAST_DEVICES = 3

/** The residuals of each device without what its line has in common; null where the line is too small to tell. */
export function ownResiduals(
  { lines, devices }: Grid,
  levels: readonly Levels[],
  means: readonly Float64Array[],
): readonly (Float64Array | null)[] {
  const sizes = lines.map((_, line) => devices.filter((one) => one.line === line).length)
  return devices.map(({ line }, i) => {
    const size = sizes[line] as number
    if (size < LEAST_DEVICES) return null
    // The mean holds a part of each device's own.
    const scale = Math.sqrt(size / (size - 1))
    const mean = means[line] as Float64Array
    return (levels[i] as Levels).residual.map((value, slot) => (value - (mean[slot] as number)) * scale)
  })
}

/** Relative difference of each device from the mean of all, over the shifts that it has. */
export function factorsOf(levels: readonly Levels[], shifts: number): readonly number[] {
  const overall = Array.from({ length: shifts }, (_, shift) =>
    meanOf(levels.map(({ meanMs }) => meanMs[shift] as number)),
  )
  return levels.map(({ meanMs }) => meanOf(meanMs.map((ms, shift) => ms / (overall[shift] as number) - 1)))
}
