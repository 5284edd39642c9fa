import { scaleLinear } from 'd3-scale'
import type { Spread } from '../run/rollback.ts'
import { html, type Markup } from './markup.ts'
import { px } from './time-axis.ts'

/** One leg of the rollback: its spread over the devices, or one figure for all; minutes. */
export interface Leg {
  readonly name: string
  readonly spread: Spread | null
}

const WIDTH = 1040
const LEFT = 170
const RIGHT = WIDTH - 150
const ROW = 28

/** Rollback latency leg by leg: the bar is the median device, its lighter end the slowest one. */
export function drawLegs(legs: readonly Leg[]): Markup {
  const longest = Math.max(...legs.map(({ spread }) => spread?.max ?? 0), 0.1)
  const x = scaleLinear([0, longest], [LEFT, RIGHT]).nice(6)
  const bottom = legs.length * ROW + 6
  return html`<div class="wide"><svg viewBox="0 0 ${WIDTH} ${bottom + 20}" role="img" aria-label="Rollback latency by leg">
<g class="axis">${x.ticks(6).map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${bottom}"/><text x="${px(x(tick))}" y="${bottom + 14}" text-anchor="middle">${tick} min</text>`)}</g>
${legs.map(({ name, spread }, row) => {
  const y = row * ROW + 8
  if (spread === null)
    return html`<text class="row" x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${name}</text><text x="${LEFT}" y="${y + 12}">did not happen</text>`
  const text =
    spread.p50 === spread.max
      ? `${spread.max.toFixed(1)} min`
      : `${spread.p50.toFixed(1)}, at most ${spread.max.toFixed(1)} min`
  return html`<text class="row" x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${name}</text>
<rect class="leg tail" x="${LEFT}" y="${y}" width="${px(x(spread.max) - LEFT)}" height="16"/><rect class="leg" x="${LEFT}" y="${y}" width="${px(x(spread.p50) - LEFT)}" height="16"/>
<text x="${px(x(spread.max) + 6)}" y="${y + 12}">${text}</text>`
})}
</svg></div>`
}
