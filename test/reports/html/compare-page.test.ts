import { expect, it } from 'vitest'
import { foldCell } from '../../../reports/campaign/comparison.ts'
import type { Variant } from '../../../reports/campaign/variant.ts'
import { renderComparePage } from '../../../reports/html/compare-page.ts'
import { rehearsed } from './rehearsals.ts'

const { report } = await rehearsed('crash-on-start')
const cell = (windowHours: number, over: Partial<Variant> = {}) =>
  foldCell(
    {
      scenario: 'crash-on-start',
      isFaulty: true,
      faultKinds: ['crash'],
      faultSize: 'at start',
      windowHours,
      profile: 'default',
      gates: 'open',
      ...over,
    },
    [report],
  )

it('has a section for each scenario, calendar and profile, with curves over its windows', () => {
  const text = renderComparePage([cell(4), cell(24), cell(4, { gates: 'plant' }), cell(24, { gates: 'plant' })])
  expect([...text.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1])).toEqual([
    'crash-on-start, open gates, profile default',
    'crash-on-start, plant gates, profile default',
  ])
  expect(text.match(/escaped to the whole fleet<\/b>/g)).toHaveLength(2)
  expect(text.match(/<tbody>/g)).toHaveLength(2)
})

it('has numbers and no curves where there is one window', () => {
  const text = renderComparePage([cell(24)])
  expect(text).not.toContain('<svg')
  expect(text).toContain('<td class="n">24 h</td>')
})

it('requests nothing, and makes no markup of a name', () => {
  const text = renderComparePage([cell(4), cell(24, { scenario: '<b>x</b>' })])
  expect(text).not.toMatch(/https?:|<script|<link|src=|href=|<b>x/)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
})
