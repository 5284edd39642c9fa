import { type Clock, Priority } from '../sim/clock.ts'
import type { InFlight } from '../sim/in-flight.ts'
import type { Stream } from '../sim/random.ts'

/** What the SDK asks of a retry strategy. [smithy: RetryStrategyV2] */
interface RetryToken {
  getRetryCount(): number
  getRetryDelay(): number
}
interface RetryErrorInfo {
  readonly errorType: 'TRANSIENT' | 'THROTTLING' | 'SERVER_ERROR' | 'CLIENT_ERROR'
}

const MAX_ATTEMPTS = 3
const MAX_DELAY_MS = 20_000
/** Back-off bases of the SDK's standard mode. [protocol 10: 50 ms, or 1,000 ms for throttling] */
const BASE_DELAY_MS = { TRANSIENT: 50, SERVER_ERROR: 50, THROTTLING: 1_000 } as const

const token = (count: number): RetryToken => ({ getRetryCount: () => count, getRetryDelay: () => 0 })

/**
 * The SDK's standard retries with their waits on the virtual clock: random(0..1) x min(base x 2^n, 20 s), the chance from
 * a named stream. While a call waits, its handler is not in flight, so that time can move to the end of the wait.
 */
export function virtualRetryStrategy(clock: Clock, inFlight: InFlight, stream: Stream, heldKind: string) {
  const wait = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const goOn = (): void => {
        inFlight.begin(heldKind)
        resolve()
      }
      // The controller always looks at what a whole millisecond has left behind.
      clock.after(delayMs, goOn, Priority.schedule)
      inFlight.end(heldKind)
    })
  return {
    mode: 'standard',
    acquireInitialRetryToken: async (): Promise<RetryToken> => token(0),
    async refreshRetryTokenForRetry(previous: RetryToken, error: RetryErrorInfo): Promise<RetryToken> {
      const retries = previous.getRetryCount()
      if (error.errorType === 'CLIENT_ERROR') throw new Error('not retryable')
      if (retries + 1 >= MAX_ATTEMPTS) throw new Error('no attempts left')
      await wait(stream.next() * Math.min(BASE_DELAY_MS[error.errorType] * 2 ** retries, MAX_DELAY_MS))
      return token(retries + 1)
    },
    recordSuccess: (): void => undefined,
  }
}
