import { closest } from 'fastest-levenshtein'
import { HEALTH_COUNTERS } from '../contract.ts'
import { BUILT_IN_NAMES, type Rule, SUMMED_GAUGES } from './rules.ts'

/** What a plant reports of its own. */
export interface PlantMetricNames {
  readonly counters: readonly string[]
  readonly gauges: readonly string[]
}

/** A metric that a rule names and nobody reports. */
export interface UnknownMetric {
  readonly rule: string
  readonly key: 'metric' | 'of'
  readonly metric: string
  readonly kind: 'counter' | 'gauge'
  /** The one of that kind that is written most alike. */
  readonly nearest: string
}

/** The metrics that rules of the plant's own name and that it does not have, or not as a counter or gauge. */
export function unknownMetrics(rules: readonly Rule[], plant: PlantMetricNames): readonly UnknownMetric[] {
  const known = { counter: [...HEALTH_COUNTERS, ...plant.counters], gauge: [...SUMMED_GAUGES, ...plant.gauges] }
  return rules.flatMap(({ name, metricTest }) => {
    if (metricTest === undefined || BUILT_IN_NAMES.includes(name)) return []
    const { kind, metric, of } = metricTest
    const own = kind === 'mean' || kind === 'spread' || kind === 'trend' ? 'gauge' : 'counter'
    const named = [
      { key: 'metric' as const, metric, kind: own } as const,
      ...(of === null ? [] : [{ key: 'of' as const, metric: of, kind: 'counter' as const }]),
    ]
    return named
      .filter((one) => !known[one.kind].includes(one.metric))
      .map((one) => ({ rule: name, ...one, nearest: closest(one.metric, known[one.kind]) }))
  })
}
