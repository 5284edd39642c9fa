import type { MetricTest } from '../policy/rules.ts'

const SUFFIXES = { mean: 'Change', output: 'Change', spread: 'SpreadChange' } as const

/** The quantity that a test measures, with its unit: `qualityPassesSharePoints`, `torqueNmChangePct`. */
export function metricName({ kind, metric, isAbsolute }: MetricTest): string {
  if (kind === 'share') return `${metric}SharePoints`
  if (kind === 'count') return `${metric}RatePct`
  const unit = isAbsolute ? '' : 'Pct'
  return kind === 'trend' ? `${metric}${unit}PerHour` : `${metric}${SUFFIXES[kind]}${unit}`
}
