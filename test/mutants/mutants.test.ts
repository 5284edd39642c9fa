import { afterAll, expect, it } from 'vitest'
import { alignedTable } from '../../reports/numbers/table.ts'
import { hunt, type Kill } from './hunt.ts'
import { MUTANTS } from './mutants.ts'
import { SCENARIOS } from './scenarios.ts'

const kills = new Map<string, Kill | null>()

it('detects nothing in the unchanged controller', async () => {
  expect(await hunt({ name: 'none', patch: {} }, SCENARIOS)).toBeNull()
})

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('detects a controller that %s', async (_, mutant) => {
  const kill = await hunt(mutant, SCENARIOS)
  kills.set(mutant.name, kill)
  expect(kill, `${SCENARIOS.length} scenarios detected nothing`).not.toBeNull()
})

afterAll(() => {
  const rows = [...kills].map(([name, kill]) =>
    kill === null
      ? [name, 'SURVIVED', '', String(SCENARIOS.length)]
      : [name, kill.by.slice(0, 90), kill.scenario, String(kill.scenarios)],
  )
  const killed = rows.filter(([, by]) => by !== 'SURVIVED').length
  console.log(
    [
      ...alignedTable(['a controller that', 'detected by', 'in', 'scenarios'], rows, 3),
      `  ${killed} of ${rows.length} detected`,
    ].join('\n'),
  )
})
