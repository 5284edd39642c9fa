import type { Report } from '../../reports/run/report.ts'
import type { Scenario } from '../files/scenario.ts'
import { type PoolOptions, withThreads } from '../support/thread-pool.ts'

/** One rehearsal of a sweep, as a worker gets it. */
export interface Play {
  readonly scenario: Scenario
  readonly seed: number
  /** Virtual time after which to stop, in milliseconds; the scenario's own limit if absent. */
  readonly untilMs?: number
}

/** What became of one rehearsal; one that could not be played does not spoil the others. */
export type Played = { readonly scenario: string; readonly seed: number } & (
  | { readonly report: Report }
  | { readonly error: { readonly name: string; readonly message: string } }
)

export interface SweepOptions extends PoolOptions {
  readonly untilMs?: number
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/**
 * Plays every scenario with every seed at model level on worker threads. The answers come in the order of the scenarios,
 * and of the seeds within each; only wall time in them differs from run to run.
 * @throws the signal's reason when aborted; no thread is left then
 */
export async function runMany(
  scenarios: readonly Scenario[],
  seeds: readonly number[],
  options: SweepOptions = {},
): Promise<readonly Played[]> {
  const { untilMs, onProgress } = options
  const plays = scenarios.flatMap((scenario) =>
    seeds.map((seed): Play => ({ scenario, seed, ...(untilMs !== undefined && { untilMs }) })),
  )
  let done = 0
  return withThreads('sweep/worker.js', plays.length, options, (pool) =>
    Promise.all(
      plays.map(async (play) => {
        const played: Played = await pool.run(play)
        done += 1
        onProgress?.({ done, total: plays.length })
        return played
      }),
    ),
  )
}
