import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'
import { expectSame } from '../scenarios/world/both-levels.ts'

/** A third of the library, those that end within hours, on the whole fleet over sockets: what the table says of the model level. */
const AT_WIRE = [
  'memory-leak',
  'leak-within-4h',
  'leak-acted-on-in-time',
  'starved-rollback',
  'crash-on-start',
  'crash-loop',
  'grazing-above',
  'one-bad-line',
  'error-step',
  'hang-in-install',
  'rejected-job',
  'disk-full',
  'silent-fallback',
  'bricked',
  'unreadable-after-rollback',
  'stale-index',
  'lambda-timeout-in-rollback',
] as const

const table = readFileSync(new URL('../scenarios/library/digests.txt', import.meta.url), 'utf8')

it.each(AT_WIRE)('%s meets its expectation over sockets, decision for decision', async (name) => {
  const scenario = findScenario(name)
  const result = await rehearse(scenario, { seed: 1, level: 'wire' })
  expect(conclude(scenario, result).expectation.failures).toEqual([])
  expect(table).toContain(`${name} 1 ${result.facts.digest}\n`)
})

it('healthy goes the same way over sockets, all four days of it, on two lines', async () => {
  await expectSame({ ...findScenario('healthy'), fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' } })
})
