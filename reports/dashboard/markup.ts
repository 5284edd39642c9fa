import { printableLine } from '../numbers/printable.ts'

/** Text with colours in the markup of the terminal library; every function here is pure. */

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'blue' | 'magenta' | 'white' | 'grey'

export const escaped = (text: string): string =>
  printableLine(text).replace(/[{}]/g, (brace) => (brace === '{' ? '{open}' : '{close}'))
export const coloured = (colour: Colour, text: string): string => `{${colour}-fg}${text}{/}`
export const bold = (text: string): string => `{bold}${text}{/}`
export const inverse = (text: string): string => `{inverse}${text}{/inverse}`

/** Cuts plain text to a width, with an ellipsis of full stops. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 2))}..`

/** Breaks plain text at spaces into lines of a width. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Rows of cells, aligned: `r` cells to the right. */
export function table(rows: readonly (readonly string[])[], align: string): string[] {
  const widths = Array.from(align, (_, i) => Math.max(0, ...rows.map((row) => visible(row[i] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat((widths[i] as number) - visible(cell).length)
        return align[i] === 'r' ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd(),
  )
}

/** The text without its markup. */
export const visible = (text: string): string =>
  text
    .replaceAll('{open}', '(')
    .replaceAll('{close}', ')')
    .replace(/\{[^{}]*\}/g, '')
