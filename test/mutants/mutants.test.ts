import { afterAll, expect, it } from 'vitest'
import { alignedTable } from '../../reports/numbers/table.ts'
import { hunt, type Kill } from './hunt.ts'
import { MUTANTS } from './mutants.ts'
import { WORLDS } from './worlds.ts'

const kills = new Map<string, Kill | null>()

it('leaves the controller as it is alone', async () => {
  expect(await hunt({ name: 'none', patch: {} }, WORLDS)).toBeNull()
})

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('notices a controller that %s', async (_, mutant) => {
  const kill = await hunt(mutant, WORLDS)
  kills.set(mutant.name, kill)
  expect(kill, `${WORLDS.length} worlds noticed nothing`).not.toBeNull()
})

afterAll(() => {
  const rows = [...kills].map(([name, kill]) =>
    kill === null
      ? [name, 'SURVIVED', '', String(WORLDS.length)]
      : [name, kill.by.slice(0, 90), kill.world, String(kill.worlds)],
  )
  const killed = rows.filter(([, by]) => by !== 'SURVIVED').length
  console.log(
    [
      ...alignedTable(['a controller that', 'noticed by', 'in', 'worlds'], rows, 3),
      `  ${killed} of ${rows.length} noticed`,
    ].join('\n'),
  )
})
