import type { Pace } from './rehearsal.ts'

/** Real time, for pacing and for progress only; nothing decided in a rehearsal may depend on it. */
export const wallMs = (): number => performance.now()

/** Resolves after `delayMs` of real time, or rejects with the signal's reason. */
export function sleepWall(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Shortest wait worth a timer; below it the next wait makes up for it. */
const MIN_SLEEP_MS = 2

/** A pacer that holds virtual time back so that `factor` virtual seconds pass a real second, and `max` never waits. */
export function pacer(pace: Pace, startMs: number, signal?: AbortSignal): (atMs: number) => Promise<void> {
  if (pace.kind === 'max') return async () => undefined
  const startedWallMs = wallMs()
  return async (atMs) => {
    const aheadMs = (atMs - startMs) / pace.factor - (wallMs() - startedWallMs)
    if (aheadMs > MIN_SLEEP_MS) await sleepWall(aheadMs, signal)
  }
}
