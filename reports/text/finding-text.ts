import { metricOf, metricValueText } from '../numbers/metrics.ts'

/** One judged metric, as the trace and report.json hold it. */
export interface JudgedMetric {
  readonly metric: string
  readonly observed: number | null
  readonly limit: number
  readonly line?: number
  readonly thing?: string
}

/** `cycle time increase 12.3 %, limit 10 %, line 7`. */
export function findingText({ metric, observed, limit, line, thing }: JudgedMetric): string {
  const where = thing ?? (line === undefined ? null : `line ${line}`)
  const value = `${metricOf(metric).label} ${metricValueText(metric, observed)}, limit ${metricValueText(metric, limit)}`
  return where === null ? value : `${value}, ${where}`
}
