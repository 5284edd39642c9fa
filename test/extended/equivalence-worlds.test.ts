import { describe, it } from 'vitest'
import { expectSame } from '../scenarios/world/both-levels.ts'
import { sampleWorlds } from '../scenarios/world/worlds.ts'

describe('wire and model decide the same in random scenarios', () => {
  it.each([...sampleWorlds(4, 10), ...sampleWorlds(10, 20)])('%s', async (_, { scenario, seed }) => {
    await expectSame(scenario, { seed, untilMs: 30 * 3_600_000 })
  })
})
