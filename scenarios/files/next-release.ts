import type { Scenario } from './scenario.ts'

/** What the plant runs when the next release is started, and when that is. */
export interface Situation {
  readonly replaces: string
  readonly atMs: number
}

/**
 * The next release as a scenario of its own in the same plant. It reads and writes what the release before it does; the
 * migration of that one is still to come if it was rolled back. Pure.
 */
export function nextRelease(
  { next: _, ...scenario }: Scenario,
  { version, hotfix, faults }: NonNullable<Scenario['next']>,
  { replaces, atMs }: Situation,
): Scenario {
  const { hotfix: __, migration, ...former } = scenario.release
  const isDeployed = replaces === former.version
  const previous = isDeployed ? { data: former.data, shadow: former.shadow } : former.previous
  return {
    ...scenario,
    start: { ...scenario.start, atMs },
    release: {
      ...former,
      version,
      replaces,
      previous,
      ...(hotfix !== undefined && { hotfix }),
      ...(migration !== undefined && !isDeployed && { migration }),
    },
    faults,
    expect: {},
  }
}
