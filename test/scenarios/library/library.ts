import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { reportedLine } from '../../../reports/messages/reported.ts'
import type { Report } from '../../../reports/run/report.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { SHIPPED, shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import type { CompletedRun } from '../../../scenarios/sweep/run-many.ts'
import run from '../../../scenarios/sweep/worker.ts'

/**
 * The scenarios of `npm test`: the first one, which is promoted, and the first with each kind of fault among those that are
 * over before production. The others go on for days, or are another case of the same fault.
 */
export function sampleOf(scenarios: readonly Scenario[]): readonly Scenario[] {
  const known = new Set<string>()
  return scenarios.filter(({ faults, expect: { caughtIn } }, index) => {
    if (index === 0) return true
    if (caughtIn !== 'canary' && caughtIn !== 'early') return false
    const isNew = faults.some(({ kind }) => !known.has(kind))
    for (const { kind } of faults) known.add(kind)
    return isNew
  })
}

/**
 * Tests that these shipped scenarios, run with this seed, meet their expectation and have the digests of the table. Returns
 * the reports for other tests, once they are there.
 */
export function testLibrary(
  seed: number,
  table: string,
  scenarios: readonly Scenario[] = shippedScenarios(),
): () => readonly Report[] {
  const completed: CompletedRun[] = []

  // As a thread runs them, but here: threads of this worker would only compete with the other worker.
  beforeAll(async () => {
    for (const scenario of scenarios) completed.push(await run({ scenario, seed }))
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
    expect(completed.map(({ scenario }) => scenario)).toEqual(scenarios.map(({ name }) => name))
  })

  /**
   * Decision for decision. A change of the simulation or of the controller changes this table; check what changed, then
   * update it by running the test with `-u`: that writes the lines of these scenarios, and leaves out those that are no
   * longer shipped.
   */
  it('has the digests of the table', async () => {
    const file = fileURLToPath(new URL(table, import.meta.url))
    const lines = new Map(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => [line.split(' ')[0], line]),
    )
    for (const one of completed)
      lines.set(one.scenario, `${one.scenario} ${one.seed} ${'report' in one ? one.report.digest : ''}`)
    const ofShipped = SHIPPED.flatMap((name) => lines.get(name) ?? [])
    await expect(`${ofShipped.join('\n')}\n`).toMatchFileSnapshot(file)
  })

  return () => completed.flatMap((one) => ('report' in one ? [one.report] : []))
}
