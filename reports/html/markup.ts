import { printable } from '../numbers/printable.ts'

/** Markup that is safe to put into a page as it is. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | null | undefined | readonly Part[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Everything that is not markup already is escaped, so that no name or reason can become a tag. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((all, text, i) => `${all}${textOf(parts[i - 1])}${text}`))
}

const textOf = (part: Part): string => {
  if (part === null || part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map(textOf).join('')
  return printable(String(part)).replace(/[&<>"']/g, (char) => ESCAPES[char] as string)
}
