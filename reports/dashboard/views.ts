import type { TraceFinding } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'
import { timeOfDay } from '../numbers/clock-text.ts'
import { countText, durationText, grouped, linesText } from '../numbers/format.ts'
import { metricOf, metricValueText } from '../numbers/metrics.ts'
import type { Cursor } from './cursor.ts'
import { logText } from './log-text.ts'
import { bold, type Colour, coloured, cut, escaped, inverse, table, visible, wrap } from './markup.ts'
import { type DashboardState, DEVICE_CODES, type DeviceCode, type LegsState, onsetOf, type StageRow } from './state.ts'

/** Where a view is drawn, inside its frame. */
export interface Space {
  readonly columns: number
  readonly rows: number
}

/** A view: the state in, lines of marked-up text out; `cursor` is given while a place on the fleet map is chosen. */
export type View = (state: DashboardState, space: Space, cursor?: Cursor) => readonly string[]

const COLOURS: Readonly<Record<DeviceCode, Colour>> = {
  '.': 'grey',
  '+': 'green',
  h: 'white',
  n: 'cyan',
  i: 'cyan',
  r: 'yellow',
  '-': 'magenta',
  x: 'red',
}

/** The most severe first: it is shown where several devices share a place. */
const SEVERITY: readonly DeviceCode[] = ['x', '-', 'r', 'i', 'n', 'h', '+', '.']

/** One row per production line, one character per device; in a larger fleet, the most severe of those that share a place. */
export const fleetMap: View = ({ map }, { columns, rows }, cursor) => {
  const label = 3
  const perRow = Math.ceil(map.length / Math.max(rows, 1))
  const lines: string[] = []
  for (let first = 0; first < map.length; first += perRow) {
    const group = map.slice(first, first + perRow)
    const longest = Math.max(...group.map(({ codes }) => codes.length))
    const perCell = Math.ceil(longest / Math.max(columns - label - 1, 1))
    const cells = Array.from({ length: Math.ceil(longest / perCell) }, (_, cell) =>
      mostSevere(group.map(({ codes }) => codes.slice(cell * perCell, (cell + 1) * perCell)).join('')),
    )
    const device = cursor !== undefined && first <= cursor.line && cursor.line < first + perRow ? cursor.device : null
    const isMarked = (cell: number): boolean => device !== null && (device < 0 || Math.floor(device / perCell) === cell)
    lines.push(`${coloured('grey', String(group[0]?.line).padStart(label))} ${paint(cells, isMarked)}`)
  }
  return lines
}

const mostSevere = (codes: string): DeviceCode => SEVERITY.find((code) => codes.includes(code)) ?? '.'

/** Neighbouring cells of one colour are painted together; marked ones are inverse. */
function paint(cells: readonly DeviceCode[], isMarked: (cell: number) => boolean): string {
  const runs: { colour: Colour; isInverse: boolean; text: string }[] = []
  for (const [cell, code] of cells.entries()) {
    const [colour, isInverse] = [COLOURS[code], isMarked(cell)]
    const last = runs.at(-1)
    if (last !== undefined && last.colour === colour && last.isInverse === isInverse) last.text += code
    else runs.push({ colour, isInverse, text: code })
  }
  return runs.map(({ colour, isInverse, text }) => coloured(colour, isInverse ? inverse(text) : text)).join('')
}

export const legend: View = ({ release, replaces, stages: rows }) => [
  `${coloured('grey', DEVICE_CODES.old)} ${escaped(replaces)}  ${coloured('green', DEVICE_CODES.new)} ${escaped(release)}  ${coloured('yellow', DEVICE_CODES.reverting)} back`,
  `${coloured('cyan', DEVICE_CODES.installing)} installs  ${coloured('cyan', DEVICE_CODES.starting)} starts`,
  `${coloured('red', DEVICE_CODES.crashed)} crashed  ${coloured('magenta', DEVICE_CODES.offline)} offline${rows.some(isHeldFrom) ? ` ${coloured('white', DEVICE_CODES.held)} held` : ''}`,
]

export const STAGE_COLOURS: Readonly<Record<StageRow['state'], Colour>> = {
  ahead: 'grey',
  waiting: 'white',
  deploying: 'cyan',
  soaking: 'cyan',
  promoted: 'green',
  'rolling back': 'yellow',
  'rolled back': 'yellow',
  halted: 'red',
}

const isHeldFrom = ({ held }: StageRow): boolean => held > 0

/** Devices that are held back from a stage are added to those that have to run the release: `238/238+17`. */
export const stages: View = (state, { columns }) => {
  const rows = state.stages.map((stage) => [
    stage.name,
    `${stage.running}/${stage.devices - stage.held}${isHeldFrom(stage) ? `+${stage.held}` : ''}`,
    coloured(STAGE_COLOURS[stage.state], stage.state),
    windowClock(stage, state, columns >= WITH_BAR_COLUMNS),
  ])
  return table([['stage', 'running', 'state', 'window'].map((title) => coloured('grey', title)), ...rows], 'lrll')
}

/** A narrower screen has no room for a bar next to the text. */
const WITH_BAR_COLUMNS = 60

