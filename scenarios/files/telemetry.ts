import { z } from 'zod'
import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import { nearest } from '../../controller/support/schema-problems.ts'
import { METRICS, type Metric, type RecordedTrack } from '../../sim/plant/recording.ts'
import { selector } from '../../sim/plant/selector.ts'
import { csvRows, firstProblems, jsonRows, linesOf, MOST_PROBLEMS, numberOf, shown } from './rows.ts'

const METRIC_NAMES: readonly string[] = Object.keys(METRICS)
const COUNTS: readonly string[] = METRIC_NAMES.filter((name) => METRICS[name as Metric].type === 'count')

/** Recorded vitals, which replace the synthetic ones of some devices. */
export const telemetrySchema = z
  .strictObject({
    file: z
      .string()
      .regex(/\.(csv|jsonl)$/, { error: ({ input }) => `"${input}" is neither a .csv nor a .jsonl file` })
      .describe(
        `Rows of offsetS, device or line, metric (${METRIC_NAMES.join(', ')}) and value; of ${COUNTS.join(', ')} a row ` +
          'counts for its own minute, other values hold until the next row; the path is relative to this file',
      ),
    in: selector
      .refine(({ firmware }) => firmware === undefined, {
        message: 'a recording has no firmware; set line, device, or fleet: all',
      })
      .optional()
      .describe(
        'Devices whose vitals it replaces; those that its rows name by default. Several devices replay one recording in ' +
          'step, so that their errors are not independent, as the rules assume: choose few',
      ),
    loop: z
      .boolean()
      .default(false)
      .describe(
        'true: repeated, also before the start, so that the baseline is of the recording; false: once, from the start, ' +
          'with synthetic vitals before and after',
      ),
  })
  .describe('Recorded vitals')
export type TelemetrySource = z.output<typeof telemetrySchema>

/** The tracks of a recording, or its problems. */
export type Loaded = { readonly tracks: readonly RecordedTrack[] } | { readonly problems: readonly string[] }

/** A year; a larger offset is an absolute time by mistake. */
const MOST_S = 366 * 86_400
const COLUMNS = ['offsetS', 'device', 'line', 'metric', 'value'] as const
type Column = (typeof COLUMNS)[number]

interface Row {
  readonly minute: number
  /** `line-03-12`, or `3`. */
  readonly source: { readonly device: string } | { readonly line: number }
  readonly metric: Metric
  readonly value: number
}

/** Fields as the file has them, by column. */
type Fields = Readonly<Partial<Record<Column, unknown>>>

/**
 * Reads a recording. Offsets are in seconds from the start of the rollout. A gauge applies until the next value of the
 * same metric, and those of one minute are averaged; counts of one minute are added up, and a minute without any had none.
 * The recording ends with its last row, in whole minutes. CSV is read as `rows.ts` says.
 */
export function readTelemetry(
  text: string,
  file: string,
  source: TelemetrySource,
  fleet: { readonly lines: number; readonly things: readonly string[] },
): Loaded {
  const { in: where } = source
  const problems: string[] = []
  const rows: Row[] = []
  const names = new Set(fleet.things)
  const sources = new Set<string>()
  for (const { number, fields } of rowsOf(text, file)) {
    const row = typeof fields === 'string' ? fields : parseRow(fields)
    const isKnown = typeof row === 'string' || where !== undefined || isOfFleet(row.source, fleet.lines, names)
    const problem = typeof row === 'string' ? row : isKnown ? null : unknownText(row.source, fleet, problems.length)
    if (problem !== null) problems.push(`${file}:${number}: ${problem}`)
    if (typeof row === 'string') continue
    rows.push(row)
    sources.add(JSON.stringify(row.source))
  }
  if (problems.length > 0) return { problems: firstProblems(problems, file) }
  if (rows.length === 0) return { problems: [`${file}: has no rows`] }
  if (where !== undefined && sources.size > 1) {
    return { problems: [`${file}: records ${sources.size} devices or lines; with "in" it must record one`] }
  }
  const minutes = lengthOf(rows) * new Set(rows.map(trackOf)).size
  if (minutes > MOST_MINUTES) {
    return { problems: [`${file}: records ${minutes} minutes of single metrics; ${MOST_MINUTES} are the most`] }
  }
  return { tracks: tracksOf(rows, source) }
}

/** What fits into memory: a week of every metric of the plant's devices. */
const MOST_MINUTES = 50_000_000
const lengthOf = (rows: readonly Row[]): number => rows.reduce((most, { minute }) => Math.max(most, minute), 0) + 1
const trackOf = ({ source, metric }: Row): string => JSON.stringify([source, metric])

