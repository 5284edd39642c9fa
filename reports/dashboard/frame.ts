import { timeOfDay } from '../numbers/clock-text.ts'
import { metricText } from '../numbers/metrics.ts'
import type { Chart } from './chart.ts'
import { type ChartPanel, layoutFor, MIN_COLUMNS, MIN_ROWS } from './layout.ts'
import type { Mode } from './menu.ts'
import { overlayOf } from './overlay.ts'
import type { Frame } from './screen.ts'
import type { DashboardState, MetricSeries } from './state.ts'

/** What the screen shows for a state, a mode and a size. Pure. */
export function frameOf(
  state: DashboardState,
  mode: Mode,
  faults: readonly string[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Frame {
  const layout = layoutFor(columns, rows, mode.focus, mode.awaitsAnswer)
  if (layout === null) return tooSmall(columns, rows)
  const cursor = mode.overlay === 'place' ? mode.cursor : undefined
  const texts = layout.texts.map(({ id, title, view, ...rect }) => {
    const frame = title === null ? 0 : 2
    const space = { columns: rect.width - frame, rows: rect.height - frame }
    return { id, title, ...rect, lines: view(state, space, cursor).slice(0, space.rows) }
  })
  return {
    texts,
    charts: layout.charts.flatMap((panel) => chartOf(panel, state, mode.focus)),
    overlay: overlayOf(state, mode, faults, { left: layout.mapRight, columns, rows }),
  }
}

export const tooSmall = (columns: number, rows: number): Frame =>
  onlyText(`rehearse needs ${MIN_COLUMNS} x ${MIN_ROWS}, this is ${columns} x ${rows}; q quits`, columns, rows)

/** Before the first state: a large fleet takes time for its baseline week and to connect. */
export const gettingReady = (columns: number, rows: number): Frame =>
  onlyText('simulating the baseline week and connecting the fleet ...; q quits', columns, rows)

const onlyText = (text: string, columns: number, rows: number): Frame => ({
  texts: [{ id: 'text', title: null, left: 0, top: 0, width: columns, height: rows, lines: [text.slice(0, columns)] }],
  charts: [],
  overlay: null,
})

function chartOf({ id, pick, ...rect }: ChartPanel, state: DashboardState, focus: number): Frame['charts'] {
  const found = pick(state.series, focus)
  if (found === undefined || found.points.length < 2) return []
  return [{ id, ...rect, title: `${found.rule}: ${metricText(found.metric)}`, chart: curvesOf(found, state.zone) }]
}

function curvesOf({ points, limit, metric }: MetricSeries, zone: string): Chart {
  return {
    labels: points.map(([atMs]) => timeOfDay(atMs, zone).slice(-5)),
    curves: [
      { title: 'limit', colour: 'red', values: points.map(() => limit) },
      { title: metricText(metric), colour: 'green', values: points.map(([, observed]) => observed) },
    ],
  }
}
