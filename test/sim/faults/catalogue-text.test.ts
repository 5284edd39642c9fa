import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FAULTS } from '../../../sim/faults/catalogue.ts'
import { catalogueText } from '../../../sim/faults/catalogue-text.ts'

const committed = readFileSync(new URL('../../../sim/faults/CATALOGUE.md', import.meta.url), 'utf8')

it('the committed catalogue is up to date: npm run docs:faults', () => {
  expect(committed).toBe(catalogueText())
})

it('has a section for every fault', () => {
  for (const { kind } of FAULTS) expect(committed).toContain(`\n### ${kind}\n`)
})

it('describes every option', () => {
  const rows = committed.split('\n').filter((line) => line.startsWith('| '))
  expect(rows.length).toBeGreaterThan(100)
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([])
})
