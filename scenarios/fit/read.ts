import { nearest } from '../../controller/support/schema-problems.ts'
import { csvRows, firstProblems, type Head, jsonRows, type NumberedLine, numberOf, shown } from '../files/rows.ts'
import {
  columnsProblem,
  type Mapping,
  METRIC_NAMES,
  METRICS,
  type Metric,
  type Role,
  readingOf,
  roleOf,
} from './columns.ts'
import { Timestamps } from './timestamps.ts'

/** The readings of one metric of a device, in the order of time. */
export interface Track {
  readonly atMs: readonly number[]
  readonly values: readonly number[]
}

export interface RecordedDevice {
  readonly device: string
  readonly line: string
  readonly tracks: Readonly<Partial<Record<Metric, Track>>>
}

export interface RecordingFile {
  readonly file: string
  readonly lines: Iterable<NumberedLine>
}

export interface ReadOptions {
  /** Of local times without an offset; null: there are none. */
  readonly zone: string | null
  /** Where offsets in seconds count from. */
  readonly startMs: number | null
  readonly mappings: readonly Mapping[]
}

export interface Recorded {
  readonly devices: readonly RecordedDevice[]
  readonly rows: number
  /** Columns that hold nothing that can be estimated from. */
  readonly unused: readonly string[]
  /** A row a metric: then a count that has no row was none. */
  readonly isLong: boolean
  /** Rows that could not be read, with what is wrong. */
  readonly problems: readonly string[]
}

/** Reads recordings, several files as one. A row that cannot be read is a problem, and no part of the result. */
export function readRecordings(files: readonly RecordingFile[], options: ReadOptions): Recorded {
  const collector = new Collector(options)
  const problems = files.flatMap((one) => readFile(one, options, collector))
  const devices = collector.devices()
  if (devices.length === 0 && problems.length === 0) problems.push(`${files[0]?.file}: has no rows`)
  const { rows, isLong, unused } = collector
  return { devices, rows, isLong, unused: [...unused], problems }
}

/** Where the parts of a row stand. */
interface Layout {
  readonly roles: readonly (Role | null)[]
  readonly hasDecimalComma: boolean
}

function readFile({ file, lines }: RecordingFile, options: ReadOptions, collector: Collector): string[] {
  if (!/\.(csv|jsonl|ndjson)$/.test(file)) return [`${file}: is neither a .csv nor a .jsonl file`]
  const problems: string[] = []
  const note = (number: number, problem: string | null): void => {
    if (problem !== null) problems.push(`${file}:${number}: ${problem}`)
  }
  if (file.endsWith('.csv')) {
    let layout: Layout = { roles: [], hasDecimalComma: false }
    const check = ({ columns, separator }: Head): string | null => {
      layout = { roles: collector.rolesOf(columns), hasDecimalComma: separator !== ',' }
      return columnsProblem(columns, options.mappings)
    }
    for (const { number, content } of csvRows(lines, check)) {
      note(number, typeof content === 'string' ? content : collector.add(layout, content))
    }
  } else {
    let isFirst = true
    for (const { number, content } of jsonRows(lines)) {
      if (typeof content === 'string') {
        note(number, content)
        continue
      }
      const flat = flattened(content)
      const columns = Object.keys(flat)
      const problem = isFirst ? columnsProblem(columns, options.mappings) : null
      isFirst = false
      note(number, problem ?? collector.add(collector.layoutOf(columns), Object.values(flat)))
      if (problem !== null) break
    }
  }
  return [...firstProblems(problems, file)]
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects within a row, such as `counters` of the health document: their parts stand for themselves. */
function flattened(fields: Fields): Record<string, unknown> {
  const flat: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'metrics' && isFields(value) && isFields(value.counters) && isFields(value.gauges)) {
      Object.assign(flat, ofPlant('counters', value.counters), ofPlant('gauges', value.gauges))
    } else if (isFields(value)) Object.assign(flat, flattened(value))
    else flat[key] = value
  }
  return flat
}

/**
 * Metrics of the plant's own in a health document, by their path, since a short name may be that of a column. A gauge
 * stands for its value at the sample.
 */
const ofPlant = (group: 'counters' | 'gauges', metrics: Fields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, given]) => [`metrics.${group}.${name}`, isFields(given) ? given.value : given]),
  )

interface Growing {
  readonly device: string
  readonly line: string
  readonly tracks: Partial<Record<Metric, { atMs: number[]; values: number[] }>>
  lastMs: number
}

/** What a row says before it is known to be right. */
interface Parts {
  time: unknown
  isOffset: boolean
  device: unknown
  line: unknown
  metric: unknown
  value: unknown
  readonly readings: { readonly metric: Metric; readonly factor: number; readonly given: unknown }[]
}

class Collector {
  readonly #options: ReadOptions
  readonly #timestamps: Timestamps
  readonly #devices = new Map<string, Growing>()
  readonly #layouts = new Map<string, Layout>()
  readonly unused = new Set<string>()
  rows = 0
  isLong = false

  constructor(options: ReadOptions) {
    this.#options = options
    this.#timestamps = new Timestamps(options.zone)
  }

