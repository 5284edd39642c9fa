import { html, Markup } from './markup.ts'
import { STYLE } from './theme.ts'

/** One self-contained file: no script, no font, no request. */
export const page = (title: string, body: Markup): string =>
  `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body>${body}</body></html>`.text
  }\n`

/** A key figure with its name, in large type. */
export const fact = (name: string, value: string, note = ''): Markup =>
  html`<div class="fact"><span class="small">${name}</span><b>${value}</b><span class="small">${note}</span></div>`

/** Rows under heads; columns whose heads end in `#` hold numbers and are aligned to the right. */
export const tableOf = (
  heads: readonly string[],
  rows: readonly (readonly (string | number | Markup | null)[])[],
): Markup => {
  const isNumber = heads.map((head) => head.endsWith('#'))
  const cell = (tag: 'th' | 'td', content: string | number | Markup | null, i: number): Markup =>
    isNumber[i]
      ? html`<${new Markup(tag)} class="n">${content}</${new Markup(tag)}>`
      : html`<${new Markup(tag)}>${content}</${new Markup(tag)}>`
  return html`<div class="wide"><table><thead><tr>${heads.map((head, i) => cell('th', head.replace(/#$/, ''), i))}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((content, i) => cell('td', content, i))}</tr>`)}</tbody></table></div>`
}
