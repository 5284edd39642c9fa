import type { Report } from '../../reports/run/report.ts'
import type { Scenario } from '../files/scenario.ts'
import { type PoolOptions, withThreads } from '../support/thread-pool.ts'

/** One rehearsal of a sweep, as its worker gets it. */
export interface PlannedRun {
  readonly scenario: Scenario
  readonly seed: number
  /** Simulated time after which to stop, in milliseconds; the scenario's time limit if absent. */
  readonly untilMs?: number
}

/** Report or error of one rehearsal; an error does not affect the other runs. */
export type CompletedRun = { readonly scenario: string; readonly seed: number } & (
  | { readonly report: Report }
  | { readonly error: { readonly name: string; readonly message: string } }
)

export interface SweepOptions extends PoolOptions {
  readonly untilMs?: number
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

export interface RunManyOptions extends SweepOptions {
  /** Called with each run, and the index of its scenario, in the order in which they end. */
  readonly onRun?: (run: CompletedRun, scenario: number) => void
}

/**
 * Runs every scenario with every seed at model level on worker threads. Results are in the order of the scenarios, and of
 * the seeds within each; only real times in them differ from one sweep to the next. It is run seed by seed, so that an
 * interrupted sweep has whole seeds.
 * @throws the signal's reason when aborted; no thread is left then
 */
export async function runMany(
  scenarios: readonly Scenario[],
  seeds: readonly number[],
  options: RunManyOptions = {},
): Promise<readonly CompletedRun[]> {
  const { untilMs, onProgress, onRun } = options
  const total = scenarios.length * seeds.length
  let done = 0
  return withThreads('sweep/worker.js', total, options, async (pool) => {
    const bySeed = await Promise.all(
      seeds.map((seed) =>
        Promise.all(
          scenarios.map(async (scenario, index) => {
            const planned: PlannedRun = { scenario, seed, ...(untilMs !== undefined && { untilMs }) }
            const completed: CompletedRun = await pool.run(planned)
            done += 1
            onRun?.(completed, index)
            onProgress?.({ done, total })
            return completed
          }),
        ),
      ),
    )
    return scenarios.flatMap((_, index) => bySeed.map((own) => own[index] as CompletedRun))
  })
}
