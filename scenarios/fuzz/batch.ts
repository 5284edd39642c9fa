import { dirname } from 'node:path'
import fc from 'fast-check'
import { type ReportedMessage, reportedLine } from '../../reports/messages/reported.ts'
import type { ScenarioInput } from '../files/scenario.ts'
import { NoSuchPath } from '../support/user-error.ts'
import { wallMs } from '../support/wall.ts'
import { bothLevels, type ExtraInvariant, type Probe, probe } from './probe.ts'
import {
  ANY_SCENARIO,
  centreOf,
  GENERATED_IN,
  type ScenarioChoice,
  scenarioInputs,
  scenarioOf,
} from './scenario-arbitrary.ts'
import { type Stratum, stratumOf } from './strata.ts'
import { NO_TALLY, sumOf, type Tally, tallyOf } from './tally.ts'

/** Some generated scenarios in a row, as a thread gets them. */
export interface BatchTask {
  /** Of fast-check, which generates the scenarios. */
  readonly seed: number
  readonly scenarios: number
  /** Path of fast-check to the scenario to begin with; the first one if absent. */
  readonly path?: string
  /** A scenario file to generate around; the generator's own plant if absent. */
  readonly centre?: string
}

/** The smallest scenario that was found to violate the invariant. */
export interface Failure {
  readonly seed: number
  readonly path: string
  readonly input: ScenarioInput
  /** Where its paths start from, and the file that it was generated around. */
  readonly from: { readonly folder: string; readonly file?: string }
  /** Violations of one invariant. */
  readonly violated: readonly ReportedMessage[]
}

export interface Batch {
  readonly tally: Tally
  readonly failure: Failure | null
}

/** What only tests set: fewer scenarios to choose from, and an invariant that is there to be violated. */
export interface BatchOptions {
  readonly choice?: ScenarioChoice
  readonly extra?: ExtraInvariant
}

/** At wire level every message passes a socket: few lines, and no weeks. */
const WIRE_LINES = [3, 5]
const WIRE_TIME = '8h'
/** Wall time for shrinking; the smallest by then is reported. */
const SHRINK_MS = 60_000

class Violated extends Error {
  override readonly name = 'Violated'
  readonly violated: readonly ReportedMessage[]

  constructor(violated: readonly ReportedMessage[]) {
    super(violated.map(reportedLine).join('\n'))
    this.violated = violated
  }
}

/**
 * Runs scenarios at model level until one violates an invariant, then shrinks that one for as long as it violates the same
 * invariant. Same seed, same scenarios; only the time that shrinking takes can make a difference.
 */
export async function runBatch(task: BatchTask, { choice = ANY_SCENARIO, extra }: BatchOptions = {}): Promise<Batch> {
  const { seed, path } = task
  const centre = task.centre === undefined ? undefined : centreOf(task.centre)
  const from =
    task.centre === undefined ? { folder: GENERATED_IN } : { folder: dirname(task.centre), file: task.centre }
  // A user's plant, and a narrower choice, are drawn around freely.
  const { aim, isWire }: Stratum = centre === undefined && choice === ANY_SCENARIO ? stratumOf(seed) : {}
  const inputs =
    isWire === true
      ? scenarioInputs({ ...choice, lines: WIRE_LINES }).map((input) => ({ ...input, timeLimit: WIRE_TIME }))
      : scenarioInputs(choice, { ...(centre !== undefined && { centre }), ...(aim !== undefined && { aim }) })
  const tallies: Tally[] = [NO_TALLY]
  const run = async (input: ScenarioInput): Promise<Probe> => {
    const scenario = scenarioOf(input, 'input', from.folder)
    const model = await probe(scenario, 'model', extra)
    return isWire === true ? bothLevels(model, await probe(scenario, 'wire', extra)) : model
  }
  const failing = (isOfInterest: (code: string) => boolean, deadlineMs: number, onRun?: (one: Probe) => void) =>
    fc.asyncProperty(inputs, async (input) => {
      if (wallMs() > deadlineMs) return
      const probed = await run(input)
      onRun?.(probed)
      const violated = probed.violated.filter(({ code }) => isOfInterest(code))
      if (violated.length > 0) throw new Violated(violated)
    })
  const numRuns = task.scenarios
  const any = failing(
    () => true,
    Number.POSITIVE_INFINITY,
    (probed) => tallies.push(tallyOf(probed)),
  )
  const found = await checkFrom(path, (from) => fc.check(any, { seed, numRuns, endOnFailure: true, ...from }))
  const tally = sumOf(tallies)
  if (!found.failed) return { tally, failure: null }
  if (!(found.errorInstance instanceof Violated)) throw found.errorInstance
  const [first] = found.errorInstance.violated
  const smaller = await fc.check(
    failing((code) => code === first?.code, wallMs() + SHRINK_MS),
    { seed, numRuns, path: found.counterexamplePath as string },
  )
  // The deadline may have passed before anything was run.
  const { counterexample, counterexamplePath, errorInstance } = smaller.failed ? smaller : found
  const [input] = counterexample as [ScenarioInput]
  return {
    tally,
    failure: { seed, path: counterexamplePath as string, input, from, violated: (errorInstance as Violated).violated },
  }
}

/** What a property throws is part of its result: fast-check itself refuses only the path. @throws NoSuchPath */
async function checkFrom<T>(path: string | undefined, check: (from: { path?: string }) => Promise<T>): Promise<T> {
  if (path === undefined) return check({})
  try {
    return await check({ path })
  } catch (error) {
    throw new NoSuchPath(path, error)
  }
}
