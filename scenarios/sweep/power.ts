import type { StageName } from '../../controller/contract.ts'
import { firstStageOf, stageNames } from '../../controller/policy/stages.ts'
import { type PowerRun, stageEndOf } from '../../reports/campaign/power.ts'
import { isOfRelease } from '../../reports/run/release-faults.ts'
import { type FaultSpec, originOf } from '../../sim/faults/catalogue.ts'
import { policyFor, policyWithWindow } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import type { FaultSize, SizedFault } from '../files/sized-fault.ts'
import { withThreads } from '../support/thread-pool.ts'
import { fleetOf } from '../world/twin-plan.ts'
import type { CompletedRun, PlannedRun, SweepOptions } from './run-many.ts'
import { SweepFailed } from './sweep-failed.ts'

/** A fault at several sizes in the release of a scenario, with the same seeds at every size. */
export interface PowerPlan {
  readonly scenario: Scenario
  readonly fault: SizedFault
  readonly sizes: readonly FaultSize[]
  readonly windowsMs: readonly number[]
  /** Whose devices have the fault: canary's is everybody's, since it is the first to meet it. */
  readonly stage: StageName
  /** Only the devices of this line have it; all by default. */
  readonly line?: number
  readonly seeds: readonly number[]
  /** Also without the fault, by which is known what a rollback is due to; true by default. */
  readonly withoutFault?: boolean
}

const HOUR_MS = 3_600_000
/** What a stage takes besides its window: the install, and what is left of an evaluation's period. */
const INSTALL_MS = 15 * 60_000
/** A stage that is not promoted so long after its window is held. */
const HELD_AFTER_MS = 30 * 60_000

export interface PowerOptions extends SweepOptions {
  /** Called with the runs of each size and seed, in the order in which they end. */
  readonly onRuns?: (runs: readonly PowerRun[]) => void
}

/**
 * Runs the release with the fault at every size, and without it, with every seed and window; of each run only what
 * happens until the end of the stage. In canary, where the windows of one seed and size are the same run up to the end
 * of the shorter one, the longer is run only if the shorter has told nothing: the window decides when a stage is
 * promoted, and about no evidence.
 * @throws SweepFailed naming the first run that failed; the signal's reason when aborted
 */
export async function runPower(plan: PowerPlan, options: PowerOptions = {}): Promise<readonly PowerRun[]> {
  const windowsMs = [...new Set(plan.windowsMs)].sort((a, b) => a - b)
  const without: readonly (FaultSize | null)[] = plan.withoutFault === false ? [] : [null]
  // By seed, so that an interrupted sweep has whole seeds.
  const cases = plan.seeds.flatMap((seed) => [...without, ...plan.sizes].map((size) => ({ seed, size })))
  const total = cases.length * windowsMs.length
  let done = 0
  return withThreads('sweep/worker.js', cases.length, options, async (pool) => {
    const run = (planned: PlannedRun): Promise<CompletedRun> => pool.run(planned)
    const found = await Promise.all(
      cases.map(async (one) => {
        const runs = await runCase(plan, one, windowsMs, run)
        done += windowsMs.length
        options.onRuns?.(runs)
        options.onProgress?.({ done, total })
        return runs
      }),
    )
    return found.flat()
  })
}

interface PowerCase {
  readonly seed: number
  readonly size: FaultSize | null
}

async function runCase(
  plan: PowerPlan,
  { seed, size }: PowerCase,
  windowsMs: readonly number[],
  run: (planned: PlannedRun) => Promise<CompletedRun>,
): Promise<readonly PowerRun[]> {
  const stages = stageNames(policyFor(plan.scenario))
  const isFirst = plan.stage === stages[0]
  const runs: PowerRun[] = []
  for (const windowMs of windowsMs) {
    const head = { seed, size: size?.size ?? 0, windowHours: windowMs / HOUR_MS }
    const before = runs.at(-1)
    if (before?.end === 'refused' || (isFirst && before?.end === 'rolled-back')) {
      runs.push({ ...before, ...head })
      continue
    }
    const scenario = scenarioAt(plan, size, windowMs)
    const untilMs = (stages.indexOf(plan.stage) + 1) * (windowMs + INSTALL_MS) + HELD_AFTER_MS
    const completed = await run({ scenario, seed, untilMs })
    runs.push({ ...head, ...endOf(completed, plan.stage) })
  }
  return runs
}

function endOf(completed: CompletedRun, stage: StageName): ReturnType<typeof stageEndOf> {
  if ('report' in completed) return stageEndOf(completed.report, stage)
  throw new SweepFailed(completed)
}

/** The release has no other fault; those of its plant and of AWS stay. */
function scenarioAt(plan: PowerPlan, size: FaultSize | null, windowMs: number): Scenario {
  const { scenario } = plan
  const { version } = scenario.release
  const others = scenario.faults.filter((fault) => !isOfRelease(originOf(fault), version))
  return {
    ...scenario,
    faults: size === null ? others : [...others, ...faultsAt(plan, size)],
    expect: {},
    policy: { ...policyWithWindow(scenario.policy, windowMs), gates: 'open' },
  }
}

/** A later stage's devices by name, or the stages before it would meet the fault. */
function faultsAt({ scenario, fault, stage, line }: PowerPlan, { text }: FaultSize): readonly FaultSpec[] {
  const firmware = scenario.release.version
  const onLine = line === undefined ? {} : { line }
  if (stage === firstStageOf(policyFor(scenario))) return [fault.at(text, { firmware, ...onLine })]
  return fleetOf(scenario)
    .filter((device) => device.stage === stage && (line === undefined || device.line === line))
    .map(({ thing }) => fault.at(text, { firmware, device: thing }))
}
