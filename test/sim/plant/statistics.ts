import { Seed } from '../../../sim/kernel/random.ts'
import { type Condition, HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const MONDAY_MS = Date.parse('2026-03-02T00:00:00Z')

/** Ten cycles in every minute, at full volume on all days; shifts begin at 6 and at 18 h. */
export const STEADY = {
  shifts: [
    { name: 'day', from: '06:00', to: '18:00', volume: 1, cycleMs: 6_000 },
    { name: 'night', from: '18:00', to: '06:00', volume: 1, cycleMs: 6_000 },
  ],
  weekendVolume: 1,
}

/** No noise at all but for what a test adds. */
export const NONE: PlantNoise = {
  ...PRESETS.quiet,
  memorySigmaMiB: 0,
  deviceEffect: 0,
  errorsPerDeviceHour: 0,
  connectionFailureShare: 0,
  lineEffect: 0,
  cycleSigma: 0,
}

export const calendar = new PlantCalendar('UTC', { ...STEADY, noise: NONE })

export const machineWith = (noise: Partial<PlantNoise>, { thing = 'line-01-01', line = 1, seed = 1 } = {}): Machine =>
  new Machine(new Seed(seed), thing, line, calendar, { ...NONE, ...noise }, null, MONDAY_MS)

export interface Minute {
  readonly cycles: number
  /** Mean of the minute's cycles; NaN without any. */
  readonly cycleMs: number
  readonly errors: number
  readonly memoryMiB: number
}

/** What a machine did in each minute, from Monday on. */
export function minutesOf(machine: Machine, count: number, condition: Condition = HEALTHY): readonly Minute[] {
  return Array.from({ length: count }, (_, index) => {
    const [cycles, sumMs, errors] = [machine.cycles, machine.cycleTimeMsSum, machine.errors]
    machine.runMinutes(MONDAY_MS + index * MINUTE_MS, 1, condition)
    const done = machine.cycles - cycles
    return {
      cycles: done,
      cycleMs: done === 0 ? Number.NaN : (machine.cycleTimeMsSum - sumMs) / done,
      errors: machine.errors - errors,
      memoryMiB: machine.memoryMiB,
    }
  })
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
export const mean = (values: readonly number[]): number => sum(values) / values.length
export const variance = (values: readonly number[]): number => {
  const middle = mean(values)
  return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1)
}
/** Of values so many places apart. */
export const autocorrelation = (values: readonly number[], lag: number): number => {
  const middle = mean(values)
  const products = values.slice(lag).map((value, index) => (value - middle) * ((values[index] as number) - middle))
  return mean(products) / variance(values)
}
export const correlation = (one: readonly number[], other: readonly number[]): number => {
  const [a, b] = [mean(one), mean(other)]
  const products = one.map((value, index) => (value - a) * ((other[index] as number) - b))
  return mean(products) / Math.sqrt(variance(one) * variance(other))
}
/** Sums of groups of so many values. */
export const grouped = (values: readonly number[], size: number): readonly number[] =>
  Array.from({ length: Math.floor(values.length / size) }, (_, index) =>
    sum(values.slice(index * size, (index + 1) * size)),
  )
