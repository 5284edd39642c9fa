import { describe, expect, it } from 'vitest'
import { foldCell } from '../../../reports/campaign/comparison.ts'
import { escaped } from '../../../reports/dashboard/markup.ts'
import { html } from '../../../reports/html/markup.ts'
import { printable } from '../../../reports/numbers/printable.ts'
import { renderComparison } from '../../../reports/text/comparison-text.ts'
import { csvField } from '../../../reports/text/csv-text.ts'
import { markdownCode, markdownText } from '../../../reports/text/markdown-text.ts'
import { renderPower } from '../../../reports/text/power-text.ts'
import { terminalText } from '../../../reports/text/terminal-text.ts'

const NASTY = 'a\u001b[31m\u0007\u009b\u007f\u202e\u2028\uFEFFb'
const SHOWN = 'a\\u001b[31m\\u0007\\u009b\\u007f\\u202e\\u2028\\ufeffb'

describe('what somebody else has written', () => {
  it('holds no character that a terminal obeys, in any output', () => {
    expect(printable(NASTY)).toBe(SHOWN)
    expect(terminalText(NASTY)).toBe(SHOWN)
    expect(escaped(NASTY)).toBe(SHOWN)
    expect(html`${NASTY}`.text).toBe(SHOWN)
    expect(csvField(NASTY)).toBe(SHOWN)
    expect(markdownText(NASTY)).toBe(SHOWN.replaceAll('\\', '\\\\').replace('[', '\\['))
    expect(JSON.parse(printable(JSON.stringify(NASTY)))).toBe(NASTY)
    expect(printable('Käse 😀\tx\n')).toBe('Käse 😀\tx\n')
  })

  it.each([
    ['::error::x', '\\u003a:error::x'],
    ['a\n  ::error::x\n', 'a\n  \\u003a:error::x\n'],
    ['a\r::add-mask::x', 'a\n\\u003a:add-mask::x'],
    ['a ##[error]x', 'a #\\u0023[error]x'],
    ['a ::b', 'a ::b'],
  ])('is no command to the runner of GitHub: %j', (given, shown) => {
    expect(terminalText(given)).toBe(shown)
  })

  it('is shown in the tables of sweeps, and obeyed by nobody', () => {
    const variant = { scenario: `::error::${NASTY}`, isFaulty: true, faultKinds: ['crash'], faultSize: NASTY }
    const cell = foldCell({ ...variant, windowHours: 4, profile: 'default', gates: 'open' }, [])
    const what = { fault: 'crash', unit: '%', stage: 'canary', devices: 1, line: null, seeds: 1, onset: null }
    for (const text of [renderComparison([cell]), renderPower({ scenario: NASTY, ...what }, [])]) {
      expect(text).toMatch(/\\u202e/)
      expect(terminalText(text)).toBe(text)
    }
  })

  it('is text in Markdown, whatever tags, links and fences it holds', () => {
    expect(markdownText('<img src=x>\n![a](b) `c` *d* | e')).toBe('&lt;img src=x&gt; !\\[a\\](b) \\`c\\` \\*d\\* \\| e')
    expect(markdownCode('sh', 'run ```x')).toBe('````sh\nrun ```x\n````')
  })

  it('is one field of CSV, and no formula', () => {
    expect(['=1+1', 'a,"b"', 'a\nb', 3, null].map(csvField)).toEqual(["'=1+1", '"a,""b"""', 'a b', '3', ''])
  })
})
