/** Real time in milliseconds, for pacing and progress only; no result of a rehearsal may depend on it. */
export const wallMs = (): number => performance.now()

/** Resolves after `delayMs` of real time, or rejects with the signal's reason. */
export function sleepWall(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
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
