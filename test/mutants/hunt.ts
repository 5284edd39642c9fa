import { resolve } from 'node:path'
import { vi } from 'vitest'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import type { Mutant } from './mutants.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Who noticed, and after how many worlds. */
export interface Kill {
  readonly world: string
  /** A law that was broken, a failed expectation, or the error that ended the rehearsal. */
  readonly by: string
  readonly worlds: number
}

/** A mistake of the mutant as it stands in the test, not of the controller that it makes. */
const OWN_MISTAKES = ['TypeError', 'ReferenceError', 'SyntaxError']

/**
 * Plays the worlds in their order against the broken controller until somebody outside of it notices; null if nobody
 * does. All of the controller is loaded anew, with the mutant's modules in place of its own.
 */
export async function hunt({ patch }: Mutant, worlds: readonly Scenario[]): Promise<Kill | null> {
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
    for (const [index, world] of worlds.entries()) {
      const by = await noticed(rehearse, world)
      if (by !== null) return { world: world.name, by, worlds: index + 1 }
    }
    return null
  } finally {
    for (const [path] of paths) vi.doUnmock(path)
  }
}

type Rehearse = typeof import('../../scenarios/world/rehearse.ts')['rehearse']

async function noticed(rehearse: Rehearse, world: Scenario): Promise<string | null> {
  try {
    const { invariants, expectation } = conclude(
      world,
      await rehearse(world, { seed: world.seed ?? 1, level: 'model' }),
    )
    const [invariant] = invariants.violated
    const [failure] = expectation.failures
    return invariant !== undefined ? `law: ${invariant}` : failure !== undefined ? `expectation: ${failure}` : null
  } catch (error) {
    const { name, message } = error as Error
    if (OWN_MISTAKES.includes(name)) throw error
    return `error: ${name}: ${message}`
  }
}
