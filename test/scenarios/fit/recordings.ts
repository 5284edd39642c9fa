import { Seed } from '../../../sim/kernel/random.ts'
import { HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { DEFAULT_PLANT, type LineSettings } from '../../../sim/plant/settings.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'
import { silenceOf } from '../../../sim/twin/silence.ts'

const MINUTE_MS = 60_000
export const MONDAY_MS = Date.parse('2026-03-02T00:00:00Z')

export interface Made {
  readonly lines: number
  readonly devicesPerLine: number
  readonly days: number
  readonly noise: PlantNoise
  readonly plant?: Omit<LineSettings, 'noise'>
  readonly seed?: number
  readonly zone?: string
  readonly startMs?: number
  readonly stepMinutes?: number
  /** Each device restarts its firmware so often on average; null: never. */
  readonly restartEveryHours?: number | null
}

/** What a device reports at a sample: totals, gauges, and how long its process has run. */
export interface Sample {
  readonly atMs: number
  readonly device: string
  readonly line: number
  readonly cycles: number
  readonly cycleTimeMsSum: number
  readonly cycleTimeMsSumOfSquares: number
  readonly errors: number
  readonly connectionAttempts: number
  readonly connectionFailures: number
  readonly cpuPct: number
  readonly memoryMiB: number
  readonly uptimeS: number
}

/** Telemetry as the devices of the twin would have sent it, device by device; samples that the noise loses are missing. */
export function* recorded(made: Made): Generator<Sample> {
  const { lines, devicesPerLine, days, noise, seed = 1, zone = 'Europe/Berlin', startMs = MONDAY_MS } = made
  const { stepMinutes = 1, restartEveryHours = null } = made
  const plant = { ...(made.plant ?? DEFAULT_PLANT), noise }
  const root = new Seed(seed)
  const calendar = new PlantCalendar(zone, plant)
  for (let line = 1; line <= lines; line++) {
    for (let station = 1; station <= devicesPerLine; station++) {
      const device = `line-${String(line).padStart(2, '0')}-${String(station).padStart(2, '0')}`
      const machine = new Machine(root, device, line, calendar, noise, null, startMs)
      const silence = silenceOf(root, plant, device, line)
      const chance = root.stream(`restarts/${device}`)
      let startedMs = startMs - 30 * 86_400_000
      for (let minute = 0; minute < days * 1_440; minute++) {
        const fromMs = startMs + minute * MINUTE_MS
        if (restartEveryHours !== null && chance.next() < 1 / (restartEveryHours * 60)) {
          machine.restartedAt(fromMs)
          startedMs = fromMs
        }
        machine.runMinutes(fromMs, 1, HEALTHY)
        if ((minute + 1) % stepMinutes !== 0 || silence?.(fromMs / MINUTE_MS) === true) continue
        yield {
          atMs: fromMs + MINUTE_MS,
          device,
          line,
          cycles: machine.cycles,
          cycleTimeMsSum: machine.cycleTimeMsSum,
          cycleTimeMsSumOfSquares: machine.cycleTimeMsSumOfSquares,
          errors: machine.errors,
          connectionAttempts: machine.connectionAttempts,
          connectionFailures: machine.connectionFailures,
          cpuPct: Math.round(machine.cpuPct * 10) / 10,
          memoryMiB: Math.round(machine.memoryMiB * 10) / 10,
          uptimeS: (fromMs + MINUTE_MS - startedMs) / 1000,
        }
      }
    }
  }
}

/** Lines of a CSV with one row a sample. */
export function* csvOf(samples: Iterable<Sample>, without: readonly (keyof Sample)[] = []): Generator<string> {
  let names: readonly string[] | null = null
  for (const sample of samples) {
    const { atMs, ...rest } = sample
    const kept = Object.entries(rest).filter(([name]) => !without.includes(name as keyof Sample))
    if (names === null) {
      names = kept.map(([name]) => name)
      yield `time,${names.join(',')}`
    }
    yield `${atMs},${kept.map(([, value]) => value).join(',')}`
  }
}

/** The same as a file of lines. */
export function* numbered(lines: Iterable<string>): Generator<{ readonly number: number; readonly line: string }> {
  let number = 0
  for (const line of lines) yield { number: ++number, line }
}
