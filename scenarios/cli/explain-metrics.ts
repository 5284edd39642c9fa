import { writtenPercent } from '../../controller/units/quantity.ts'
import type { Gauge, MetricSettings, PlantMetrics, RateCounter, ShareCounter } from '../../sim/plant/metric-settings.ts'
import { SCOPES } from '../../sim/plant/noise-settings.ts'

const MINUTE_MS = 60_000
const DAY_OF = { device: 'of a device', line: 'of a line', plant: 'of the plant' } as const

/** A row for each metric of the plant's own. */
export const metricTexts = (metrics: PlantMetrics): readonly string[] =>
  Object.entries(metrics).map(([name, own]) =>
    [`${name} ${own.kind === 'gauge' ? gaugeText(own) : counterText(own)}`, ...scatterTexts(own)].join(', '),
  )

function gaugeText({ unit, mean, sigma, timeConstantMs, whileProducing }: Gauge): string {
  return [
    `gauge of ${mean}${unit === '' ? '' : ` ${unit}`}`,
    ...(sigma === 0 ? [] : [`spread ${decimals(sigma)}${unit === '' ? '' : ` ${unit}`}`]),
    ...(timeConstantMs === 0 ? [] : [`wanders within ${decimals(timeConstantMs / MINUTE_MS)} min`]),
    ...(whileProducing ? ['while producing'] : []),
  ].join(', ')
}

function counterText(own: RateCounter | ShareCounter): string {
  const amount = own.kind === 'share' ? pct(own.share) : String(own.rate)
  const what = own.kind === 'share' ? `of ${own.of}` : own.unit
  return `counter of ${amount} ${what}${own.dispersion === 0 ? '' : `, dispersion ${own.dispersion}`}`
}

const scatterTexts = ({ deviceEffect, lineEffect, days }: MetricSettings): readonly string[] => [
  ...(lineEffect === 0 ? [] : [`lines ${pct(lineEffect)}`]),
  ...(deviceEffect === 0 ? [] : [`devices ${pct(deviceEffect)}`]),
  ...SCOPES.flatMap((scope) => (days[scope] === 0 ? [] : [`days ${DAY_OF[scope]} ${pct(days[scope])}`])),
]

const decimals = (value: number): number => Number(value.toPrecision(6))
const pct = (share: number): string => writtenPercent(decimals(share * 100))
