import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import type { PlantMetricPoint, PlantMetricSeries } from '../run/plant-metrics.ts'
import { html, type Markup } from './markup.ts'
import type { Span } from './span.ts'
import { drawMark, drawTimeAxis, MARKS_HEIGHT, px, type TimeAxis, timeAxis } from './time-axis.ts'

const WIDTH = 500
const HEIGHT = 200
const LEFT = 52
const RIGHT = WIDTH - 12
const TOP = MARKS_HEIGHT
const BOTTOM = HEIGHT - 22
const Y_TICKS = 5
/** Of the range of the values, above and below. */
const MARGIN = 0.08

type Height = (value: number) => number

/** What devices measured: a curve for each firmware version, with the spread of the released one behind it. */
export function drawPlantMetric({ metric, unit, versions }: PlantMetricSeries, released: string, span: Span): Markup {
  const axis = timeAxis(span.fromMs, span.toMs, LEFT, RIGHT, span.zone)
  const shown = versions.map(({ version, runs }) => ({ version, runs: runs.map((run) => within(run, span)) }))
  const values = shown.flatMap(({ version, runs }) =>
    runs.flat().flatMap(({ value, spread = 0 }) => (version === released ? [value - spread, value + spread] : [value])),
  )
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const margin = (most - least || Math.abs(most) || 1) * MARGIN
  // What is never negative is drawn from 0 up at most.
  const bottom = least < 0 ? least - margin : Math.max(0, least - margin)
  const y = scaleLinear([bottom, most + margin], [BOTTOM, TOP]).nice(Y_TICKS)
  const title = unit === '' ? metric : `${metric}, ${unit}`
  const summary = `${title}: between ${format(least)} and ${format(most)}`
  return html`<figure class="chart"><figcaption><b>${metric}</b> ${unit}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
${drawTimeAxis(axis, BOTTOM, TOP)}
<g class="axis">${y.ticks(Y_TICKS).map((tick) => html`<text x="${LEFT - 6}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`)}</g>
${shown.map(({ version, runs }) => runs.map((run) => drawRun(run, version, version === released, axis, y)))}
${span.onsetAtMs === null ? null : drawMark(axis, span.onsetAtMs, TOP, BOTTOM, 'onset', 'fault')}
${span.detectedAtMs === null ? null : drawMark(axis, span.detectedAtMs, TOP, BOTTOM, 'detection', 'detected')}
</svg></figure>`
}

const within = (run: readonly PlantMetricPoint[], { fromMs, toMs }: Span): readonly PlantMetricPoint[] =>
  run.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)

function drawRun(
  run: readonly PlantMetricPoint[],
  version: string,
  isReleased: boolean,
  axis: TimeAxis,
  y: Height,
): Markup | null {
  if (run.length === 0) return null
  const x = ({ atMs }: PlantMetricPoint): number => px(axis.at(atMs))
  const curve = line<PlantMetricPoint>(x, ({ value }) => px(y(value)))(run)
  const band =
    isReleased && run.some(({ spread }) => spread !== undefined)
      ? area<PlantMetricPoint>(
          x,
          ({ value, spread = 0 }) => px(y(value - spread)),
          ({ value, spread = 0 }) => px(y(value + spread)),
        )(run)
      : null
  return html`${band === null ? null : html`<path class="band" d="${band}"/>`}
<path class="observed${isReleased ? '' : ' replaced'}" d="${curve}"><title>${version}</title></path>`
}

const format = (value: number): string => String(Number(value.toPrecision(4)))
