import { expect, it } from 'vitest'
import { html, Markup } from '../../../reports/html/markup.ts'

it('escapes whatever is not markup, in lists as well', () => {
  expect(html`<p title="${'"'}">${['<', html`<b>${'&'}</b>`, 1]}</p>`.text).toBe(
    '<p title="&quot;">&lt;<b>&amp;</b>1</p>',
  )
})

it('writes nothing for what is not there', () => {
  expect(html`<p>${null}${undefined}${[]}</p>`.text).toBe('<p></p>')
})

it('leaves markup as it is', () => {
  expect(html`${new Markup('<i>')}`.text).toBe('<i>')
})