function* rowsOf(text: string, file: string): Generator<{ number: number; fields: Fields | string }> {
  if (!file.endsWith('.csv')) {
    for (const { number, content } of jsonRows(linesOf(text))) {
      const unknown = typeof content === 'string' ? undefined : Object.keys(content).find((key) => !isColumn(key))
      yield { number, fields: unknown === undefined ? content : `unknown key "${unknown}"${nearest(unknown, COLUMNS)}` }
    }
    return
  }
  let columns: readonly string[] = []
  const rows = csvRows(linesOf(text), (head) => {
    columns = head.columns
    return headerProblem(columns)
  })
  for (const { number, content } of rows) {
    if (typeof content === 'string') yield { number, fields: content }
    else {
      const filled = content.flatMap((cell, index) => (cell === '' ? [] : [[columns[index], cell] as const]))
      yield { number, fields: Object.fromEntries(filled) }
    }
  }
}

const isColumn = (name: string): boolean => (COLUMNS as readonly string[]).includes(name)

function headerProblem(columns: readonly string[]): string | null {
  const unknown = columns.find((column) => !isColumn(column))
  if (unknown !== undefined) return `unknown column "${unknown}"${nearest(unknown, COLUMNS)}`
  const missing = (['offsetS', 'metric', 'value'] as const).find((column) => !columns.includes(column))
  if (missing !== undefined) return `the column ${missing} is missing`
  return columns.includes('device') || columns.includes('line') ? null : 'a column device or line is missing'
}

/** A row, or its problem. */
function parseRow({ offsetS, device, line, metric, value }: Fields): Row | string {
  const offset = numberOf(offsetS)
  if (offset === null || offset < 0) return `offsetS ${shown(offsetS)} is not a number of seconds from 0`
  if (offset > MOST_S) return `offsetS ${shown(offsetS)} is more than a year; it counts from the start of the rollout`
  if ((device === undefined) === (line === undefined)) return 'must have exactly one of device and line'
  const lineNumber = numberOf(line)
  if (line !== undefined && !Number.isInteger(lineNumber)) return `line ${shown(line)} is not a whole number`
  if (device !== undefined && typeof device !== 'string') return `device ${shown(device)} is not a name`
  if (typeof metric !== 'string' || !Object.hasOwn(METRICS, metric)) {
    return `metric ${shown(metric)} cannot be recorded; one of ${METRIC_NAMES.join(', ')}${nearest(String(metric), METRIC_NAMES)}`
  }
  const { least, most } = METRICS[metric as Metric]
  const amount = numberOf(value)
  if (amount === null) return `value ${shown(value)} is not a number`
  if (amount < least || amount > most) return `${metric} ${shown(value)} must be from ${least} to ${most}`
  return {
    minute: Math.floor((offset * 1000) / SAMPLE_PERIOD_MS),
    source: device === undefined ? { line: lineNumber as number } : { device: device as string },
    metric: metric as Metric,
    value: amount,
  }
}

const isOfFleet = (source: Row['source'], lines: number, things: ReadonlySet<string>): boolean =>
  'line' in source ? source.line >= 1 && source.line <= lines : things.has(source.device)

/** Only problems that are shown name the nearest device: looking for it takes its time. */
function unknownText(
  source: Row['source'],
  { lines, things }: { readonly lines: number; readonly things: readonly string[] },
  problemsBefore: number,
): string {
  if ('line' in source) return `line ${source.line} does not exist; the fleet has 1 to ${lines}`
  const like = problemsBefore < MOST_PROBLEMS ? nearest(source.device, things) : ''
  return `device ${source.device} does not exist${like}; set "in" to replay it on other devices`
}

function tracksOf(rows: readonly Row[], { file, in: where, loop }: TelemetrySource): RecordedTrack[] {
  const length = lengthOf(rows)
  const byTrack = new Map<string, Row[]>()
  for (const row of rows) {
    const key = trackOf(row)
    const own = byTrack.get(key)
    if (own === undefined) byTrack.set(key, [row])
    else own.push(row)
  }
  return [...byTrack.values()].map((own) => {
    const { source, metric } = own[0] as Row
    const perMinute = METRICS[metric].type === 'count' ? countsOf(own, length) : gaugesOf(own, length, loop)
    return { file, in: where ?? source, metric, loop, perMinute }
  })
}

/** The sum of each minute's rows: where nothing was counted there is nothing. */
function countsOf(rows: readonly Row[], length: number): number[] {
  const counts: number[] = Array.from({ length }, () => 0)
  for (const { minute, value } of rows) counts[minute] = (counts[minute] as number) + value
  return counts
}

/** The mean of each minute's rows; a minute without rows keeps the value before, in a loop also across its end. */
function gaugesOf(rows: readonly Row[], length: number, loop: boolean): (number | null)[] {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const { minute, value } of rows) {
    const { sum, count } = sums.get(minute) ?? { sum: 0, count: 0 }
    sums.set(minute, { sum: sum + value, count: count + 1 })
  }
  const meanOf = (minute: number): number | null => {
    const found = sums.get(minute)
    return found === undefined ? null : found.sum / found.count
  }
  const last = rows.reduce((most, { minute }) => Math.max(most, minute), 0)
  let held = loop ? meanOf(last) : null
  return Array.from({ length }, (_, minute) => {
    held = meanOf(minute) ?? held
    return held
  })
}
