import { scaleLinear } from 'd3-scale'
import { Temporal } from 'temporal-polyfill'
import { html, type Markup } from './markup.ts'

/** Simulated time on the horizontal axis, with ticks at full hours in the zone of the plant. */
export interface TimeAxis {
  readonly fromMs: number
  readonly toMs: number
  /** Position of an instant. */
  readonly at: (atMs: number) => number
  readonly ticks: readonly { readonly atMs: number; readonly label: string }[]
}

const HOUR_MS = 3_600_000
const STEPS_H = [1, 2, 3, 6, 12, 24, 48, 168, 336, 672, 1_344] as const
/** From this step on, ticks show dates instead of days of the week. */
const DATES_FROM_H = 336
const MAX_TICKS = 10
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

export function timeAxis(fromMs: number, toMs: number, left: number, right: number, zone: string): TimeAxis {
  const scale = scaleLinear([fromMs, Math.max(toMs, fromMs + 1)], [left, right])
  const hours = (toMs - fromMs) / HOUR_MS
  const stepH = STEPS_H.find((step) => hours / step <= MAX_TICKS) ?? 1_344
  return { fromMs, toMs, at: (atMs) => scale(atMs), ticks: ticksOf(fromMs, toMs, stepH, zone) }
}

/** Whole steps of the wall clock from midnight on, so that its change moves no label. */
function ticksOf(fromMs: number, toMs: number, stepH: number, zone: string): TimeAxis['ticks'] {
  const ticks: { atMs: number; label: string }[] = []
  let day = Temporal.Instant.fromEpochMilliseconds(Math.floor(fromMs)).toZonedDateTimeISO(zone).startOfDay()
  for (; day.epochMilliseconds <= toMs; day = day.add({ days: Math.max(1, stepH / 24) })) {
    for (let hour = 0; hour < 24; hour += stepH) {
      // An hour that the clock change leaves out is the next one.
      const tick = day.with({ hour })
      const atMs = tick.epochMilliseconds
      if (atMs < fromMs || atMs > toMs) continue
      const date =
        stepH < DATES_FROM_H ? `${DAYS[day.dayOfWeek - 1]} ${two(day.day)}` : `${day.day} ${MONTHS[day.month - 1]}`
      ticks.push({ atMs, label: hour === 0 ? date : `${two(tick.hour)}:00` })
    }
  }
  return ticks
}

/** The axis line with its ticks at height `y`, grid lines up to `top`. */
export const drawTimeAxis = ({ ticks, at }: TimeAxis, y: number, top: number): Markup =>
  html`<g class="axis">${ticks.map(
    ({ atMs, label }) =>
      html`<line class="grid" x1="${px(at(atMs))}" x2="${px(at(atMs))}" y1="${top}" y2="${y}"/><text x="${px(at(atMs))}" y="${y + 14}" text-anchor="middle">${label}</text>`,
  )}</g>`

/** Height of the names of both marks above the chart, one row each so that they cannot overlap. */
export const MARKS_HEIGHT = 28
/** Height of a third row. */
export const ON_CALL_HEIGHT = 13
const MARK_ROWS = { 'on-call': 30, onset: 17, detection: 4 } as const

/** A vertical line with its name above: the onset of a fault, the detection, a notification of on-call. */
export function drawMark(
  axis: TimeAxis,
  atMs: number,
  top: number,
  bottom: number,
  kind: keyof typeof MARK_ROWS,
  name: string,
): Markup {
  const x = px(axis.at(atMs))
  const isLate = axis.at(atMs) > (axis.at(axis.fromMs) + axis.at(axis.toMs)) / 2
  const y = top - MARK_ROWS[kind]
  return html`<g class="mark ${kind}"><line x1="${x}" x2="${x}" y1="${y - 8}" y2="${bottom}"/><text x="${isLate ? x - 4 : x + 4}" y="${y}" text-anchor="${isLate ? 'end' : 'start'}">${name}</text></g>`
}

/** Tenths of a pixel are enough, and keep the file small. */
export const px = (value: number): number => Math.round(value * 10) / 10
