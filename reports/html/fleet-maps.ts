import { html, type Markup } from './markup.ts'

/** The fleet at one instant: one code per device, one text per line (reports/dashboard/state.ts: DEVICE_CODES). */
export interface FleetMoment {
  readonly title: string
  readonly map: readonly { readonly line: number; readonly codes: string }[]
}

const CELL = 9
const LABEL = 18
/** A larger fleet is not drawn device by device. */
const MAX_DEVICES = 4_000

const CLASSES: Readonly<Record<string, string>> = {
  '.': 'old',
  '+': 'new',
  n: 'starting',
  i: 'installing',
  r: 'reverting',
  '-': 'offline',
  x: 'crashed',
}
const NAMES = ['old', 'new', 'starting', 'installing', 'reverting', 'offline', 'crashed'] as const

/** One small map of the fleet per moment, one row per line. */
export function drawFleetMaps(moments: readonly FleetMoment[]): Markup {
  const devices = moments[0]?.map.reduce((sum, { codes }) => sum + codes.length, 0) ?? 0
  if (devices > MAX_DEVICES)
    return html`<p>The fleet of ${devices} devices is too large to be drawn device by device.</p>`
  return html`<div class="maps" style="--across: ${across(moments.length)}">${moments.map(drawMap)}</div>
<p class="key">${NAMES.map((name) => html`<svg class="swatch" viewBox="0 0 9 9"><rect class="device ${name}" width="8" height="8"/>${markOf(name, 0, 0)}</svg>${name} `)}</p>`
}

/** Maps in a row where there is room for them: all in one, or two equal rows. */
const across = (maps: number): number => (maps <= 6 ? maps : Math.ceil(maps / 2))

function drawMap({ title, map }: FleetMoment): Markup {
  const width = LABEL + CELL * Math.max(...map.map(({ codes }) => codes.length))
  return html`<figure><svg viewBox="0 0 ${width} ${map.length * CELL}" role="img" aria-label="${title}">
${map.map(
  ({ line, codes }, row) =>
    html`<text class="row" x="${LABEL - 3}" y="${row * CELL + 8}" text-anchor="end">${line}</text>${[...codes].map(
      (code, column) => {
        const name = CLASSES[code] ?? 'old'
        const [x, y] = [LABEL + column * CELL, row * CELL]
        return html`<rect class="device ${name}" x="${x}" y="${y}" width="8" height="8"/>${markOf(name, x, y)}`
      },
    )}`,
)}
</svg><figcaption>${title}</figcaption></figure>`
}

/** A shape in addition to the colour, for colour-blind readers and for paper. */
function markOf(name: string, x: number, y: number): Markup | null {
  if (name === 'crashed') return html`<path class="sign" d="M${x + 2} ${y + 2}l4 4m0 -4l-4 4"/>`
  if (name === 'offline') return html`<path class="sign" d="M${x + 2} ${y + 4}h4"/>`
  if (name === 'reverting') return html`<path class="sign" d="M${x + 6} ${y + 2}l-4 2l4 2"/>`
  if (name === 'new') return html`<path class="sign" d="M${x + 4} ${y + 2}v4m-2 -2h4"/>`
  return null
}
