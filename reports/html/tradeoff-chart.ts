import { scaleLinear, scalePoint } from 'd3-scale'
import { area, line } from 'd3-shape'
import { html, type Markup } from './markup.ts'
import { px } from './time-axis.ts'

/** One point per window: a value, or a share from 0 to 1, with its interval. */
export interface TradeoffPoint {
  readonly windowHours: number
  readonly share: number
  readonly low: number
  readonly high: number
}

const WIDTH = 480
const HEIGHT = 240
const LEFT = 48
const RIGHT = WIDTH - 14
const TOP = 14
const BOTTOM = HEIGHT - 40

/** A curve over the monitoring windows with the interval of its estimate; `format` makes the text of a value of the vertical axis. */
export function drawTradeoff(
  title: string,
  points: readonly TradeoffPoint[],
  format: (value: number) => string,
  top?: number,
): Markup {
  const x = scalePoint(
    points.map(({ windowHours }) => `${windowHours} h`),
    [LEFT, RIGHT],
  ).padding(0.3)
  const y = scaleLinear([0, top ?? (Math.max(...points.map(({ high }) => high)) || 1)], [BOTTOM, TOP]).nice(5)
  const at = ({ windowHours }: TradeoffPoint): number => px(x(`${windowHours} h`) as number)
  const band = area<TradeoffPoint>(
    at,
    ({ low }) => px(y(low)),
    ({ high }) => px(y(high)),
  )(points)
  const curve = line<TradeoffPoint>(at, ({ share }) => px(y(share)))(points)
  return html`<figure class="chart"><figcaption><b>${title}</b> by monitoring window</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} by monitoring window">
<g class="axis">${y.ticks(5).map((tick) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(tick))}" y2="${px(y(tick))}"/><text x="${LEFT - 6}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`)}
${points.map((point) => html`<text x="${at(point)}" y="${BOTTOM + 16}" text-anchor="middle">${point.windowHours} h</text>`)}</g>
<path class="band" d="${band}"/><path class="observed" d="${curve}"/>
${points.map((point) => html`<circle class="leg" cx="${at(point)}" cy="${px(y(point.share))}" r="3"><title>${format(point.share)} (${format(point.low)} to ${format(point.high)})</title></circle>`)}
</svg></figure>`
}
