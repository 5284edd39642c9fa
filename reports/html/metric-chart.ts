import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { metricOf, metricText } from '../numbers/metrics.ts'
import { html, type Markup } from './markup.ts'
import { drawMark, drawTimeAxis, MARKS_HEIGHT, px, type TimeAxis, timeAxis } from './time-axis.ts'

/** One curve of a metric: consecutive evaluations of one stage. */
export interface MetricRun {
  readonly stage: string
  /** Class of its colour. */
  readonly colour: string
  readonly points: readonly { readonly atMs: number; readonly observed: number; readonly baseline: number | null }[]
}

export interface MetricChart {
  readonly rule: string
  readonly metric: string
  readonly limit: number
  readonly runs: readonly MetricRun[]
  readonly fromMs: number
  readonly toMs: number
  readonly onsetAtMs: number | null
  readonly detectedAtMs: number | null
  readonly zone: string
}

const WIDTH = 500
const HEIGHT = 200
const LEFT = 44
const RIGHT = WIDTH - 12
const TOP = MARKS_HEIGHT
const BOTTOM = HEIGHT - 22
const Y_TICKS = 5

/** Observed values against the baseline and the limit; the allowed range is shaded. */
export function drawMetric(chart: MetricChart): Markup {
  const { rule, metric, limit, runs, onsetAtMs, detectedAtMs } = chart
  const axis = timeAxis(chart.fromMs, chart.toMs, LEFT, RIGHT, chart.zone)
  const points = runs.flatMap((run) => run.points)
  const values = points.flatMap(({ observed, baseline }) => (baseline === null ? [observed] : [observed, baseline]))
  const y = scaleLinear([Math.min(0, ...values), Math.max(limit, ...values) * 1.08 || 1], [BOTTOM, TOP]).nice(Y_TICKS)
  const baseline = points.find((point) => point.baseline !== null)?.baseline ?? Math.min(0, limit)
  // Above an upper limit values are bad, below a lower one.
  const allowed = metricOf(metric).limit === 'upper' ? [y(limit), y(baseline)] : [TOP, y(limit)]
  const summary = `${rule}: ${metricText(metric)} between ${format(Math.min(...values))} and ${format(Math.max(...values))}, limit ${format(limit)}`
  return html`<figure class="chart"><figcaption><b>${rule}</b> ${metricText(metric)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
<rect class="allowed" x="${LEFT}" width="${RIGHT - LEFT}" y="${px(Math.min(...allowed))}" height="${px(Math.max(...allowed) - Math.min(...allowed))}"/>
${drawTimeAxis(axis, BOTTOM, TOP)}
<g class="axis">${y.ticks(Y_TICKS).map((tick) => html`<text x="${LEFT - 6}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`)}</g>
<line class="baseline" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(baseline))}" y2="${px(y(baseline))}"/>
<line class="limit" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(limit))}" y2="${px(y(limit))}"/>
${runs.map((run) => drawRun(run, axis, y))}
${onsetAtMs === null ? null : drawMark(axis, onsetAtMs, TOP, BOTTOM, 'onset', 'fault')}
${detectedAtMs === null ? null : drawMark(axis, detectedAtMs, TOP, BOTTOM, 'detection', 'detected')}
<text class="limit-name" x="${LEFT + 6}" y="${px(y(limit) - 4)}">limit ${format(limit)}</text>
</svg></figure>`
}

function drawRun({ stage, colour, points }: MetricRun, axis: TimeAxis, y: (value: number) => number): Markup {
  const path = line<MetricRun['points'][number]>(
    ({ atMs }) => px(axis.at(atMs)),
    ({ observed }) => px(y(observed)),
  )(points)
  return html`<path class="observed ${colour}" d="${path}"><title>${stage}</title></path>`
}

const format = (value: number): string => String(Number(value.toPrecision(3)))
