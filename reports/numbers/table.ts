import { printableLine } from './printable.ts'

/**
 * Rows under a head as aligned plain text: the first `left` columns to the left, as text is, the others to the right, as
 * numbers are, up to column `textFrom`, from which on they are text again.
 */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
  textFrom = head.length,
): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => cell(row, i).length)))
  return [head, ...rows].map((row) =>
    `  ${widths
      .map((width, i) => (i < left || i >= textFrom ? cell(row, i).padEnd(width) : cell(row, i).padStart(width)))
      .join('  ')}`.trimEnd(),
  )
}

/** The same in Markdown, as GitHub renders it. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escaped).join(' | ')} |`)

const cell = (row: readonly string[], i: number): string => row[i] ?? ''
const escaped = (text: string): string => printableLine(text).replace(/[|<>]/g, (one) => CELL_ENTITIES[one] as string)
const CELL_ENTITIES: Readonly<Record<string, string>> = { '|': '\\|', '<': '&lt;', '>': '&gt;' }
