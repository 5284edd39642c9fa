import { z } from 'zod'
import type { Probe } from './probe.ts'

const counts = z.record(z.string(), z.int().nonnegative())

/** What scenarios came to, in numbers that add up: of batches, of shards, of nights. */
export const tallySchema = z.object({
  scenarios: z.int().nonnegative(),
  /** Devices times simulated time of the rehearsals, from the start of the rollout. */
  deviceMs: z.number().nonnegative(),
  outcomes: counts,
  /** Scenarios in which an invariant could not be decided, by its code. */
  undecided: counts,
  /** Scenarios in which a kind of fault acted. */
  acted: counts,
  /** Scenarios that were played, and those of them in which a fault acted. */
  played: z.int().nonnegative(),
  withFault: z.int().nonnegative(),
  /** Rollouts in which nothing that happened to devices explains a rollback, and those of them that were rolled back. */
  healthy: z.int().nonnegative(),
  falseRollbacks: z.int().nonnegative(),
  /** Scenarios that hit a row of the sometimes-table, by its code. */
  hit: counts,
})
export type Tally = z.output<typeof tallySchema>

export const NO_TALLY: Tally = {
  scenarios: 0,
  deviceMs: 0,
  outcomes: {},
  undecided: {},
  acted: {},
  played: 0,
  withFault: 0,
  healthy: 0,
  falseRollbacks: 0,
  hit: {},
}

export const tallyOf = (probe: Probe): Tally => ({
  scenarios: 1,
  deviceMs: probe.devices * probe.virtualMs,
  outcomes: { [probe.outcome]: 1 },
  undecided: once(probe.undecided.map(({ code }) => code)),
  acted: once(probe.acted),
  played: probe.digest === null ? 0 : 1,
  withFault: probe.acted.length > 0 ? 1 : 0,
  healthy: probe.healthy === null ? 0 : 1,
  falseRollbacks: probe.healthy === 'rolled-back' ? 1 : 0,
  hit: once(probe.hit),
})

const once = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 1]))

export const sumOf = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, one) => ({
      scenarios: sum.scenarios + one.scenarios,
      deviceMs: sum.deviceMs + one.deviceMs,
      outcomes: added(sum.outcomes, one.outcomes),
      undecided: added(sum.undecided, one.undecided),
      acted: added(sum.acted, one.acted),
      played: sum.played + one.played,
      withFault: sum.withFault + one.withFault,
      healthy: sum.healthy + one.healthy,
      falseRollbacks: sum.falseRollbacks + one.falseRollbacks,
      hit: added(sum.hit, one.hit),
    }),
    NO_TALLY,
  )

function added(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
