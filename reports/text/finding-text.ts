import { linesText, numberText } from '../numbers/format.ts'
import { metricOf, metricValueText } from '../numbers/metrics.ts'

/** Ends of an interval; null where there is none. */
interface Ends {
  readonly low: number | null
  readonly high: number | null
}

/** One judged metric, as the trace and report.json hold it. */
export interface JudgedMetric {
  readonly metric: string
  readonly observed: number | null
  readonly limit: number
  readonly interval?: Ends
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
}: Omit<JudgedMetric, 'metric' | 'observed' | 'limit' | 'interval'>): string | null {
  if (thing !== undefined) return thing
  if (things?.count === 1) return things.first[0] as string
  if (lines !== undefined) return linesText(lines)
  return line === undefined ? null : `line ${line}`
}

/** `[8.7, 15.4]`, `[8.7, ...)` without an upper end; `-` without any. */
export function intervalText(interval: Ends | undefined): string {
  if (interval === undefined) return '-'
  const { low, high } = interval
  return `${low === null ? '(...' : `[${numberText(low)}`}, ${high === null ? '...)' : `${numberText(high)}]`}`
}

/** `cycle time increase 12.3 % [8.7, 15.4], limit 10 %, line 7`. */
export function findingText(judged: JudgedMetric): string {
  const { metric, observed, limit, interval } = judged
  const where = whereOf(judged)
  const value = `${metricOf(metric).label} ${metricValueText(metric, observed)}${interval === undefined ? '' : ` ${intervalText(interval)}`}, limit ${metricValueText(metric, limit)}`
  return where === null ? value : `${value}, ${where}`
}
