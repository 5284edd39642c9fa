/**
 * Rows under a head, columns aligned: the first `left` to the left, as words are, and the others to the right, unless words
 * come again from column `wordsFrom` on.
 */
export function alignedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
  wordsFrom = head.length,
): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => cell(row, i).length)))
  return [head, ...rows].map((row) =>
    `  ${widths
      .map((width, i) => (i < left || i >= wordsFrom ? cell(row, i).padEnd(width) : cell(row, i).padStart(width)))
      .join('  ')}`.trimEnd(),
  )
}

/** The same as GitHub shows it. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escaped).join(' | ')} |`)

const cell = (row: readonly string[], i: number): string => row[i] ?? ''
const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
