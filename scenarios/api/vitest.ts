import { it } from 'vitest'
import { type PlantCase, type PlantInput, rehearseIn } from './plant.ts'

export type { PlantCase, PlantInput } from './plant.ts'

/** A rehearsal takes about a second; a busy CI runner is slower. */
const TIMEOUT_MS = 120_000

/** Tests about releases in one plant. */
export interface PlantTests {
  /**
   * Defines a test that rehearses a release with these faults. It passes if the expectation is met and no invariant is
   * violated. Its failure names the seed, the reasons, and the command that repeats the run; reports and trace are in
   * `reports/out/` then.
   *
   * @example
   * plant.it('promotes a good release', { expect: { outcome: 'promoted' } })
   */
  it(title: string, given: PlantCase): void
}

/**
 * Tests of releases in one plant, given by its fleet and its controller's policy.
 *
 * @example
 * import { rehearsal } from 'fleet-rehearsal/vitest'
 *
 * const plant = rehearsal({ fleet: 'plant.yaml', policy: 'policy.yaml' })
 * plant.it('rolls back a leak in canary', {
 *   faults: [{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: '26 MiB/h' }],
 *   expect: { outcome: 'rolled-back', caughtIn: 'canary' },
 * })
 */
export const rehearsal = (plant: PlantInput): PlantTests => ({
  it: (title, given) => it(title, async () => void (await rehearseIn(plant, title, given)), TIMEOUT_MS),
})
