import type { HealthGauge, HealthMetrics } from '../contract.ts'

/** What a gauge was over some samples. */
export type GaugeSums = Omit<HealthGauge, 'value'>

/** What the plant's own metrics did over some time, by name. */
export interface MetricTotals {
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, GaugeSums>>
}

const NOTHING: GaugeSums = { count: 0, sum: 0, sumOfSquares: 0 }

/**
 * Between two samples of one run of the health component. A metric that only the later one has began in between, at a
 * time that nobody knows; one that became smaller began anew, and counts from 0.
 */
export function metricsBetween(before: HealthMetrics, after: HealthMetrics): MetricTotals {
  const totals = noTotals()
  for (const name of Object.keys(after.counters)) {
    if (!Object.hasOwn(before.counters, name)) continue
    const [from, to] = [before.counters[name] as number, after.counters[name] as number]
    totals.counters[name] = to >= from ? to - from : to
  }
  for (const name of Object.keys(after.gauges)) {
    if (!Object.hasOwn(before.gauges, name)) continue
    const [from, to] = [before.gauges[name] as HealthGauge, after.gauges[name] as HealthGauge]
    totals.gauges[name] = to.count >= from.count ? gaugeSum(to, from, -1) : gaugeSum(NOTHING, to, 1)
  }
  return totals
}

/** Since the health component started. */
export function metricsFromZero({ counters, gauges }: HealthMetrics): MetricTotals {
  const totals = noTotals()
  for (const name of Object.keys(counters)) totals.counters[name] = counters[name] as number
  for (const name of Object.keys(gauges)) totals.gauges[name] = gaugeSum(NOTHING, gauges[name] as HealthGauge, 1)
  return totals
}

/** One more, or one less, of what another time did. */
export function addMetrics(
  all: MetricTotals | undefined,
  more: MetricTotals | undefined,
  sign: 1 | -1 = 1,
): MetricTotals {
  const totals = noTotals()
  for (const part of [all, more]) {
    if (part === undefined) continue
    const factor = part === more ? sign : 1
    for (const name of Object.keys(part.counters))
      totals.counters[name] = (totals.counters[name] ?? 0) + factor * (part.counters[name] as number)
    for (const name of Object.keys(part.gauges))
      totals.gauges[name] = gaugeSum(totals.gauges[name] ?? NOTHING, part.gauges[name] as GaugeSums, factor)
  }
  return totals
}

const gaugeSum = (a: GaugeSums, b: GaugeSums, factor: number): GaugeSums => ({
  count: a.count + factor * b.count,
  sum: a.sum + factor * b.sum,
  sumOfSquares: a.sumOfSquares + factor * b.sumOfSquares,
})

/** Dictionaries without a prototype, since devices choose the names. */
const noTotals = (): { counters: Record<string, number>; gauges: Record<string, GaugeSums> } => ({
  counters: Object.create(null),
  gauges: Object.create(null),
})
