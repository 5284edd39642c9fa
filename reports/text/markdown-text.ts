import { printableLine } from '../numbers/printable.ts'

const SPECIAL = /[&<>`*[\]\\|]/g
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text that somebody else wrote, on one line of Markdown: shown as it is, whatever tags, links or emphasis it holds. */
export const markdownText = (text: string): string =>
  printableLine(text).replace(SPECIAL, (one) => ENTITIES[one] ?? `\\${one}`)

/** A command as a block of code, with a fence that is longer than any in it. */
export function markdownCode(language: string, code: string): string {
  const ticks = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(ticks + 1)
  return `${fence}${language}\n${printableLine(code)}\n${fence}`
}
