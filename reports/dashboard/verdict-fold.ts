import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isOfStage } from '../run/evaluations.ts'
import type { MetricSeries, VerdictState } from './state.ts'

const MAX_POINTS = 120

interface Series {
  readonly rule: string
  readonly metric: string
  limit: number
  points: [atMs: number, observed: number][]
  /** Least distance of the next point. */
  skipMs: number
}

/** What the controller concluded: the last verdict, and every judged metric over time. */
export class VerdictFold {
  readonly #series = new Map<string, Series>()
  #verdict: VerdictState | null = null

  get verdict(): VerdictState | null {
    return this.#verdict
  }

  get series(): readonly MetricSeries[] {
    return [...this.#series.values()].map(({ rule, metric, limit, points }) => ({ rule, metric, limit, points }))
  }

  take(record: TraceRecord): void {
    if (record.kind === 'rollout-started' && record.subject !== 'migration') {
      const { atMs, reason } = record
      this.#verdict = { atMs, kind: 'none', decision: 'start', reason, findings: [] }
    } else if (record.kind === 'evaluated') this.#evaluated(record)
  }

  #evaluated({ atMs, verdict: kind, decision, reason, findings }: Extract<TraceRecord, { kind: 'evaluated' }>): void {
    if (kind !== 'none' || this.#verdict === null) this.#verdict = { atMs, kind, decision, reason, findings }
    else this.#verdict = { ...this.#verdict, decision, reason }
    for (const finding of findings) this.#plot(finding, atMs)
  }

  /** Of a line or a device only where nothing is known of the whole stage. */
  #plot(finding: TraceFinding, atMs: number): void {
    const { rule, metric, observed, limit } = finding
    const key = `${rule} ${metric}`
    const known = this.#series.get(key)
    if (observed === null || (known !== undefined && !isOfStage(finding))) return
    if (known === undefined) this.#series.set(key, { rule, metric, limit, points: [[atMs, observed]], skipMs: 0 })
    else addPoint(known, limit, atMs, observed)
  }
}

/** Keeps at most so many points: when full, every other one is removed, and new ones are taken half as often. */
function addPoint(series: Series, limit: number, atMs: number, observed: number): void {
  series.limit = limit
  const [lastMs] = series.points.at(-1) as [number, number]
  if (atMs - lastMs < series.skipMs) return
  series.points.push([atMs, observed])
  if (series.points.length <= MAX_POINTS) return
  series.points = series.points.filter((_, index) => index % 2 === 0)
  const [first, second] = series.points as [[number, number], [number, number]]
  series.skipMs = (second[0] - first[0]) * 0.99
}
