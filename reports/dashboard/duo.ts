import { timeOfDay } from '../numbers/clock-text.ts'
import { grouped } from '../numbers/format.ts'
import { bigNumber } from './big-number.ts'
import { tooSmall } from './frame.ts'
import { MIN_COLUMNS, MIN_ROWS } from './layout.ts'
import { bold, type Colour, coloured, cut, escaped, visible } from './markup.ts'
import type { Frame } from './screen.ts'
import type { DashboardState, DuoState } from './state.ts'
import { fleetMap, STAGE_COLOURS, type View, verdict } from './views.ts'

const MAP_COLUMNS = 24
const MAP_ROWS = 17
const VERDICT_ROWS = 3
/** Rows from which there is room for the curves below. */
const WITH_CHART_ROWS = 34
const CHART_POINTS = 60

/** Two rehearsals side by side: fleet and counters above, the controllers' decisions below, then the trade-off. Pure. */
export function duoFrame(
  { halves, ending }: DuoState,
  size: { readonly columns: number; readonly rows: number },
): Frame {
  const { columns, rows } = size
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return tooSmall(columns, rows)
  const width = Math.floor(columns / 2)
  const verdictTop = 1 + MAP_ROWS + 2
  const chartTop = verdictTop + VERDICT_ROWS
  const overlay = ending === null ? null : overlayOf(ending, columns, chartTop)
  const texts = halves.flatMap((half, i) => {
    const at = { left: i * width, width }
    const space = { columns: width - 2, rows: MAP_ROWS }
    const inner = { columns: width - 3, rows: VERDICT_ROWS }
    return [
      {
        id: `fleet-${i}`,
        title: titleOf(half),
        ...at,
        top: 1,
        height: MAP_ROWS + 2,
        lines: fleetAndCounters(half, space),
      },
      {
        id: `verdict-${i}`,
        title: null,
        left: at.left + 2,
        width: width - 2,
        top: verdictTop,
        height: VERDICT_ROWS,
        lines: verdict(half, inner).slice(0, VERDICT_ROWS),
      },
    ]
  })
  const line = { title: null, left: 0, width: columns, height: 1 }
  return {
    texts: [
      { id: 'headline', ...line, top: 0, lines: [headline(halves, columns)] },
      ...texts,
      { id: 'keys', ...line, top: rows - 1, lines: [ending === null ? KEYS : ENDED] },
    ],
    charts:
      rows < WITH_CHART_ROWS
        ? []
        : [{ ...exposureChart(halves), left: 0, top: chartTop, width: columns, height: rows - 1 - chartTop }],
    overlay,
  }
}

const KEYS = coloured('grey', 'space stop  > step  + faster  - slower  q quit')
const ENDED = coloured('grey', 'any key ends')

/** Over the stages and the decisions, so that the counters stay visible. */
function overlayOf(ending: readonly string[], columns: number, bottom: number): Frame['overlay'] {
  const width = Math.max(...ending.map((line) => line.length)) + 4
  const height = ending.length + 2
  return {
    title: 'trade-off',
    lines: ending.map(escaped),
    left: Math.floor((columns - width) / 2),
    top: bottom - height,
    width,
    height,
  }
}

const titleOf = ({ windowHours }: DashboardState): string => `windows of ${windowHours} h`
/** The clock of a rehearsal stops at its end. */
const nowOf = (halves: DuoState['halves']): number => Math.max(...halves.map(({ nowMs }) => nowMs))

function headline(halves: DuoState['halves'], columns: number): string {
  const [{ scenario, seed, zone, pace, speedup }] = halves
  const time = timeOfDay(nowOf(halves), zone)
  return bold(escaped(cut(`${scenario.toUpperCase()}  seed ${seed}  ${time}  ${grouped(speedup)} x  ${pace}`, columns)))
}

const fleetAndCounters: View = (state, { columns, rows }) => {
  const map = fleetMap(state, { columns: MAP_COLUMNS + 1, rows })
  const right = counters(state)
  return Array.from({ length: rows }, (_, row) => {
    const left = map[row] ?? ''
    const space = ' '.repeat(Math.max(1, MAP_COLUMNS + 1 - visible(left).length))
    return row < right.length ? `${left}${space}${right[row]}`.slice(0, columns + left.length) : left
  })
}

function counters({ exposure, map, stages }: DashboardState): string[] {
  const devices = map.reduce((sum, { codes }) => sum + codes.length, 0)
  const colour = exposureColour(exposure.devices, devices, stages[0]?.devices ?? 0)
  return [
    ...bigNumber(exposure.devices).map((row) => coloured(colour, row)),
    'exposed',
    '',
    coloured(colour, grouped(exposure.deviceHours)),
    'device-hours',
    '',
    ...stages.flatMap(({ name, state }) => [coloured('grey', name), coloured(STAGE_COLOURS[state], state)]),
  ]
}

const exposureColour = (exposed: number, devices: number, canary: number): Colour =>
  exposed >= devices ? 'red' : exposed > canary ? 'yellow' : 'green'

/** Both curves on one axis, from the start to now. */
function exposureChart(halves: DuoState['halves']): Omit<Frame['charts'][number], 'left' | 'top' | 'width' | 'height'> {
  const { startedAtMs, zone } = halves[0]
  const stepMs = Math.max(1, nowOf(halves) - startedAtMs) / (CHART_POINTS - 1)
  const times = Array.from({ length: CHART_POINTS }, (_, i) => startedAtMs + i * stepMs)
  const devicesAt = ({ exposure }: DashboardState, atMs: number): number =>
    exposure.steps.findLast(([stepMs]) => stepMs <= atMs)?.[1] ?? 0
  return {
    id: 'exposure',
    title: 'devices that have run the release: red left, green right',
    chart: {
      labels: times.map((atMs) => timeOfDay(atMs, zone).slice(-5)),
      curves: halves.map((half, i) => ({
        title: titleOf(half),
        colour: i === 0 ? 'red' : 'green',
        values: times.map((atMs) => devicesAt(half, atMs)),
      })),
    },
  }
}
