import { nextRelease } from '../files/next-release.ts'
import type { Scenario } from '../files/scenario.ts'
import type { RehearsalOptions, RehearsalResult } from './rehearsal.ts'
import { World } from './world.ts'

/** So long after the end of the release before a pipeline starts the next one. */
const NEXT_MS = 3_600_000

/**
 * Runs one scenario, and the next release of it in the same world: the twin of the plant and of AWS, and the real controller
 * against it, on one virtual clock.
 * @throws PortInUse, UnsplittableFleet; the signal's reason when aborted. Nothing is left open.
 */
export async function rehearse(scenario: Scenario, options: RehearsalOptions): Promise<RehearsalResult> {
  const { next, release, start } = scenario
  const planned =
    next === undefined ? [] : [nextRelease(scenario, next, { replaces: release.version, atMs: start.atMs + next.at })]
  const world = await World.open([scenario, ...planned], options)
  try {
    const first = await world.run(scenario)
    if (next === undefined || !mayFollow(first)) return first
    const situation = {
      replaces: world.deployedVersion(),
      atMs: Math.max(start.atMs + next.at, first.facts.endedAtMs + NEXT_MS),
    }
    return { ...first, next: await world.run(nextRelease(scenario, next, situation)) }
  } finally {
    await world.close()
  }
}

/** Whether the release has ended, and no operator holds all changes. */
function mayFollow({ facts, records }: RehearsalResult): boolean {
  const freezes = records.filter(
    (record) =>
      record.kind === 'operation' &&
      record.result === 'accepted' &&
      (record.operation === 'freeze' || record.operation === 'unfreeze'),
  )
  const last = freezes.at(-1)
  return facts.stop === 'ended' && (last?.kind !== 'operation' || last.operation === 'unfreeze')
}
