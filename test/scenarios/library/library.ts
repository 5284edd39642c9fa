import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { SHIPPED, shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import { type CompletedRun, runMany } from '../../../scenarios/sweep/run-many.ts'

/** Tests that every shipped scenario, played with this seed, does what it says and gives the digest of the table. */
export function testLibrary(seed: number, table: string): void {
  let played: readonly CompletedRun[] = []

  beforeAll(async () => {
    played = await runMany(shippedScenarios(), [seed])
  }, 300_000)

  it('meets its own expectation, and breaks no law', () => {
    const wrong = played.flatMap((one) => {
      if ('error' in one) return [`${one.scenario}: ${one.error.message}`]
      const { expectation, invariants } = one.report
      return [...expectation.failures, ...invariants.violated].map((failure) => `${one.scenario}: ${failure}`)
    })
    expect(wrong).toEqual([])
    expect(played.map(({ scenario }) => scenario)).toEqual(SHIPPED)
  })

  /**
   * Decision for decision. A change of the world or of the controller moves this table; look at what moved, then update it
   * by running the test with `-u`.
   */
  it('gives the digests of the table', async () => {
    const lines = played.map((one) => `${one.scenario} ${one.seed} ${'report' in one ? one.report.digest : ''}`)
    const file = fileURLToPath(new URL(table, import.meta.url))
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file)
  })
}
