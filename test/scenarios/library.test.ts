import { beforeAll, describe, expect, it } from 'vitest'
import { SHIPPED, shippedScenarios } from '../../scenarios/catalogue.ts'
import { type Played, runMany } from '../../scenarios/run-many.ts'

const SEEDS = [1, 2]

describe('every shipped scenario', () => {
  let played: readonly Played[] = []

  beforeAll(async () => {
    played = await runMany(shippedScenarios(), SEEDS)
  }, 300_000)

  it('meets its own expectation, and breaks no law', () => {
    const wrong = played.flatMap((one) => {
      const name = `${one.scenario} ${one.seed}`
      if ('error' in one) return [`${name}: ${one.error.message}`]
      const { expectation, invariants } = one.report
      return [...expectation.failures, ...invariants.violated].map((failure) => `${name}: ${failure}`)
    })
    expect(wrong).toEqual([])
    expect(played.map(({ scenario }) => scenario)).toEqual(SHIPPED.flatMap((name) => SEEDS.map(() => name)))
  })

  /**
   * Decision for decision. A change of the world or of the controller moves this table; look at what moved, then update it
   * with `npm test -- library -u`.
   */
  it('gives the digests of the table', async () => {
    const lines = played.map((one) => `${one.scenario} ${one.seed} ${'report' in one ? one.report.digest : ''}`)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('digests.txt')
  })

  it('says what must come out', () => {
    for (const { name, story, expect: wanted } of shippedScenarios()) {
      expect(story.length, name).toBeGreaterThan(20)
      expect(wanted.outcome, name).toBeDefined()
    }
  })
})