function windowClock({ soakingSinceMs }: StageRow, { nowMs, windowHours }: DashboardState, withBar: boolean): string {
  if (soakingSinceMs === null) return ''
  const windowMs = windowHours * 3_600_000
  const passedMs = nowMs - soakingSinceMs
  const filled = Math.min(10, Math.floor((10 * passedMs) / windowMs))
  const left =
    passedMs < windowMs
      ? `${durationText((windowMs - passedMs) / 60_000)} left`
      : `${durationText((passedMs - windowMs) / 60_000)} over`
  return withBar ? `[${'#'.repeat(filled)}${'.'.repeat(10 - filled)}] ${left}` : left
}

const VERDICT_COLOURS: Readonly<Record<string, Colour>> = { healthy: 'green', inconclusive: 'yellow', breach: 'red' }
const verdictText = (kind: string): string => coloured(VERDICT_COLOURS[kind] ?? 'white', kind)

/** The last decision of the controller, and its reason. */
export const verdict: View = ({ verdict: last, zone }, { columns, rows }) => {
  if (last === null) return ['no evaluation yet']
  const head = `${timeOfDay(last.atMs, zone)}  ${verdictText(last.kind)}  ${bold(last.decision)}`
  return [
    head,
    ...wrap(textOf(last.reason), columns)
      .slice(0, Math.max(0, rows - 1))
      .map(escaped),
  ]
}

const linesOf = ({ line, lines }: TraceFinding): string => {
  if (lines !== undefined) return ` ${linesText(lines)}`
  return line === undefined ? '' : ` line ${line}`
}

/** Every metric of the last evaluation, the worst first. */
export const findings: View = ({ verdict: last }, { columns }) => {
  if (last === null || last.findings.length === 0) return ['no findings yet']
  const titles = ['verdict', 'value', 'limit', 'rule'].map((title) => coloured('grey', title))
  const rows = last.findings.map((finding) => [
    verdictText(finding.outcome),
    metricValueText(finding.metric, finding.observed),
    metricValueText(finding.metric, finding.limit),
    escaped(`${finding.rule}${linesOf(finding)}`),
  ])
  const used = Math.max(...table([titles, ...rows], 'lrrl').map((line) => visible(line).length))
  const metrics = last.findings.map(({ metric }) => coloured('grey', cut(metricOf(metric).label, columns - used - 2)))
  return table([titles, ...rows.map((row, i) => [...row, metrics[i] as string])], 'lrrll')
}

/** Injected faults next to what was detected. */
export const detection: View = ({ faults, legs, exposure, zone }, { columns }) => {
  if (faults.length === 0 && legs === null) return ['no fault has begun']
  const begun = faults.map(({ kind, onsetAtMs, devices, target }) => [
    coloured('red', kind),
    target ?? countText(devices, 'device'),
    `since ${timeOfDay(onsetAtMs, zone)}`,
  ])
  const onsetAtMs = onsetOf(faults)
  const isCaught = legs !== null && onsetAtMs !== null && onsetAtMs <= legs.detectedAtMs
  const latency = isCaught ? (legs.detectedAtMs - onsetAtMs) / 60_000 : null
  const text =
    legs === null
      ? 'not detected'
      : `detected ${timeOfDay(legs.detectedAtMs, zone)}${latency === null ? '' : `, ${durationText(latency)} after onset`}`
  return [
    ...table(begun, 'lrl'),
    ...wrap(text, columns),
    `exposed ${countText(exposure.devices, 'device')}, ${grouped(exposure.deviceHours)} device-hours`,
  ]
}

/** Rollback latency, leg by leg, of the slowest device so far. */
export const legs: View = ({ legs: found }) => {
  if (found === null) return ['nothing was rolled back']
  const { devices, received, reverted, healthy } = found
  const count = (n: number): string => coloured(n === devices ? 'green' : 'yellow', `${n}/${devices}`)
  const slowest = ({ count, slowestMinutes }: LegsState['received']): string =>
    count === 0 ? '' : durationText(slowestMinutes)
  return table(
    [
      ['received', count(received.count), slowest(received)],
      ['reverted', count(reverted.count), slowest(reverted)],
      [
        'healthy',
        count(healthy.count),
        healthy.sinceOnsetMinutes === null ? '' : `${durationText(healthy.sinceOnsetMinutes)} since onset`,
      ],
    ],
    'lrr',
  )
}

export const eventLog: View = ({ log, zone }, { columns, rows }) =>
  log
    .slice(-rows)
    .map((entry) => `${coloured('grey', timeOfDay(entry.atMs, zone))} ${escaped(cut(logText(entry), columns - 13))}`)

/** The top line: scenario, simulated time, speed. */
export const headline: View = (state, { columns }) => {
  const { scenario, seed, level, nowMs, zone, speedup, pace, outcome } = state
  const plain = `${scenario.toUpperCase()}  seed ${seed}  ${level}  ${timeOfDay(nowMs, zone)} ${cut(zone, 16)}  ${grouped(speedup)} x  ${pace}`
  const end = outcome === null ? '' : `  ${outcome.toUpperCase()}`
  return [bold(escaped(cut(plain + end, columns)))]
}
