import { type PoolOptions, withThreads } from '../support/thread-pool.ts'
import { wallMs } from '../support/wall.ts'
import type { Batch, BatchTask, Failure } from './batch.ts'
import { worldSeed } from './strata.ts'
import { sumOf, type Tally } from './tally.ts'

export interface CampaignPlan extends PoolOptions {
  readonly seed: number
  /** A scenario file to generate around; the generator's own plant if absent. */
  readonly centre?: string
  /** Scenarios of the whole campaign, all shards together; as many as time allows if absent. */
  readonly runs?: number
  /** Wall time; as long as the scenarios take if absent. */
  readonly timeMs?: number
  /** This one of so many parts of the campaign, from 1. */
  readonly shard?: { readonly index: number; readonly of: number }
  readonly onProgress?: (progress: { readonly scenarios: number; readonly elapsedMs: number }) => void
}

export interface Campaign {
  readonly tally: Tally
  /** Of the first batch that found one. */
  readonly failure: Failure | null
}

const WHOLE = { index: 1, of: 1 }

/** The worlds of a shard, each with a seed of its own: every n-th of the campaign's, n being the number of shards. */
export function* worldsOf({
  seed,
  runs = Number.POSITIVE_INFINITY,
  shard = WHOLE,
  centre,
}: CampaignPlan): Generator<BatchTask & { readonly number: number }, void> {
  for (let number = shard.index - 1; number < runs; number += shard.of) {
    yield { number, seed: worldSeed(seed, number), scenarios: 1, ...(centre !== undefined && { centre }) }
  }
}

/**
 * Runs scenarios on all threads until an invariant is violated, the scenarios have run, or the time is up. Which scenarios
 * there are depends on the seed alone; how many, on the time as well.
 * @throws the signal's reason when aborted; no thread is left then
 */
export async function runCampaign(plan: CampaignPlan): Promise<Campaign> {
  const { runs = Number.POSITIVE_INFINITY, timeMs, shard = WHOLE, onProgress } = plan
  const startedWallMs = wallMs()
  const elapsedMs = (): number => wallMs() - startedWallMs
  const batches: { readonly number: number; readonly batch: Batch }[] = []
  const worlds = worldsOf(plan)
  const lane = async (run: (task: BatchTask) => Promise<Batch>): Promise<void> => {
    for (;;) {
      const isLate = timeMs !== undefined && elapsedMs() >= timeMs
      if (isLate || batches.some(({ batch }) => batch.failure !== null)) return
      const task = worlds.next()
      if (task.done === true) return
      const { number, ...batch } = task.value
      batches.push({ number, batch: await run(batch) })
      onProgress?.({ scenarios: sumOf(batches.map((one) => one.batch.tally)).scenarios, elapsedMs: elapsedMs() })
    }
  }
  const count = Math.ceil(runs / shard.of)
  await withThreads('fuzz/worker.js', count, plan, (pool) =>
    Promise.all(Array.from({ length: pool.threads.length }, () => lane((task) => pool.run(task)))),
  )
  batches.sort((a, b) => a.number - b.number)
  return {
    tally: sumOf(batches.map(({ batch }) => batch.tally)),
    failure: batches.find(({ batch }) => batch.failure !== null)?.batch.failure ?? null,
  }
}
