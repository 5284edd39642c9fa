import { linesText } from '../numbers/format.ts'
import { metricOf, metricValueText } from '../numbers/metrics.ts'

/** One judged metric, as the trace and report.json hold it. */
export interface JudgedMetric {
  readonly metric: string
  readonly observed: number | null
  readonly limit: number
  readonly line?: number
  readonly thing?: string
  readonly things?: { readonly count: number; readonly first: readonly string[] }
  readonly lines?: { readonly count: number; readonly first: readonly number[] }
}

/** The one device or line, or all that are concerned: "line 3", "lines 1, 2 and 4 more"; null for the whole stage. */
export function whereOf({
  line,
  thing,
  things,
  lines,
}: Omit<JudgedMetric, 'metric' | 'observed' | 'limit'>): string | null {
  if (thing !== undefined) return thing
  if (things?.count === 1) return things.first[0] as string
  if (lines !== undefined) return linesText(lines)
  return line === undefined ? null : `line ${line}`
}

/** `cycle time increase 12.3 %, limit 10 %, line 7`. */
export function findingText(judged: JudgedMetric): string {
  const { metric, observed, limit } = judged
  const where = whereOf(judged)
  const value = `${metricOf(metric).label} ${metricValueText(metric, observed)}, limit ${metricValueText(metric, limit)}`
  return where === null ? value : `${value}, ${where}`
}
