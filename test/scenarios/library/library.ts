import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { reportedLine } from '../../../reports/messages/reported.ts'
import type { Report } from '../../../reports/run/report.ts'
import { SHIPPED, shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import type { CompletedRun } from '../../../scenarios/sweep/run-many.ts'
import run from '../../../scenarios/sweep/worker.ts'

/**
 * Tests that every shipped scenario, run with this seed, meets its expectation and has the digest of the table. Returns
 * the reports for other tests, once they are there.
 */
export function testLibrary(seed: number, table: string): () => readonly Report[] {
  const completed: CompletedRun[] = []

  // As a thread runs them, but here: threads of this worker would only compete with the other worker.
  beforeAll(async () => {
    for (const scenario of shippedScenarios()) completed.push(await run({ scenario, seed }))
  }, 600_000)

  it('meets its own expectation, and violates no invariant', () => {
    const wrong = completed.flatMap((one) => {
      if ('error' in one) return [`${one.scenario}: ${one.error.message}`]
      const { expectation, invariants } = one.report
      return [...expectation.failures, ...invariants.violated].map(
        (failure) => `${one.scenario}: ${reportedLine(failure)}`,
      )
    })
    expect(wrong).toEqual([])
    expect(completed.map(({ scenario }) => scenario)).toEqual(SHIPPED)
  })

  /**
   * Decision for decision. A change of the simulation or of the controller changes this table; check what changed, then
   * update it by running the test with `-u`.
   */
  it('has the digests of the table', async () => {
    const lines = completed.map((one) => `${one.scenario} ${one.seed} ${'report' in one ? one.report.digest : ''}`)
    const file = fileURLToPath(new URL(table, import.meta.url))
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file)
  })

  return () => completed.flatMap((one) => ('report' in one ? [one.report] : []))
}
