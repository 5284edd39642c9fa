import { expect, it } from 'vitest'
import { foldHistory, type ReleaseRow } from '../../../reports/campaign/history.ts'
import { renderHistoryPage } from '../../../reports/html/history-page.ts'
import { REPORTED } from '../../../scenarios/sweep/history-plan.ts'
import { release } from '../fixtures.ts'

const DAY_MS = 86_400_000
const START_MS = Date.parse('2025-01-06T13:00:00Z')
const row = (index: number, over: Partial<ReleaseRow> = {}): ReleaseRow =>
  release({
    version: `2.${index + 1}.0`,
    replaces: `2.${index}.0`,
    startedAt: new Date(START_MS + index * 18 * DAY_MS).toISOString(),
    endedAt: new Date(START_MS + (index * 18 + 4) * DAY_MS).toISOString(),
    ...over,
  })
const rows = Array.from({ length: 23 }, (_, index) =>
  row(index, index === 8 ? { outcome: 'rolled-back', caughtIn: 'canary', isFaulty: true, leadTimeHours: null } : {}),
)
const page = (histories: readonly (readonly ReleaseRow[])[]): string =>
  renderHistoryPage(foldHistory(histories.flat()), REPORTED, histories, 'Europe/Berlin')

it('shows every release in time and as a row, and names those that were not promoted', () => {
  const text = page([rows])
  expect(text.match(/class="bar promoted"/g)).toHaveLength(22)
  expect(text.match(/class="bar back"/g)).toHaveLength(1)
  expect(text).toContain('>2.9.0</text>')
  expect(text).toContain('<td>rolled-back in canary</td>')
  expect(text).toContain('>3 Mar</text>')
})

it('sets rehearsed next to reported', () => {
  expect(page([rows])).toContain('<td>promoted</td><td class="n">21</td><td class="n">22 of 23</td>')
})

it('shows of many histories the first one', () => {
  const text = page([rows, rows, rows])
  expect(text).toContain('Releases of the first of 3 histories')
  expect(text.match(/class="bar /g)).toHaveLength(23)
})

it('asks for nothing, makes no markup of a name, and bears an empty history', () => {
  const text = page([[row(0, { version: '<b>', violated: [{ code: '<b>', data: {}, text: '<i>' }] })]])
  expect(text).not.toMatch(/https?:|<script|<link|src=|href=|<b>|<i>|NaN|undefined/)
  expect(page([])).not.toMatch(/NaN|undefined|<svg/)
})
