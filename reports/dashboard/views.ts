import { timeOfDay } from '../numbers/clock-text.ts'
import { durationText, grouped, numberText } from '../numbers/format.ts'
import type { Cursor } from './cursor.ts'
import { bold, type Colour, coloured, cut, escaped, inverse, table, visible, wrap } from './markup.ts'
import { type DashboardState, DEVICE_CODES, type DeviceCode, type LegsState, type StageRow } from './state.ts'

/** Where a view is drawn, inside its frame. */
export interface Space {
  readonly columns: number
  readonly rows: number
}

/** A view: the state in, lines of marked-up text out; `cursor` is there while a place on the fleet map is chosen. */
export type View = (state: DashboardState, space: Space, cursor?: Cursor) => readonly string[]

const COLOURS: Readonly<Record<DeviceCode, Colour>> = {
  '.': 'grey',
  '+': 'green',
  n: 'cyan',
  i: 'cyan',
  r: 'yellow',
  '-': 'magenta',
  x: 'red',
}

/** Graver ones first: what is shown where several devices share a place. */
const GRAVITY: readonly DeviceCode[] = ['x', '-', 'r', 'i', 'n', '+', '.']

/** Lines of the plant, a letter a device; where the fleet is larger than the space, the gravest of those that share one. */
export const fleetMap: View = ({ map }, { columns, rows }, cursor) => {
  const label = 3
  const perRow = Math.ceil(map.length / Math.max(rows, 1))
  const lines: string[] = []
  for (let first = 0; first < map.length; first += perRow) {
    const group = map.slice(first, first + perRow)
    const longest = Math.max(...group.map(({ codes }) => codes.length))
    const perCell = Math.ceil(longest / Math.max(columns - label - 1, 1))
    const cells = Array.from({ length: Math.ceil(longest / perCell) }, (_, cell) =>
      gravest(group.map(({ codes }) => codes.slice(cell * perCell, (cell + 1) * perCell)).join('')),
    )
    const device = cursor !== undefined && first <= cursor.line && cursor.line < first + perRow ? cursor.device : null
    const isMarked = (cell: number): boolean => device !== null && (device < 0 || Math.floor(device / perCell) === cell)
    lines.push(`${coloured('grey', String(group[0]?.line).padStart(label))} ${paint(cells, isMarked)}`)
  }
  return lines
}

const gravest = (codes: string): DeviceCode => GRAVITY.find((code) => codes.includes(code)) ?? '.'

/** Runs of one colour are painted together; what is marked is inverse. */
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

export const legend: View = ({ release, replaces }) => [
  `${coloured('grey', DEVICE_CODES.old)} ${escaped(replaces)}  ${coloured('green', DEVICE_CODES.new)} ${escaped(release)}  ${coloured('yellow', DEVICE_CODES.reverting)} back`,
  `${coloured('cyan', DEVICE_CODES.installing)} installs  ${coloured('cyan', DEVICE_CODES.starting)} starts`,
  `${coloured('red', DEVICE_CODES.crashed)} crashed  ${coloured('magenta', DEVICE_CODES.offline)} offline`,
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

export const stages: View = (state, { columns }) => {
  const rows = state.stages.map((stage) => [
    stage.name,
    `${stage.running}/${stage.devices}`,
    coloured(STAGE_COLOURS[stage.state], stage.state),
    windowClock(stage, state, columns >= WITH_BAR_COLUMNS),
  ])
  return table([['stage', 'running', 'state', 'window'].map((title) => coloured('grey', title)), ...rows], 'lrll')
}

/** Narrower than this there is no room for a bar beside the words. */
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

/** The controller's last word and why. */
export const verdict: View = ({ verdict: last, zone }, { columns, rows }) => {
  if (last === null) return ['the controller has not looked yet']
  const head = `${timeOfDay(last.atMs, zone)}  ${verdictText(last.kind)}  ${bold(last.decision)}`
  return [
    head,
    ...wrap(last.reason, columns)
      .slice(0, Math.max(0, rows - 1))
      .map(escaped),
  ]
}

/** Every metric of the last look, the worst first. */
export const findings: View = ({ verdict: last }, { columns }) => {
  if (last === null || last.findings.length === 0) return ['nothing is judged yet']
  const titles = ['verdict', 'seen', 'limit', 'rule'].map((title) => coloured('grey', title))
  const rows = last.findings.map(({ rule, observed, limit, outcome, line }) => [
    verdictText(outcome),
    numberText(observed),
    numberText(limit),
    escaped(line === undefined ? rule : `${rule} line ${line}`),
  ])
  const used = Math.max(...table([titles, ...rows], 'lrrl').map((line) => visible(line).length))
  const metrics = last.findings.map(({ metric }) => coloured('grey', cut(metric, columns - used - 2)))
  return table([titles, ...rows.map((row, i) => [...row, metrics[i] as string])], 'lrrll')
}

/** What was injected, against what was seen. */
export const detection: View = ({ faults, legs, exposure, zone }, { columns }) => {
  if (faults.length === 0 && legs === null) return ['no fault has begun']
  const begun = faults.map(({ kind, onsetAtMs, devices }) => [
    coloured('red', kind),
    `${devices} devices`,
    `since ${timeOfDay(onsetAtMs, zone)}`,
  ])
  const first = faults[0]
  const latency = legs === null || first === undefined ? null : (legs.detectedAtMs - first.onsetAtMs) / 60_000
  const seen =
    legs === null
      ? 'not detected'
      : `detected ${timeOfDay(legs.detectedAtMs, zone)}${latency === null ? '' : `, ${durationText(latency)} after onset`}`
  return [
    ...table(begun, 'lrl'),
    ...wrap(seen, columns),
    `exposed ${exposure.devices} devices, ${grouped(exposure.deviceHours)} device-hours`,
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
    .map(({ atMs, text }) => `${coloured('grey', timeOfDay(atMs, zone))} ${escaped(cut(text, columns - 13))}`)

/** One line over everything: what is played, when it is there, how fast. */
export const headline: View = (state, { columns }) => {
  const { scenario, seed, level, nowMs, zone, speedup, pace, outcome } = state
  const plain = `${scenario.toUpperCase()}  seed ${seed}  ${level}  ${timeOfDay(nowMs, zone)} ${cut(zone, 16)}  ${grouped(speedup)} x  ${pace}`
  const end = outcome === null ? '' : `  ${outcome.toUpperCase()}`
  return [bold(escaped(cut(plain + end, columns)))]
}
