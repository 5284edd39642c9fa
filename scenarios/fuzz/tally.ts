import { z } from 'zod'
import type { Probe } from './probe.ts'

const counts = z.record(z.string(), z.int().nonnegative())

/** What worlds came to, in numbers that add up: of batches, of shards, of nights. */
export const tallySchema = z.object({
  worlds: z.int().nonnegative(),
  /** Devices times virtual time of the rehearsals, from the start of the rollout. */
  deviceMs: z.number().nonnegative(),
  outcomes: counts,
  /** Worlds in which a law could not be decided, by law. */
  undecided: counts,
  /** Worlds in which a kind of fault acted. */
  acted: counts,
  /** Worlds that hit a row of the sometimes-table. */
  hit: counts,
})
export type Tally = z.output<typeof tallySchema>

export const NO_TALLY: Tally = { worlds: 0, deviceMs: 0, outcomes: {}, undecided: {}, acted: {}, hit: {} }

/** The name of the law in a sentence of `checkInvariants`. */
export const invariantOf = (sentence: string): string => sentence.split(': ')[0] as string

export const tallyOf = (probe: Probe): Tally => ({
  worlds: 1,
  deviceMs: probe.devices * probe.virtualMs,
  outcomes: { [probe.outcome]: 1 },
  undecided: once(probe.undecided.map(invariantOf)),
  acted: once(probe.acted),
  hit: once(probe.hit),
})

const once = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 1]))

export const sumOf = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, one) => ({
      worlds: sum.worlds + one.worlds,
      deviceMs: sum.deviceMs + one.deviceMs,
      outcomes: added(sum.outcomes, one.outcomes),
      undecided: added(sum.undecided, one.undecided),
      acted: added(sum.acted, one.acted),
      hit: added(sum.hit, one.hit),
    }),
    NO_TALLY,
  )

function added(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
