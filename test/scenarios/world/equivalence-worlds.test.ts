import { describe, it } from 'vitest'
import { expectSame } from './both-levels.ts'
import { sampleWorlds } from './worlds.ts'

/** The morning after, and a larger sample on larger plants, are in test/extended. */
describe('wire and model decide the same in random scenarios', () => {
  it.each(sampleWorlds(2, 10))('%s', async (_, { scenario, seed }) => {
    await expectSame(scenario, { seed, untilMs: 6 * 3_600_000 })
  })
})
