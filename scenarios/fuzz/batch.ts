import fc from 'fast-check'
import type { ScenarioInput } from '../files/scenario.ts'
import { wallMs } from '../support/wall.ts'
import { type ExtraInvariant, type Probe, probe } from './probe.ts'
import { invariantOf, NO_TALLY, sumOf, type Tally, tallyOf } from './tally.ts'
import { ANY_WORLD, scenarioOf, type WorldChoice, worlds } from './world-arbitrary.ts'

/** Some worlds in a row, as a thread gets them. */
export interface BatchTask {
  /** Of fast-check, which makes the worlds. */
  readonly seed: number
  readonly worlds: number
  /** Where fast-check is to take up, in its own words; it begins with the first world if absent. */
  readonly path?: string
  /** Wall time after which no more worlds are played; all are if absent. */
  readonly limitMs?: number
}

/** The smallest world that was found to break the law. */
export interface Failure {
  readonly seed: number
  readonly path: string
  readonly world: ScenarioInput
  readonly violated: readonly string[]
}

export interface Batch {
  readonly tally: Tally
  readonly failure: Failure | null
}

/** What only tests set: fewer worlds to choose from, and a law that is there to be broken. */
export interface BatchOptions {
  readonly choice?: WorldChoice
  readonly extra?: ExtraInvariant
}

/** Wall time for making a world smaller; the smallest by then is it. */
const SHRINK_MS = 60_000

class Violated extends Error {
  override readonly name = 'Violated'
  readonly violated: readonly string[]

  constructor(violated: readonly string[]) {
    super(violated.join('\n'))
    this.violated = violated
  }
}

/**
 * Plays worlds at model level until one breaks a law, then makes that one smaller for as long as it breaks the same law.
 * Same seed, same worlds; only a limit of wall time can make a difference.
 */
export async function playBatch(task: BatchTask, { choice = ANY_WORLD, extra }: BatchOptions = {}): Promise<Batch> {
  const { seed, path, limitMs } = task
  const tallies: Tally[] = [NO_TALLY]
  const play = async (world: ScenarioInput): Promise<Probe> => probe(scenarioOf(world, 'world'), 'model', extra)
  const failing = (isOfInterest: (invariant: string) => boolean, deadlineMs: number, onPlayed?: (one: Probe) => void) =>
    fc.asyncProperty(worlds(choice), async (world) => {
      if (wallMs() > deadlineMs) return
      const played = await play(world)
      onPlayed?.(played)
      const violated = played.violated.filter((sentence) => isOfInterest(invariantOf(sentence)))
      if (violated.length > 0) throw new Violated(violated)
    })
  const numRuns = task.worlds
  const found = await fc.check(
    failing(
      () => true,
      wallMs() + (limitMs ?? Number.POSITIVE_INFINITY),
      (played) => tallies.push(tallyOf(played)),
    ),
    { seed, numRuns, endOnFailure: true, ...(path !== undefined && { path }) },
  )
  const tally = sumOf(tallies)
  if (!found.failed) return { tally, failure: null }
  if (!(found.errorInstance instanceof Violated)) throw found.errorInstance
  const invariant = invariantOf(found.errorInstance.violated[0] as string)
  const smaller = await fc.check(
    failing((one) => one === invariant, wallMs() + SHRINK_MS),
    { seed, numRuns, path: found.counterexamplePath as string },
  )
  // The deadline may have passed before anything was played.
  const { counterexample, counterexamplePath, errorInstance } = smaller.failed ? smaller : found
  const [world] = counterexample as [ScenarioInput]
  return {
    tally,
    failure: { seed, path: counterexamplePath as string, world, violated: (errorInstance as Violated).violated },
  }
}
