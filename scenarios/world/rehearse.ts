import type { Scenario } from '../files/scenario.ts'
import type { RehearsalOptions, RehearsalResult } from './rehearsal.ts'
import { World } from './world.ts'

/**
 * Runs one scenario: the twin of the plant and of AWS, and the real controller against it, on one virtual clock.
 * @throws PortInUse, UnsplittableFleet; the signal's reason when aborted. Nothing is left open.
 */
export async function rehearse(scenario: Scenario, options: RehearsalOptions): Promise<RehearsalResult> {
  const world = await World.open([scenario], options)
  try {
    return await world.run(scenario)
  } finally {
    await world.close()
  }
}
