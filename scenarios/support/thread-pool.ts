import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Tinypool } from 'tinypool'
import { packageRoot } from './package-root.ts'

export interface PoolOptions {
  /** Number of threads; one per processor if absent. Results do not depend on it. */
  readonly workers?: number
  readonly signal?: AbortSignal
}

/** Four times V8's own: an evaluation leaves much garbage, and a rehearsal takes an eighth less CPU with it. */
const YOUNG_MIB = 192

/**
 * Calls `work` with a pool of threads that run a compiled worker: at most one thread per task. `worker` is a path below
 * `dist/scenarios`.
 * @throws the signal's reason when aborted; no thread is left then
 */
export async function withThreads<T>(
  worker: string,
  tasks: number,
  { workers = availableParallelism(), signal }: PoolOptions,
  work: (pool: Tinypool) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const threads = Math.max(1, Math.min(workers, tasks))
  // Threads run the build: Node 20 cannot strip types.
  const filename = join(packageRoot(), 'dist', 'scenarios', worker)
  const pool = new Tinypool({
    filename,
    minThreads: threads,
    maxThreads: threads,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  // One listener for all tasks: one per task could be thousands.
  let stopping: Promise<void> | undefined
  const stop = (): void => {
    stopping = pool.destroy()
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await work(pool)
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', stop)
    // The pool drops its threads as soon as it begins to stop them, so that a second `destroy` does not wait for them.
    await stopping
    await pool.destroy()
  }
}
