import type { History, ReleaseRow, Reported } from '../campaign/history.ts'
import { reportedLine } from '../messages/reported.ts'
import { historyRows, releaseRows } from '../text/history-text.ts'
import { html, type Markup } from './markup.ts'
import { page, tableOf } from './page.ts'
import { drawTimeAxis, px, timeAxis } from './time-axis.ts'

/** A sequence of releases: rehearsed next to reported, and the first of the histories release by release. Pure. */
export function renderHistoryPage(
  found: History,
  reported: Reported,
  histories: readonly (readonly ReleaseRow[])[],
  zone: string,
): string {
  const first = histories[0] ?? []
  const violated = histories.flat().flatMap((row) => row.violated.map((one) => `${row.version}: ${reportedLine(one)}`))
  const title = histories.length === 1 ? 'Releases' : `Releases of the first of ${histories.length} histories`
  return page(
    'Release history',
    html`<header><h1>Release history</h1><p class="story">One fleet, one controller, one release after another; intervals are exact (Clopper-Pearson).</p></header>
${violated.map((text) => html`<p class="bad">${text}</p>`)}
<section><h2>Rehearsed and reported</h2>${rowsTable(historyRows(found, reported), [1, 2])}</section>
<section><h2>${title}</h2>${drawReleases(first, zone)}${rowsTable(releaseRows(first), [4, 5])}</section>`,
  )
}

/** `numbers`: the columns that are aligned to the right. */
function rowsTable([head = [], ...rows]: readonly (readonly string[])[], numbers: readonly number[]): Markup {
  return html`<div class="tight">${tableOf(
    head.map((name, i) => (numbers.includes(i) ? `${name}#` : name)),
    rows,
  )}</div>`
}

const WIDTH = 1_040
const LEFT = 12
const TOP = 24
const BOTTOM = 56

/** Every release as a bar from its start to its end; those that were not promoted show their version above. */
function drawReleases(releases: readonly ReleaseRow[], zone: string): Markup | null {
  const [first, last] = [releases[0], releases.at(-1)]
  if (first === undefined || last === undefined) return null
  const axis = timeAxis(Date.parse(first.startedAt), Date.parse(last.endedAt), LEFT, WIDTH - LEFT, zone)
  return html`<div class="wide"><svg viewBox="0 0 ${WIDTH} ${BOTTOM + 22}" role="img" aria-label="Releases over time">
${drawTimeAxis(axis, BOTTOM, TOP)}
${releases.map(({ version, startedAt, endedAt, outcome }) => {
  const [left, right] = [axis.at(Date.parse(startedAt)), axis.at(Date.parse(endedAt))]
  const name = outcome === 'promoted' ? null : html`<text x="${px(left)}" y="${TOP - 6}">${version}</text>`
  return html`<rect class="bar ${CLASSES[outcome] ?? 'undecided'}" x="${px(left)}" width="${px(Math.max(right - left, 3))}" y="${TOP + 4}" height="22"><title>${version}: ${outcome}</title></rect>${name}`
})}
</svg></div>
<p class="key"><span class="swatch promoted"></span>promoted <span class="swatch back"></span>rolled back <span class="swatch undecided"></span>undecided</p>`
}

const CLASSES: Readonly<Record<string, string>> = { promoted: 'promoted', 'rolled-back': 'back' }
