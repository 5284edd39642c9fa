import { type Clock, Priority } from '../kernel/clock.ts'
import type { Trace } from '../kernel/trace.ts'
import type { PlantMetricValue } from '../kernel/trace-events.ts'
import type { MetricSettings, PlantMetrics } from '../plant/metric-settings.ts'
import type { MetricSums, StationMetrics } from '../plant/station-metrics.ts'

/** Four values an hour: 16 metrics of two versions are less than 200 KB of trace a day. */
const PERIOD_MS = 15 * 60_000
/** Digits of a recorded value: more than a chart can show. */
const DIGITS = 5

interface Measuring {
  readonly firmware: { readonly version: string | null }
  readonly monitor: { ownMetrics(): StationMetrics | null }
}

interface Before {
  readonly version: string
  readonly sums: ReadonlyMap<string, MetricSums>
}

/** What a metric has become in a period, over devices: sums of their differences. */
interface Period {
  devices: number
  count: number
  sum: number
  /** Squares of the differences from the mean of each device, and how many values they are of beyond one a device. */
  squares: number
  freedom: number
}

/**
 * Records what the devices measured of the plant's own metrics, by firmware version: the truth that charts show, whatever
 * reached the cloud. A device that changed its version in a period does not count in it.
 */
export class MetricRecorder {
  readonly #devices: ReadonlyMap<string, Measuring>
  readonly #metrics: PlantMetrics
  readonly #clock: Clock
  readonly #trace: Trace
  #before = new Map<string, Before>()

  private constructor(devices: ReadonlyMap<string, Measuring>, metrics: PlantMetrics, clock: Clock, trace: Trace) {
    this.#devices = devices
    this.#metrics = metrics
    this.#clock = clock
    this.#trace = trace
  }

  /** `devices` by thing name; null for a plant without metrics of its own. */
  static of(
    devices: ReadonlyMap<string, Measuring>,
    metrics: PlantMetrics | undefined,
    clock: Clock,
    trace: Trace,
  ): MetricRecorder | null {
    return metrics === undefined ? null : new MetricRecorder(devices, metrics, clock, trace)
  }

  start(): void {
    this.#before = this.#read()
    this.#next()
  }

  #next(): void {
    const atMs = (Math.floor(this.#clock.nowMs() / PERIOD_MS) + 1) * PERIOD_MS
    // After the samples of the present time.
    this.#clock.at(atMs, () => this.#record(), Priority.delivery)
  }

  #record(): void {
    const now = this.#read()
    const metrics: Record<string, Record<string, PlantMetricValue>> = {}
    for (const [name, settings] of Object.entries(this.#metrics)) {
      const found = [...periodsOf(name, this.#before, now)].filter(([, { count }]) => count > 0)
      metrics[name] = Object.fromEntries(found.map(([version, period]) => [version, shownValue(period, settings)]))
    }
    this.#trace.record('plant/metrics', { kind: 'plant-metrics', metrics })
    this.#before = now
    this.#next()
  }

  #read(): Map<string, Before> {
    const read = new Map<string, Before>()
    for (const [thing, { firmware, monitor }] of this.#devices) {
      const sums = monitor.ownMetrics()?.sums()
      if (sums !== undefined && firmware.version !== null) read.set(thing, { version: firmware.version, sums })
    }
    return read
  }
}

/** By firmware version, sorted. */
function periodsOf(
  name: string,
  before: ReadonlyMap<string, Before>,
  now: ReadonlyMap<string, Before>,
): ReadonlyMap<string, Period> {
  const periods = new Map<string, Period>()
  for (const [thing, { version, sums }] of now) {
    const then = before.get(thing)
    const [from, to] = [then?.sums.get(name), sums.get(name)]
    if (then?.version !== version || from === undefined || to === undefined || to.count === from.count) continue
    const period = periods.get(version) ?? { devices: 0, count: 0, sum: 0, squares: 0, freedom: 0 }
    periods.set(version, period)
    const [count, sum] = [to.count - from.count, to.sum - from.sum]
    period.devices += 1
    period.count += count
    period.sum += sum
    period.squares += Math.max(0, to.sumOfSquares - from.sumOfSquares - (sum * sum) / count)
    period.freedom += count - 1
  }
  return new Map([...periods].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function shownValue({ devices, count, sum, squares, freedom }: Period, settings: MetricSettings): PlantMetricValue {
  const mean = sum / count
  if (settings.kind === 'share') return { devices, value: digits(100 * mean) }
  if (settings.kind === 'rate') return { devices, value: digits(settings.every * mean) }
  const spread = freedom === 0 ? {} : { spread: digits(Math.sqrt(squares / freedom)) }
  return { devices, value: digits(mean), ...spread }
}

const digits = (value: number): number => Number(value.toPrecision(DIGITS))
