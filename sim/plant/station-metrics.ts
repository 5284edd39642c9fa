import type { HealthGauge, HealthMetrics } from '../../controller/contract.ts'
import type { Seed } from '../kernel/random.ts'
import { Autoregression } from './autoregression.ts'
import { binomialAt } from './binomial.ts'
import type { Condition, MetricEffect } from './condition.ts'
import { gammaAt, gammaTable } from './gamma-table.ts'
import type {
  Gauge,
  MetricSettings,
  PlantMetrics,
  RateCounter,
  ShareCounter,
  StationCounter,
} from './metric-settings.ts'
import { channelKey, normalAt, poissonFrom, uniformAt } from './noise.ts'
import { SCOPES, type Scope } from './noise-settings.ts'
import type { PlantTime } from './shifts.ts'

/** Channels of a metric, of a device, of a line or of the plant. */
const Channel = { values: 0, device: 1, line: 2, day: 3, hour: 4 } as const
const HOUR_MINUTES = 60
const MINUTE_MS = 60_000
/** A gauge is read in decimal steps of at most a fiftieth of its spread. */
const STEPS_PER_SIGMA = 50
const NO_EFFECT: MetricEffect = {}

/** Cumulative: of a gauge its samples, of a counter what it counts by (`count`) and what it has counted (`sum`). */
export type MetricSums = Omit<HealthGauge, 'value'>

/** The counters of the station, cumulative. */
export type StationCounts = Readonly<Record<StationCounter, number>>

/**
 * The plant's own metrics on one device, minute by minute. Each has a stream of its own by its name, so that adding one
 * changes no other number; the numbers of a minute depend only on seed, device, name, minute and condition.
 */
export class StationMetrics {
  readonly #names: readonly string[]
  /** What counts by another stands after it. */
  readonly #counters: readonly (readonly [string, OwnCounter])[]
  readonly #gauges: readonly (readonly [string, OwnGauge])[]
  #effects: Condition['metrics'] = null
  /** At the end of the last minute. */
  #cycles = 0

  private constructor(seed: Seed, thing: string, line: number, metrics: PlantMetrics) {
    const keysOf = (name: string): Keys => ({
      device: seed.key(`metric/${name}/${thing}`),
      line: seed.key(`metric/${name}/line/${line}`),
      plant: seed.key(`metric/${name}/plant`),
    })
    const counters = new Map<string, OwnCounter>()
    const gauges: [string, OwnGauge][] = []
    for (const [name, settings] of inOrder(metrics)) {
      if (settings.kind === 'gauge') gauges.push([name, new OwnGauge(settings, keysOf(name))])
      else {
        const base = settings.kind === 'rate' ? settings.per : settings.of
        counters.set(name, new OwnCounter(settings, keysOf(name), counters.get(base) ?? null))
      }
    }
    this.#names = Object.keys(metrics)
    this.#counters = [...counters]
    this.#gauges = gauges
  }

  /** Null for a plant without metrics of its own. */
  static of(seed: Seed, thing: string, line: number, metrics: PlantMetrics = {}): StationMetrics | null {
    return Object.keys(metrics).length === 0 ? null : new StationMetrics(seed, thing, line, metrics)
  }

