import { isQuantity } from '../numbers/metrics.ts'
import { coloured } from './markup.ts'
import type { MetricSeries } from './state.ts'
import { detection, eventLog, findings, fleetMap, headline, legend, legs, stages, type View, verdict } from './views.ts'

/** A rectangle on the screen, in character cells, its frame included. */
export interface Rect {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A framed text, or a line without a frame where `title` is null. */
export interface TextPanel extends Rect {
  readonly id: string
  readonly title: string | null
  readonly view: View
}

/** A chart of one of the judged metrics, by its position among them. */
export interface ChartPanel extends Rect {
  readonly id: string
  readonly pick: (series: readonly MetricSeries[], focus: number) => MetricSeries | undefined
}

export interface Layout {
  readonly texts: readonly TextPanel[]
  readonly charts: readonly ChartPanel[]
  /** The first column to the right of the fleet map. */
  readonly mapRight: number
}

/** Smallest screen that holds the compact layout. */
export const MIN_COLUMNS = 80
export const MIN_ROWS = 24
const WIDE_COLUMNS = 120
const WIDE_ROWS = 40

/**
 * The panels of a screen of this size; null when it is too small. `focus` is what tab has moved to; `showsEvents` shows the
 * events instead where there is room for one panel only. Pure.
 */
export function layoutFor(columns: number, rows: number, focus: number, showsEvents = false): Layout | null {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return null
  return columns >= WIDE_COLUMNS && rows >= WIDE_ROWS ? wide(columns, rows) : compact(columns, rows, focus, showsEvents)
}

const keys: View = ({ outcome }) => [coloured('grey', outcome === null ? KEYS : KEYS_AT_THE_END)]
const KEYS = 'space stop  > step  +- pace  f fault  p pause  a abort  tab view  ? help  q quit'
const KEYS_AT_THE_END = 'the rehearsal has ended  tab view  ? help  q quit'

/** What tab moves through where there is room for one panel only. */
const COMPACT_PANELS = ['chart', 'metrics', 'rollback', 'events'] as const

function compact(columns: number, rows: number, focus: number, showsEvents: boolean): Layout {
  const mapWidth = 28
  const right = { left: mapWidth, width: columns - mapWidth }
  const bodyTop = 1
  const bodyHeight = rows - 2
  const lowTop = bodyTop + 10
  const low = { ...right, top: lowTop, height: bodyHeight - 10 }
  const tabbed = COMPACT_PANELS[focus % COMPACT_PANELS.length] as (typeof COMPACT_PANELS)[number]
  const shown = showsEvents ? 'events' : tabbed
  const half = Math.floor(low.height / 2)
  const lowTexts: TextPanel[] =
    shown === 'metrics'
      ? [{ id: 'metrics', title: 'metrics', ...low, view: findings }]
      : shown === 'rollback'
        ? [
            { id: 'detection', title: 'detection', ...low, height: low.height - half, view: detection },
            {
              id: 'legs',
              title: 'rollback latency',
              ...low,
              top: lowTop + low.height - half,
              height: half,
              view: legs,
            },
          ]
        : shown === 'events'
          ? [{ id: 'events', title: 'events', ...low, view: eventLog }]
          : []
  return {
    mapRight: mapWidth,
    texts: [
      { id: 'headline', title: null, left: 0, top: 0, width: columns, height: 1, view: headline },
      { id: 'map', title: 'fleet', left: 0, top: bodyTop, width: mapWidth, height: 19, view: fleetMap },
      {
        id: 'legend',
        title: null,
        left: 1,
        top: bodyTop + 19,
        width: mapWidth - 1,
        height: bodyHeight - 19,
        view: legend,
      },
      { id: 'stages', title: 'stages', ...right, top: bodyTop, height: 6, view: stages },
      { id: 'verdict', title: 'controller', ...right, top: bodyTop + 6, height: 4, view: verdict },
      ...lowTexts,
      { id: 'keys', title: null, left: 0, top: rows - 1, width: columns, height: 1, view: keys },
    ],
    charts:
      shown === 'chart'
        ? [{ id: 'chart-0', ...low, pick: (series, at) => nth(series, 0, Math.floor(at / COMPACT_PANELS.length)) }]
        : [],
  }
}

function wide(columns: number, rows: number): Layout {
  const mapWidth = 40
  const right = { left: mapWidth, width: columns - mapWidth }
  const bodyTop = 1
  const bodyHeight = rows - 2
  const logHeight = Math.max(8, Math.floor(bodyHeight / 5))
  const chartsTop = bodyTop + 15
  const chartsHeight = bodyHeight - 15 - logHeight
  const chartHeight = Math.floor(chartsHeight / 2)
  const chartWidth = Math.floor(right.width / 2)
  const findingsWidth = Math.min(60, Math.floor(right.width / 2))
  return {
    mapRight: mapWidth,
    texts: [
      { id: 'headline', title: null, left: 0, top: 0, width: columns, height: 1, view: headline },
      { id: 'map', title: 'fleet', left: 0, top: bodyTop, width: mapWidth, height: 19, view: fleetMap },
      { id: 'legend', title: null, left: 1, top: bodyTop + 19, width: mapWidth - 1, height: 3, view: legend },
      { id: 'detection', title: 'detection', left: 0, top: bodyTop + 22, width: mapWidth, height: 8, view: detection },
      { id: 'legs', title: 'rollback latency', left: 0, top: bodyTop + 30, width: mapWidth, height: 5, view: legs },
      {
        id: 'stages',
        title: 'stages',
        ...right,
        width: right.width - findingsWidth,
        top: bodyTop,
        height: 7,
        view: stages,
      },
      {
        id: 'verdict',
        title: 'controller',
        ...right,
        width: right.width - findingsWidth,
        top: bodyTop + 7,
        height: 8,
        view: verdict,
      },
      {
        id: 'metrics',
        title: 'metrics',
        left: columns - findingsWidth,
        width: findingsWidth,
        top: bodyTop,
        height: 15,
        view: findings,
      },
      {
        id: 'events',
        title: 'events',
        left: mapWidth,
        width: right.width,
        top: rows - 1 - logHeight,
        height: logHeight,
        view: eventLog,
      },
      { id: 'keys', title: null, left: 0, top: rows - 1, width: columns, height: 1, view: keys },
    ],
    charts: [0, 1, 2, 3].map((place) => ({
      id: `chart-${place}`,
      left: mapWidth + (place % 2) * chartWidth,
      top: chartsTop + Math.floor(place / 2) * chartHeight,
      width: chartWidth,
      height: chartHeight,
      pick: (series, focus) => nth(series, place, focus),
    })),
  }
}

/** The curve at a place, quantities before counts; tab moves through them cyclically. Undefined where there is none. */
function nth(series: readonly MetricSeries[], place: number, focus: number): MetricSeries | undefined {
  const curves = series.filter(({ points }) => points.length > 1)
  const sorted = [
    ...curves.filter(({ metric }) => isQuantity(metric)),
    ...curves.filter(({ metric }) => !isQuantity(metric)),
  ]
  return place < sorted.length ? sorted[(place + focus) % sorted.length] : undefined
}
