import type { Policy } from '../policy/policy.ts'
import type { MetricTest } from '../policy/rules.ts'
import { groupedBy } from '../support/grouped.ts'
import type { Delta } from './difference.ts'
import { canTell, type Done, doneSince, eventsOf, isOfGauge, varianceOf } from './metric-reading.ts'
import { limitEffect, metricRules } from './metric-rules.ts'
import { CountRecords, type Variation } from './variation.ts'

/** How what one rule reads of a device varies from one shift to the same one of another day. */
export interface RuleVariation {
  /** The plant has such data at all. */
  readonly hasData: boolean
  /** How its events do beyond chance; absent where it has none, and in a baseline that an earlier version has stored. */
  readonly events?: Variation
  /** Standard deviation of its effect beside the devices of its line, and by itself. */
  readonly besideLine: number
  readonly alone: number
  /** Of single values of a gauge, within a shift; 0 for events. */
  readonly single: number
  /** Mean of the magnitude of what is read, in the unit of the metric. */
  readonly unit: number
  /** What one reading says at most; 0 without a bound. [source: bounded-readings] */
  readonly mostEffect: number
}

/** Which device, and when. */
export interface Place {
  readonly thing: string
  readonly line: number
  readonly stratum: string
  readonly atMs: number
  /** Of the baseline, numbered. */
  readonly day: number
}

interface Value extends Place {
  readonly value: number
  /** Variance of the single values that it is the mean of; null for others. */
  readonly variance: number | null
}

/** More where devices vary more, or a lasting difference could not be told from that. [source: bounded-readings] */
const MOST_LIMITS = 2
const MOST_SIGMAS = 4

/** Collects what devices did in whole shifts, for every rule that has a test on one metric. */
export class RuleRecords {
  readonly #policy: Policy
  readonly #values: Value[][]
  readonly #counts: (CountRecords | null)[]

  constructor(policy: Policy) {
    this.#policy = policy
    this.#values = metricRules(policy).map(() => [])
    this.#counts = metricRules(policy).map(({ metricTest }) => (isOfEvents(metricTest) ? new CountRecords() : null))
  }

  add(place: Place, delta: Delta): void {
    const done = doneSince(delta)
    for (const [i, { metricTest }] of metricRules(this.#policy).entries()) {
      const value = canTell(metricTest, done) ? recordOf(metricTest, done) : null
      if (value !== null) this.#values[i]?.push({ ...place, value, variance: varianceWithin(metricTest, done) })
      const counts = this.#counts[i] ?? null
      const events = counts === null ? null : eventsOf(metricTest, done)
      const stratum = metricTest.isStratified ? place.stratum : ''
      if (events !== null) counts?.add({ ...place, stratum }, events.count, events.exposure)
    }
  }

  /** `shiftMinutes` is the mean length of the shifts that were recorded. */
  variations(shiftMinutes: number): Readonly<Record<string, RuleVariation>> {
    const rules = metricRules(this.#policy)
    return Object.fromEntries(
      rules.map(({ name, metricTest }, i): [string, RuleVariation] => {
        const isRelative = !metricTest.isAbsolute && metricTest.kind !== 'spread'
        const values = this.#values[i] ?? []
        const residuals = residualsOf(values, isRelative)
        const alone = sigmaOf(residuals)
        const unit = values.reduce((sum, { value }) => sum + Math.abs(value), 0) / Math.max(values.length, 1)
        const single = singleSigma(this.#values[i] ?? [], isRelative)
        const counts = this.#counts[i] ?? null
        const hasEvents = counts !== null && counts.size > 0
        const bound = Math.max(MOST_LIMITS * limitEffect(metricTest, this.#policy), MOST_SIGMAS * alone)
        // A trend is looked for in ranks, which one reading cannot decide.
        const mostEffect = metricTest.kind === 'trend' ? 0 : bound
        return [
          name,
          {
            hasData: residuals.length > 0 || hasEvents,
            ...(hasEvents && { events: counts.variation(shiftMinutes) }),
            besideLine: besideLine(residuals),
            alone,
            single,
            unit,
            mostEffect,
          },
        ]
      }),
    )
  }
}

const isOfEvents = ({ kind }: MetricTest): boolean => kind === 'share' || kind === 'count'

function recordOf({ kind, metric }: MetricTest, done: Done): number | null {
  if (kind === 'output') {
    const made = done.counter(metric)
    return made === undefined || done.countedMinutes <= 0 ? null : made / done.countedMinutes
  }
  const gauge = isOfGauge(kind) ? done.gauge(metric) : undefined
  if (gauge === undefined || gauge.count <= 0) return null
  if (kind !== 'spread') return gauge.sum / gauge.count
  const variance = varianceOf(gauge)
  return variance === null || variance <= 0 ? null : 0.5 * Math.log(variance)
}

const varianceWithin = ({ kind, metric }: MetricTest, done: Done): number | null => {
  const gauge = kind === 'mean' || kind === 'trend' ? done.gauge(metric) : undefined
  return gauge === undefined ? null : varianceOf(gauge)
}

function singleSigma(values: readonly Value[], isRelative: boolean): number {
  let [squares, n] = [0, 0]
  for (const { value, variance } of values) {
    if (variance === null || (isRelative && value === 0)) continue
    squares += variance / (isRelative ? value ** 2 : 1)
    n += 1
  }
  return n === 0 ? 0 : Math.sqrt(squares / n)
}

interface Residual extends Place {
  readonly residual: number
  /** Part of its variance that the mean, which is of the same values, has not taken. */
  readonly free: number
}

/** From the mean of the same device in the same shift and kind of day; where that was seen once there is none. */
function residualsOf(values: readonly Value[], isRelative: boolean): readonly Residual[] {
  const groups = groupedBy(values, ({ thing, stratum }) => `${thing}/${stratum}`)
  return [...groups.values()].flatMap((own) => {
    const mean = own.reduce((sum, { value }) => sum + value, 0) / own.length
    const unit = isRelative ? Math.abs(mean) : 1
    if (own.length < 2 || unit === 0) return []
    const free = (own.length - 1) / own.length
    return own.map((one) => ({ ...one, residual: (one.value - mean) / unit, free }))
  })
}

function sigmaOf(residuals: readonly Residual[]): number {
  let [squares, degrees] = [0, 0]
  for (const { residual, free } of residuals) {
    squares += residual ** 2
    degrees += free
  }
  return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
}

/** What devices of a line have in common in a shift, such as its product, is none of a device's own. */
function besideLine(residuals: readonly Residual[]): number {
  let [squares, degrees] = [0, 0]
  for (const own of groupedBy(residuals, ({ line, atMs }) => `${line}/${atMs}`).values()) {
    if (own.length < 2) continue
    const mean = own.reduce((sum, { residual }) => sum + residual, 0) / own.length
    for (const { residual, free } of own) {
      squares += (residual - mean) ** 2
      degrees += (free * (own.length - 1)) / own.length
    }
  }
  return degrees === 0 ? sigmaOf(residuals) : Math.sqrt(squares / degrees)
}