  /** After the station has lived a minute. Runs once per device-minute, as the machine. */
  pass(minute: number, { day }: PlantTime, station: StationCounts, { isRunning, metrics: effects }: Condition): void {
    this.#effects = effects
    for (const [name, counter] of this.#counters) {
      const grown = counter.grownBy(station)
      if (isRunning) counter.pass(minute, day, grown, effects?.get(name) ?? NO_EFFECT)
    }
    const hasProduced = station.cycles > this.#cycles
    this.#cycles = station.cycles
    if (!isRunning) return
    for (const [name, gauge] of this.#gauges) gauge.pass(minute, day, hasProduced, effects?.get(name) ?? NO_EFFECT)
  }

  /** What the health document has of them: a metric that is missing now is absent, and so is a gauge before its first value. */
  reported(): HealthMetrics {
    const counters: Record<string, number> = {}
    const gauges: Record<string, HealthGauge> = {}
    for (const [name, counter] of this.#counters) if (!this.#isMissing(name)) counters[name] = counter.count
    for (const [name, gauge] of this.#gauges)
      if (gauge.isMeasured && !this.#isMissing(name)) gauges[name] = gauge.read()
    return { counters, gauges }
  }

  /** Since the start, of the metrics that are reported now. */
  sums(): ReadonlyMap<string, MetricSums> {
    const all = [...this.#counters, ...this.#gauges].filter(([name]) => !this.#isMissing(name))
    return new Map(all.map(([name, own]) => [name, own.sums]))
  }

  /** The metrics that the firmware does not report now. */
  get missing(): readonly string[] {
    return this.#effects === null ? [] : this.#names.filter((name) => this.#isMissing(name))
  }

  #isMissing(name: string): boolean {
    return this.#effects?.get(name)?.isMissing === true
  }
}

type Keys = Readonly<Record<Scope, number>>

/** Counters of the station's first, then those that count by them, and so on. */
function inOrder(metrics: PlantMetrics): readonly (readonly [string, MetricSettings])[] {
  const ordered = new Map<string, MetricSettings>()
  const add = (name: string, settings: MetricSettings): void => {
    if (ordered.has(name)) return
    if (settings.kind === 'share' && Object.hasOwn(metrics, settings.of)) {
      add(settings.of, metrics[settings.of] as MetricSettings)
    }
    ordered.set(name, settings)
  }
  for (const [name, settings] of Object.entries(metrics)) add(name, settings)
  return [...ordered]
}

/** What a metric differs by from the plant's mean: the place for good, the day from day to day. */
class Difference {
  readonly #settings: MetricSettings
  readonly #keys: Keys
  readonly #place: number
  #day = Number.NaN
  #factor = 1

  constructor(settings: MetricSettings, keys: Keys) {
    this.#settings = settings
    this.#keys = keys
    const ofLine = 1 + settings.lineEffect * (2 * uniformAt(channelKey(keys.line, Channel.line), 0) - 1)
    this.#place = ofLine * (1 + settings.deviceEffect * normalAt(channelKey(keys.device, Channel.device), 0))
  }

  on(day: number): number {
    if (day !== this.#day) {
      this.#day = day
      this.#factor = this.#place
      for (const scope of SCOPES) {
        const sigma = this.#settings.days[scope]
        if (sigma > 0) this.#factor *= 1 + sigma * normalAt(channelKey(this.#keys[scope], Channel.day), day)
      }
    }
    return this.#factor
  }
}

/** A counter of the plant's own. */
class OwnCounter {
  count = 0
  readonly #settings: RateCounter | ShareCounter
  readonly #values: number
  readonly #hours: number
  readonly #gamma: Float64Array | null
  readonly #difference: Difference
  readonly #readBase: (station: StationCounts) => number
  /** What it counts by, at the end of the last minute. */
  #base = 0
  /** Of that, what it had the chance to count. */
  #exposure = 0

  /** `own` is the counter of the plant's own that it counts by; null where it counts by one of the station. */
  constructor(settings: RateCounter | ShareCounter, keys: Keys, own: OwnCounter | null) {
    this.#settings = settings
    this.#values = channelKey(keys.device, Channel.values)
    this.#hours = channelKey(keys.device, Channel.hour)
    this.#gamma = settings.dispersion === 0 ? null : gammaTable(settings.dispersion)
    this.#difference = new Difference(settings, keys)
    this.#readBase = own === null ? readerOf(settings) : () => own.count
  }

  get sums(): MetricSums {
    return { count: this.#exposure, sum: this.count, sumOfSquares: 0 }
  }

  /** By how much that which it counts by has grown in a minute. */
  grownBy(station: StationCounts): number {
    if (this.#settings.kind === 'rate' && this.#settings.per === 'minutes') return 1
    const before = this.#base
    this.#base = this.#readBase(station)
    return this.#base - before
  }

  pass(minute: number, day: number, grown: number, { factor = 1 }: MetricEffect): void {
    if (grown === 0) return
    this.#exposure += grown
    const settings = this.#settings
    const scale = Math.max(0, this.#difference.on(day) * this.#hourAt(minute) * factor)
    if (settings.kind === 'share') this.count += binomialAt(this.#values, minute, grown, settings.share * scale)
    else {
      const mean = (settings.rate / settings.every) * grown * scale
      const uniform = uniformAt(this.#values, minute)
      // No event has a probability of at least 1 - mean: where events are rare, most minutes need no exponential.
      if (uniform >= 1 - mean) this.count += poissonFrom(uniform, mean)
    }
  }

  #hourAt(minute: number): number {
    if (this.#gamma === null) return 1
    return gammaAt(this.#gamma, uniformAt(this.#hours, Math.floor(minute / HOUR_MINUTES)))
  }
}

/** Readers of single counters: a property that is chosen at run time is slower to reach. */
const READERS: Readonly<Record<StationCounter, (station: StationCounts) => number>> = {
  cycles: (station) => station.cycles,
  operations: (station) => station.operations,
  errors: (station) => station.errors,
  unitsProduced: (station) => station.unitsProduced,
  qualityChecks: (station) => station.qualityChecks,
  qualityPasses: (station) => station.qualityPasses,
  connectionAttempts: (station) => station.connectionAttempts,
  connectionFailures: (station) => station.connectionFailures,
}

const readerOf = (settings: RateCounter | ShareCounter): ((station: StationCounts) => number) =>
  READERS[(settings.kind === 'rate' ? settings.per : settings.of) as StationCounter]

/** A gauge of the plant's own. Its values are counted in whole decimal steps, so that sums stay exact. */
class OwnGauge {
  readonly #settings: Gauge
  readonly #values: number
  readonly #wander: Autoregression | null
  readonly #difference: Difference
  readonly #stepsPerUnit: number
  #value = 0
  #count = 0
  #sum = 0
  #sumOfSquares = 0

  constructor(settings: Gauge, keys: Keys) {
    this.#settings = settings
    this.#values = channelKey(keys.device, Channel.values)
    const minutes = settings.timeConstantMs / MINUTE_MS
    this.#wander = minutes === 0 ? null : new Autoregression(this.#values, minutes)
    this.#difference = new Difference(settings, keys)
    this.#stepsPerUnit = stepsPerUnit(settings)
  }

  get isMeasured(): boolean {
    return this.#count > 0
  }

  /** An effect is on the mean alone, or on the spread alone. */
  pass(minute: number, day: number, hasProduced: boolean, effect: MetricEffect): void {
    const { factor = 1, add = 0, spreadFactor = 1 } = effect
    const { mean, sigma, whileProducing } = this.#settings
    // Also in minutes that are not measured: the next minute follows from it.
    const z = this.#wander === null ? normalAt(this.#values, minute) : this.#wander.at(minute)
    if (whileProducing && !hasProduced) return
    const level = mean * this.#difference.on(day) * factor + add
    this.#value = Math.round((level + sigma * spreadFactor * z) * this.#stepsPerUnit)
    this.#count += 1
    this.#sum += this.#value
    this.#sumOfSquares += this.#value * this.#value
  }

  get sums(): MetricSums {
    return this.read()
  }

  read(): HealthGauge {
    const steps = this.#stepsPerUnit
    return {
      value: this.#value / steps,
      count: this.#count,
      sum: this.#sum / steps,
      sumOfSquares: this.#sumOfSquares / (steps * steps),
    }
  }
}

/** A power of ten, so that a step is at most a fiftieth of the spread; of a hundredth of the mean, where there is none. */
function stepsPerUnit({ sigma, mean }: Gauge): number {
  const size = sigma || Math.abs(mean) / 100 || 1
  let steps = 1
  while (size * steps < STEPS_PER_SIGMA && steps < 1e9) steps *= 10
  return steps
}
