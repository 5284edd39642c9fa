import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import type { Report } from '../../reports/report.ts'
import { SHIPPED, shippedScenarios } from '../../scenarios/catalogue.ts'
import type { Played } from '../../scenarios/run-many.ts'
import play from '../../scenarios/worker.ts'

/**
 * Tests that every shipped scenario, played with this seed, does what it says and gives the digest of the table. Returns
 * the reports for other tests, once they are there.
 */
export function testLibrary(seed: number, table: string): () => readonly Report[] {
  const played: Played[] = []

  // As a thread plays them, and here: threads of a worker's own would only take turns with the other worker.
  beforeAll(async () => {
    for (const scenario of shippedScenarios()) played.push(await play({ scenario, seed }))
  }, 600_000)

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

  return () => played.flatMap((one) => ('report' in one ? [one.report] : []))
}
