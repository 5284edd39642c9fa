import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { OPERATION_NAMES } from '../../../sim/cloud/operation-names.ts'
import { operationsText } from '../../../sim/cloud/operations-text.ts'

const committed = readFileSync(new URL('../../../sim/cloud/OPERATIONS.md', import.meta.url), 'utf8')

it('the committed list is up to date: npm run docs:operations', async () => {
  expect(committed).toBe(await operationsText())
})

it('counts what the registry has, and knows every operation of the SDK', () => {
  expect(committed).toContain(`| \`iot\` | ${OPERATION_NAMES.get('iot')?.length} | 272 |`)
  expect(committed).toMatch(/\nNot emulated: .*CreateDynamicThingGroup.*\./)
})
