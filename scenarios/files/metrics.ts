import { z } from 'zod'
import { nearest } from '../../controller/support/schema-problems.ts'
import { duration, percent, quantity } from '../../controller/units/quantity.ts'
import {
  BUILT_IN_METRICS,
  METRIC_NAME,
  type MetricSettings,
  MOST_METRICS,
  type PlantMetrics,
  type RateBase,
  STATION_COUNTERS,
} from '../../sim/plant/metric-settings.ts'
import type { Scope } from '../../sim/plant/noise-settings.ts'

/** What rates may be per, by the word of the file. */
const BASES = {
  cycle: { per: 'cycles', every: 1 },
  operation: { per: 'operations', every: 1 },
  unit: { per: 'unitsProduced', every: 1 },
  check: { per: 'qualityChecks', every: 1 },
  minute: { per: 'minutes', every: 1 },
  hour: { per: 'minutes', every: 60 },
} as const satisfies Record<string, { readonly per: RateBase; readonly every: number }>
export type Base = keyof typeof BASES

const RATE = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*per\\s+(${Object.keys(BASES).join('|')})$`)
const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/
const AMOUNT = /^(-?\d+(?:\.\d+)?)(?:\s+((?!\s)[^\p{C}]{1,20}))?$/u

/** Per so many of what it counts by, or a share of another counter. */
export type Counted = { readonly rate: number; readonly per: Base } | { readonly pct: number }
export interface Amount {
  readonly value: number
  readonly unit: string
}

const counted = quantity(
  'a rate (per cycle, operation, unit, check, minute, hour) or a percentage',
  '0.4 per cycle',
  (text) => {
    const rate = RATE.exec(text.trim())
    if (rate !== null) return { rate: Number(rate[1]), per: rate[2] as Base } satisfies Counted
    const pct = PERCENT.exec(text.trim())
    return pct === null || Number(pct[1]) > 100 ? null : ({ pct: Number(pct[1]) } satisfies Counted)
  },
)

function amountOf(text: string): Amount | null {
  const found = AMOUNT.exec(text.trim())
  return found === null ? null : { value: Number(found[1]), unit: found[2] ?? '' }
}
const gaugeMean = z.union(
  [
    z.number().transform((value): Amount => ({ value, unit: '' })),
    quantity('a value with its unit', '42 Nm', amountOf),
  ],
  { error: ({ input }) => `${JSON.stringify(input)} is not a value with its unit, such as "42 Nm", or a number` },
)
const gaugeSpread = quantity('a percentage of the mean, or an amount in the unit of the gauge', '3 %', amountOf)

const upTo = (most: number) => percent.refine((value) => value <= most, { message: `must be at most ${most} %` })

const metric = z
  .strictObject({
    counter: counted
      .optional()
      .describe('A counter: `0.4 per cycle` (also operation, unit, check, minute, hour), or `0.5 %` with `of`'),
    of: z
      .string()
      .optional()
      .describe('Of which counter the percentage is: one of the device, or another of the plant'),
    dispersion: z
      .number()
      .nonnegative()
      .max(10)
      .refine((value) => value === 0 || value >= 0.01, { message: 'must be 0 or at least 0.01' })
      .optional()
      .describe("Of a counter: variance of a device's hourly rate over its squared mean; 0 by default"),
    gauge: gaugeMean.optional().describe('A gauge: its mean, with its unit'),
    spread: gaugeSpread
      .optional()
      .describe("Of a gauge: standard deviation of a device's values about their mean, of the mean or in its unit"),
    timeConstant: duration
      .refine((ms) => ms >= 60_000, { message: 'must be at least 1min' })
      .optional()
      .describe('Of a gauge: after it the correlation is 1/e (AR(1) from minute to minute); without it there is none'),
    whileProducing: z.boolean().optional().describe('Of a gauge: measured only in minutes that complete a cycle'),
    deviceEffect: upTo(50).optional().describe('Spread of the devices of a line, of the mean'),
    lineEffect: upTo(50).optional().describe('Half range of the lines, of the mean'),
    days: z
      .strictObject({ device: upTo(20), line: upTo(20), plant: upTo(20) })
      .partial()
      .optional()
      .describe('Spread of the days, of the mean: of a device, common to a line, common to the plant'),
  })
  .describe("A counter or a gauge of the plant's own")
type MetricFile = z.output<typeof metric>

const OF_GAUGE = ['spread', 'timeConstant', 'whileProducing'] as const
const OF_COUNTER = ['of', 'dispersion'] as const

/** Metrics of the plant's own, by name. */
export const metricsSchema = z
  .record(z.string(), metric)
  .superRefine((metrics, context) => {
    const names = Object.keys(metrics)
    const issue = (path: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message })
    if (names.length > MOST_METRICS)
      issue([], `${names.length} metrics; a health document has room for ${MOST_METRICS}`)
    for (const name of names) {
      const wrong = nameProblem(name)
      if (wrong !== null) issue([name], wrong)
      for (const [key, message] of problemsOf(name, metrics)) issue(key === null ? [name] : [name, key], message)
    }
  })
  .meta({ maxProperties: MOST_METRICS, propertyNames: { pattern: METRIC_NAME.source } })
  .describe("Metrics of the plant's own, by name (camelCase): every device reports them beside the usual ones")
export type MetricsFile = z.output<typeof metricsSchema>

function nameProblem(name: string): string | null {
  if (BUILT_IN_METRICS.includes(name)) return `"${name}" is a metric that every device has; choose another name`
  return METRIC_NAME.test(name)
    ? null
    : `"${name}" is no name of a metric: a lower-case letter, then at most 39 letters and digits, such as torqueNm`
}

type Problem = readonly [key: keyof MetricFile | null, message: string]

function problemsOf(name: string, metrics: Readonly<Record<string, MetricFile>>): readonly Problem[] {
  const own = metrics[name] as MetricFile
  if ((own.counter === undefined) === (own.gauge === undefined)) return [[null, 'set one of "counter" and "gauge"']]
  const [kind, others] = own.gauge === undefined ? ['counter', OF_GAUGE] : ['gauge', OF_COUNTER]
  const strange = others.find((key) => own[key] !== undefined)
  if (strange !== undefined) return [[strange, `a ${kind} has no "${strange}"`]]
  return own.gauge === undefined ? shareProblems(name, own, metrics) : spreadProblems(own.gauge, own.spread)
}

function shareProblems(
  name: string,
  own: MetricFile,
  metrics: Readonly<Record<string, MetricFile>>,
): readonly Problem[] {
  const isShare = own.counter !== undefined && 'pct' in own.counter
  if (isShare !== (own.of !== undefined)) {
    return isShare
      ? [['counter', 'is a percentage; "of" says of which counter']]
      : [['of', 'is for a percentage, such as "counter: 0.5 %"']]
  }
  if (own.of === undefined) return []
  const known = [...STATION_COUNTERS, ...Object.keys(metrics).filter((other) => metrics[other]?.counter !== undefined)]
  if (!known.includes(own.of)) {
    const others = known.filter((other) => other !== name)
    return [['of', `no counter is called "${own.of}"${nearest(own.of, others)}`]]
  }
  return isCircle(name, metrics) ? [['of', `"${name}" would be a share of itself`]] : []
}

/** Whether what a counter is a share of leads back to it. */
function isCircle(name: string, metrics: Readonly<Record<string, MetricFile>>): boolean {
  let at = metrics[name]?.of
  for (let steps = 0; at !== undefined && steps <= MOST_METRICS; steps++) {
    if (at === name) return true
    at = Object.hasOwn(metrics, at) ? metrics[at]?.of : undefined
  }
  return false
}

function spreadProblems({ value, unit }: Amount, spread: Amount | undefined): readonly Problem[] {
  if (spread === undefined) return []
  if (spread.value < 0) return [['spread', 'must not be negative']]
  if (spread.unit === '%') {
    if (spread.value > 100) return [['spread', 'must be at most 100 %']]
    return value === 0 ? [['spread', 'is a percentage of a mean of 0; write it in the unit of the gauge']] : []
  }
  const wanted = unit === '' ? 'without a unit' : `in ${unit}`
  return spread.unit === unit ? [] : [['spread', `must be a percentage, or ${wanted} as the gauge`]]
}

/** The metrics that the twin is built with. */
export const plantMetricsOf = (file: MetricsFile): PlantMetrics =>
  Object.fromEntries(Object.entries(file).map(([name, own]) => [name, settingsOf(own)]))

const shareOf = (pct = 0): number => pct / 100

function settingsOf(own: MetricFile): MetricSettings {
  const { counter, gauge, of = '', dispersion = 0, spread, timeConstant = 0, whileProducing = false } = own
  const common = {
    deviceEffect: shareOf(own.deviceEffect),
    lineEffect: shareOf(own.lineEffect),
    days: daysOf(own.days),
  }
  if (gauge !== undefined) {
    const { value: mean, unit } = gauge
    const sigma = spread?.unit === '%' ? Math.abs(mean) * shareOf(spread.value) : (spread?.value ?? 0)
    return { kind: 'gauge', unit, mean, sigma, timeConstantMs: timeConstant, whileProducing, ...common }
  }
  const given = counter as Counted
  if ('pct' in given) return { kind: 'share', unit: `% of ${of}`, share: shareOf(given.pct), of, dispersion, ...common }
  const { per, every } = BASES[given.per]
  return { kind: 'rate', unit: `per ${given.per}`, rate: given.rate, per, every, dispersion, ...common }
}

const daysOf = (file: MetricFile['days']): Readonly<Record<Scope, number>> => ({
  device: shareOf(file?.device),
  line: shareOf(file?.line),
  plant: shareOf(file?.plant),
})
