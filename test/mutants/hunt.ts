import { resolve } from 'node:path'
import { vi } from 'vitest'
import type { Message } from '../../controller/messages/message.ts'
import { reportedLine } from '../../reports/messages/reported.ts'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import type { Mutant } from './mutants.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** What detected the mutant, and after how many scenarios. */
export interface Kill {
  readonly scenario: string
  /** A violated invariant, a failed expectation, or the error that ended the rehearsal. */
  readonly by: string
  readonly scenarios: number
}

/** Errors of the mutant's own code in the test, not of the controller that it makes. */
const OWN_MISTAKES = ['TypeError', 'ReferenceError', 'SyntaxError']

/**
 * Runs the scenarios in their order against the broken controller until it is detected from outside; null if it is not.
 * The whole controller is loaded anew, with the mutant's modules in place of its own.
 */
export async function hunt({ patch }: Mutant, scenarios: readonly Scenario[]): Promise<Kill | null> {
  vi.resetModules()
  const paths = Object.entries(patch).map(([path, patched]) => [resolve(ROOT, path), patched] as const)
  for (const [path, patched] of paths) {
    vi.doMock(path, async (importOriginal) => {
      const real = (await importOriginal()) as object
      return { ...real, ...(patched as (real: object) => object)(real) }
    })
  }
  try {
    const { rehearse } = await import('../../scenarios/world/rehearse.ts')
    for (const [index, scenario] of scenarios.entries()) {
      const by = await detected(rehearse, scenario)
      if (by !== null) return { scenario: scenario.name, by, scenarios: index + 1 }
    }
    return null
  } finally {
    for (const [path] of paths) vi.doUnmock(path)
  }
}

type Rehearse = typeof import('../../scenarios/world/rehearse.ts')['rehearse']

async function detected(rehearse: Rehearse, scenario: Scenario): Promise<string | null> {
  try {
    const { invariants, expectation } = conclude(
      scenario,
      await rehearse(scenario, { seed: scenario.seed ?? 1, level: 'model' }),
    )
    const [invariant] = invariants.violated
    const [failure] = expectation.failures
    if (invariant !== undefined) return `invariant: ${reportedLine(invariant)}`
    return failure === undefined ? null : `expectation: ${failure.text}`
  } catch (error) {
    const { name, message, cause } = error as Error
    if (OWN_MISTAKES.includes(name)) throw error
    // The classes of a controller that was loaded anew are others than those that are imported here.
    const { refusals } = (cause ?? {}) as { readonly refusals?: readonly Message[] }
    if (refusals !== undefined) return `refused: ${refusals.map(({ code }) => code).join(', ')}`
    return `error: ${name}: ${message}`
  }
}