  devices(): readonly RecordedDevice[] {
    return [...this.#devices.values()].map(({ device, line, tracks }) => ({
      device,
      line,
      tracks: Object.fromEntries(Object.entries(tracks).map(([metric, track]) => [metric, inOrder(track)])),
    }))
  }

  rolesOf(columns: readonly string[]): readonly (Role | null)[] {
    return columns.map((column) => {
      const role = roleOf(column, this.#options.mappings)
      if (role === null) this.unused.add(column)
      return role
    })
  }

  /** Of the keys of a JSON object: few different sets of them occur. */
  layoutOf(columns: readonly string[]): Layout {
    const key = columns.join('\n')
    const known = this.#layouts.get(key) ?? { roles: this.rolesOf(columns), hasDecimalComma: false }
    this.#layouts.set(key, known)
    return known
  }

  /** Takes a row; what is wrong with it, or null. */
  add({ roles, hasDecimalComma }: Layout, cells: readonly unknown[]): string | null {
    const parts: Parts = {
      time: undefined,
      isOffset: false,
      device: undefined,
      line: undefined,
      metric: undefined,
      value: undefined,
      readings: [],
    }
    for (let i = 0; i < roles.length; i++) {
      const [role, given] = [roles[i] ?? null, cells[i]]
      if (role === null || given === '' || given === null) continue
      if (role.is === 'reading') parts.readings.push({ metric: role.metric, factor: role.factor, given })
      else if (role.is === 'offsetS') [parts.time, parts.isOffset] = [given, true]
      else parts[role.is] = given
    }
    return this.#longForm(parts) ?? this.#store(parts, hasDecimalComma)
  }

  /** A row of the long form has one reading, which its metric names. */
  #longForm(parts: Parts): string | null {
    const { metric: name, value: given } = parts
    if (name === undefined) return given === undefined ? null : 'the metric is missing'
    this.isLong = true
    const role = typeof name === 'string' ? readingOf(name, this.#options.mappings) : null
    if (role === null && typeof name === 'string' && isNotOurs(name)) {
      this.unused.add(name)
      return null
    }
    if (role === null)
      return `metric ${shown(name)} is not one of ${METRIC_NAMES.join(', ')}${nearest(String(name), METRIC_NAMES)}`
    if (given === undefined) return 'the value is missing'
    parts.readings.push({ metric: role.metric, factor: role.factor, given })
    return null
  }

  #store({ time, isOffset, device, line, readings }: Parts, hasDecimalComma: boolean): string | null {
    if (typeof device !== 'string' && typeof device !== 'number') return 'the device is missing'
    const own = this.#deviceOf(String(device), line === undefined ? null : String(line))
    if (typeof own === 'string') return own
    const atMs = isOffset ? this.#atOffset(time) : this.#timestamps.read(time, own.lastMs)
    if (typeof atMs === 'string') return atMs
    own.lastMs = atMs
    for (const { metric, factor, given } of readings) {
      const value = amountOf(given, hasDecimalComma)
      if (value === null || value < 0) {
        return `${metric} ${shown(given)} is ${value === null ? 'not a number' : 'negative'}`
      }
      const track = own.tracks[metric] ?? { atMs: [], values: [] }
      own.tracks[metric] = track
      track.atMs.push(atMs)
      track.values.push(value * factor)
    }
    this.rows += 1
    return null
  }

  #atOffset(time: unknown): number | string {
    const { startMs } = this.#options
    if (startMs === null) return 'has offsets in seconds; set --start to the instant that they count from'
    const seconds = amountOf(time, false)
    return seconds === null ? `offsetS ${shown(time)} is not a number of seconds` : startMs + seconds * 1000
  }

  #deviceOf(device: string, line: string | null): Growing | string {
    const known = this.#devices.get(device)
    if (known === undefined) {
      const made: Growing = { device, line: line ?? lineIn(device), tracks: {}, lastMs: Number.NEGATIVE_INFINITY }
      this.#devices.set(device, made)
      return made
    }
    const isMoved = line !== null && line !== known.line
    return isMoved ? `device ${device} is on line ${line} here, and on line ${known.line} before` : known
  }
}

/** A metric that stands in `METRICS` of no version may be one of the plant's own; one that nearly does is a mistake. */
const isNotOurs = (name: string): boolean =>
  !METRIC_NAMES.some((known) => isClose(name.toLowerCase(), known.toLowerCase()))

/** Equal but for two letters at most. */
function isClose(name: string, known: string): boolean {
  if (Math.abs(name.length - known.length) > 2) return false
  const letters = Math.min(name.length, known.length)
  let [head, tail] = [0, 0]
  while (head < letters && name[head] === known[head]) head++
  while (tail < letters - head && name.at(-1 - tail) === known.at(-1 - tail)) tail++
  return letters - head - tail <= 2
}

/** Things of this project are named `line-03-12`; devices of others are on one line unless a column says more. */
const lineIn = (device: string): string => /^line-0*(\d+)-\d+$/.exec(device)?.[1] ?? '1'

function amountOf(given: unknown, hasDecimalComma: boolean): number | null {
  if (typeof given === 'boolean') return null
  return numberOf(hasDecimalComma && typeof given === 'string' ? given.replace(',', '.') : given)
}

/** In the order of time; of readings of one instant the last counts, since messages may come twice. */
function inOrder({ atMs, values }: { atMs: number[]; values: number[] }): Track {
  let isOrdered = true
  for (let i = 1; i < atMs.length && isOrdered; i++) isOrdered = (atMs[i] as number) > (atMs[i - 1] as number)
  if (isOrdered) return { atMs, values }
  const order = atMs.map((_, i) => i).sort((a, b) => (atMs[a] as number) - (atMs[b] as number) || a - b)
  const kept = order.filter((i, place) => atMs[i] !== atMs[order[place + 1] ?? -1])
  return { atMs: kept.map((i) => atMs[i] as number), values: kept.map((i) => values[i] as number) }
}

export const isCount = (metric: Metric): boolean => METRICS[metric] === 'count'
