import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Tinypool } from 'tinypool'
import type { Report } from '../reports/report.ts'
import { packageRoot } from './catalogue.ts'
import type { Scenario } from './scenario.ts'

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

export interface SweepOptions {
  /** Threads; one for every processor if absent. Results do not depend on it. */
  readonly workers?: number
  readonly untilMs?: number
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
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
  const { untilMs, signal, onProgress } = options
  signal?.throwIfAborted()
  const plays = scenarios.flatMap((scenario) =>
    seeds.map((seed): Play => ({ scenario, seed, ...(untilMs !== undefined && { untilMs }) })),
  )
  const threads = Math.max(1, Math.min(options.workers ?? availableParallelism(), plays.length))
  const pool = new Tinypool({ filename: WORKER, minThreads: threads, maxThreads: threads, execArgv: [] })
  // One listener for the sweep: a signal for each task would be thousands.
  const stop = (): void => void pool.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  let done = 0
  try {
    return await Promise.all(
      plays.map(async (play) => {
        const played: Played = await pool.run(play)
        done += 1
        onProgress?.({ done, total: plays.length })
        return played
      }),
    )
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', stop)
    await pool.destroy()
  }
}

/** Threads run what was built; there are no types to strip in Node 20. */
const WORKER = join(packageRoot(), 'dist', 'scenarios', 'worker.js')
