import { describe, it } from 'vitest'
import { expectSame } from '../scenarios/both-levels.ts'
import { sampleWorlds } from '../scenarios/worlds.ts'

describe('wire and model decide the same in worlds that nobody chose', () => {
  it.each([...sampleWorlds(4, 10), ...sampleWorlds(10, 20)])('%s', async (_, { scenario, seed }) => {
    await expectSame(scenario, { seed, untilMs: 30 * 3_600_000 })
  })
})
