/** A line of a file that is not blank. */
export interface NumberedLine {
  /** From 1. */
  readonly number: number
  readonly line: string
}

/** A row of a recording, or its problem. */
export interface Row<Content> {
  readonly number: number
  readonly content: Content | string
}

export const linesOf = (text: string): readonly NumberedLine[] =>
  text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ number: index + 1, line: line.trim() }]))

/** The separators of CSV as programs write it; a file has one of them. */
const SEPARATORS = [',', ';', '\t'] as const
export type Separator = (typeof SEPARATORS)[number]

/** What the first line of a CSV file says. */
export interface Head {
  readonly columns: readonly string[]
  readonly separator: Separator
}

/**
 * The rows of CSV below its first line, which names the columns; lines that begin with # are comments. A field may be in
 * quotes, inside a line. `problemOf` may refuse the head; then that is the only row.
 */
export function* csvRows(
  lines: Iterable<NumberedLine>,
  problemOf: (head: Head) => string | null,
): Generator<Row<readonly string[]>> {
  let head: Head | null = null
  for (const { number, line } of lines) {
    if (line.startsWith('#')) continue
    if (head === null) {
      const separator = separatorOf(line)
      const columns = cellsOf(line, separator)
      const problem: string | null = typeof columns === 'string' ? columns : problemOf({ columns, separator })
      if (typeof columns === 'string' || problem !== null) {
        yield { number, content: problem as string }
        return
      }
      head = { columns, separator }
      continue
    }
    const cells = cellsOf(line, head.separator)
    if (typeof cells === 'string' || cells.length === head.columns.length) yield { number, content: cells }
    else yield { number, content: `has ${cells.length} fields, and the first line names ${head.columns.length}` }
  }
}

/** The rows of JSON, an object a line. */
export function* jsonRows(lines: Iterable<NumberedLine>): Generator<Row<Readonly<Record<string, unknown>>>> {
  for (const { number, line } of lines) yield { number, content: parseJson(line) }
}

function parseJson(line: string): Readonly<Record<string, unknown>> | string {
  try {
    const fields: unknown = JSON.parse(line)
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    return isObject ? (fields as Readonly<Record<string, unknown>>) : 'is not a JSON object'
  } catch {
    return 'is not JSON'
  }
}

const separatorOf = (line: string): Separator =>
  SEPARATORS.reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best))

function cellsOf(line: string, separator: Separator): readonly string[] | string {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim())
  const cells: string[] = []
  for (let at = 0; at <= line.length; ) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(line.slice(at))
    if (quoted === null) {
      const end = line.indexOf(separator, at)
      const cell = line.slice(at, end < 0 ? undefined : end).trim()
      if (cell.startsWith('"')) return 'has a quote that does not end on its line'
      cells.push(cell)
      at = end < 0 ? line.length + 1 : end + 1
    } else {
      cells.push((quoted[1] as string).replaceAll('""', '"'))
      at += quoted[0].length
      if (at < line.length && line[at] !== separator)
        return 'has text after a quote; a quoted field ends with its quote'
      at += 1
    }
  }
  return cells
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** Null for what is no number. */
export function numberOf(given: unknown): number | null {
  if (typeof given === 'number') return given
  return typeof given === 'string' && NUMBER.test(given) ? Number(given) : null
}

export const shown = (given: unknown): string => (given === undefined ? '(none)' : JSON.stringify(given))

/** More problems than this are counted, not listed. */
export const MOST_PROBLEMS = 20

/** The first of the problems, and how many more there are. */
export const firstProblems = (problems: readonly string[], file: string): readonly string[] =>
  problems.length <= MOST_PROBLEMS
    ? problems
    : [...problems.slice(0, MOST_PROBLEMS), `${file}: and ${problems.length - MOST_PROBLEMS} more rows`]
