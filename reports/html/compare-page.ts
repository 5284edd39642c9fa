import type { Cell } from '../campaign/comparison.ts'
import type { VariantDifference } from '../campaign/differences.ts'
import type { Share } from '../numbers/statistics.ts'
import { DIFFERENCE_COLUMNS, differenceTexts, resultTexts } from '../text/comparison-text.ts'
import { html, type Markup } from './markup.ts'
import { page, tableOf } from './page.ts'
import { drawTradeoff, type TradeoffPoint } from './tradeoff-chart.ts'

/** The trade-off between windows as curves with their intervals, and every cell in numbers. Pure. */
export function renderComparePage(
  cells: readonly Cell[],
  differences: readonly VariantDifference[] = [],
  conclusions: readonly string[] = [],
): string {
  const groups = [...new Set(cells.map(groupOf))].map((group) => cells.filter((cell) => groupOf(cell) === group))
  return page(
    'Monitoring windows compared',
    html`<header><h1>Monitoring windows compared</h1><p class="story">Every variant was rehearsed with the same seeds. Bands and brackets are 95 % intervals. Where it was caught is counted by stage, in their order.</p>${conclusions.map((text) => html`<p>${text}</p>`)}</header>
${groups.map(section)}
${differences.length === 0 ? null : html`<section><h2>Differences over the same seeds (95 %)</h2><div class="tight">${tableOf([...DIFFERENCE_COLUMNS], differences.map(differenceTexts))}</div></section>`}`,
  )
}

const groupOf = ({ scenario, gates, profile }: Cell): string => `${scenario}, ${gates} gates, profile ${profile}`

function section(cells: readonly Cell[]): Markup {
  const [first] = cells as [Cell]
  return html`<section><h2>${groupOf(first)}</h2>${cells.length > 1 ? html`<div class="charts">${curves(cells)}</div>` : null}<div class="tight">${cellTable(cells)}</div></section>`
}

function curves(cells: readonly Cell[]): readonly Markup[] {
  const shareCurve = (title: string, share: (cell: Cell) => Share | null): Markup | null => {
    const points = cells.flatMap((cell): TradeoffPoint[] => {
      const found = share(cell)
      if (found === null || found.share === null || found.low === null || found.high === null) return []
      return [{ windowHours: cell.windowHours, share: found.share, low: found.low, high: found.high }]
    })
    return points.length < 2 ? null : drawTradeoff(title, points, percent, 1)
  }
  const meanCurve = (title: string, unit: string, mean: (cell: Cell) => number | null): Markup | null => {
    const points = cells.flatMap((cell): TradeoffPoint[] => {
      const share = mean(cell)
      return share === null ? [] : [{ windowHours: cell.windowHours, share, low: share, high: share }]
    })
    return points.length < 2 ? null : drawTradeoff(title, points, (value) => `${Number(value.toPrecision(3))}${unit}`)
  }
  const all = [
    shareCurve('escaped to the whole fleet', ({ escaped }) => escaped),
    shareCurve('false alarms', ({ falseAlarms }) => falseAlarms),
    meanCurve('exposed devices', '', ({ meanExposure }) => meanExposure.devices),
    meanCurve('lead time', ' d', ({ meanLeadTimeHours }) =>
      meanLeadTimeHours === null ? null : meanLeadTimeHours / 24,
    ),
  ]
  return all.filter((one) => one !== null)
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`

const cellTable = (cells: readonly Cell[]): Markup =>
  tableOf(
    [
      'window#',
      'runs#',
      'detected',
      'false alarms',
      'caught by stage',
      'devices#',
      'device-hours#',
      'lines#',
      'latency, min#',
      'lead time, d#',
    ],
    cells.map((cell) => [
      `${cell.windowHours} h`,
      cell.runs,
      ...resultTexts(cell),
      cell.meanLatencyMinutes === null ? '-' : cell.meanLatencyMinutes.toFixed(1),
      cell.meanLeadTimeHours === null ? '-' : (cell.meanLeadTimeHours / 24).toFixed(2),
    ]),
  )
