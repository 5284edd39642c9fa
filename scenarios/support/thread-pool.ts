import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Tinypool } from 'tinypool'
import { packageRoot } from './package-root.ts'

export interface PoolOptions {
  /** Threads; one for every processor if absent. Results do not depend on it. */
  readonly workers?: number
  readonly signal?: AbortSignal
}

/**
 * Lets `work` use threads that run a compiled worker of ours, as many as there are tasks for.
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
  // Threads run what was built; there are no types to strip in Node 20.
  const filename = join(packageRoot(), 'dist', 'scenarios', worker)
  const pool = new Tinypool({ filename, minThreads: threads, maxThreads: threads, execArgv: [] })
  // One listener for all: a signal for each task would be thousands.
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
    // The pool forgets its threads as soon as it begins to stop them: to destroy it again does not wait for them.
    await stopping
    await pool.destroy()
  }
}
