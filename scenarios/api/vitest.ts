import { it } from 'vitest'
import { type PlantCase, type PlantInput, rehearseIn } from './plant.ts'

export type { PlantCase, PlantInput } from './plant.ts'

/** A rehearsal takes a second or so; a busy CI is slower. */
const TIMEOUT_MS = 120_000

/** Tests about releases in one plant. */
export interface PlantTests {
  /**
   * A test that rehearses a release with these faults and demands what is expected, and that no law is broken. When it
   * fails it says with which seed, why, and the command that plays it again; reports and trace are in `reports/out/` then.
   */
  it(title: string, given: PlantCase): void
}

/**
 * The plant to test in, by its fleet and its controller's policy.
 *
 * ```ts
 * const plant = rehearsal({ fleet: 'plant.yaml', policy: 'policy.yaml' })
 * plant.it('rolls back a leak in canary', {
 *   faults: [{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: '26 MiB/h' }],
 *   expect: { outcome: 'rolled-back', caughtIn: 'canary' },
 * })
 * ```
 */
export const rehearsal = (plant: PlantInput): PlantTests => ({
  it: (title, given) => it(title, async () => void (await rehearseIn(plant, title, given)), TIMEOUT_MS),
})
