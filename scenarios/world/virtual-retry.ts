import { StandardRetryStrategy } from '@smithy/core/retry'
import type { Clock } from '../../sim/kernel/clock.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import { virtualWait } from '../../sim/kernel/virtual-wait.ts'

const MAX_ATTEMPTS = 3
const MAX_DELAY_MS = 20_000

type Token = Awaited<ReturnType<StandardRetryStrategy['acquireInitialRetryToken']>>
type ErrorInfo = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[1]

/**
 * The SDK's standard retries of one client, with its own error classes, attempts and retry budget; only the waits are on
 * the virtual clock: random(0..1) x min(base x 2^n, 20 s), drawn from a stream of the client. [source: sdk-retries]
 */
export class VirtualRetryStrategy extends StandardRetryStrategy {
  readonly #wait: (delayMs: number) => Promise<void>
  readonly #backoff: VirtualBackoff

  constructor(client: string, { clock, inFlight, seed }: { clock: Clock; inFlight: InFlight; seed: Seed }) {
    const stream = seed.stream(`sdk-retry/${client}`)
    const backoff = new VirtualBackoff(() => stream.next())
    super({ maxAttempts: MAX_ATTEMPTS, backoff })
    this.#backoff = backoff
    this.#wait = (delayMs) => virtualWait(clock, inFlight, delayMs)
  }

  override async refreshRetryTokenForRetry(token: Token, error: ErrorInfo): Promise<Token> {
    // The server's hint is in real time.
    const { retryAfterHint, ...withoutHint } = error
    const next = await super.refreshRetryTokenForRetry(token, withoutHint)
    await this.#wait(this.#backoff.delayMs)
    return next
  }
}

/** Gives the SDK a delay of zero, and keeps the delay that it would have waited. */
class VirtualBackoff {
  delayMs = 0
  #baseMs = 0
  readonly #chance: () => number

  constructor(chance: () => number) {
    this.#chance = chance
  }

  setDelayBase(baseMs: number): void {
    this.#baseMs = baseMs
  }

  computeNextBackoffDelay(retries: number): number {
    this.delayMs = Math.floor(this.#chance() * Math.min(this.#baseMs * 2 ** retries, MAX_DELAY_MS))
    return 0
  }
}
