import type { Clock, Timer } from '../kernel/clock.ts'

/** The delays of the AWS Common Runtime, which the nucleus connects with: doubled with each attempt. [source: reconnect-delay] */
const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 128_000

/** The attempts of a device to connect again after it has lost its connection. */
export class Reconnect {
  readonly #clock: Clock
  readonly #connect: () => void
  #delayMs = FIRST_DELAY_MS
  #timer: Timer | null = null

  constructor(clock: Clock, connect: () => void) {
    this.#clock = clock
    this.#connect = connect
  }

  /** The connection was lost, or an attempt failed: the next one follows. */
  later(): void {
    this.cancel()
    this.#timer = this.#clock.after(this.#delayMs, () => {
      this.#timer = null
      this.#connect()
    })
    this.#delayMs = Math.min(2 * this.#delayMs, MAX_DELAY_MS)
  }

  connected(): void {
    this.cancel()
    this.#delayMs = FIRST_DELAY_MS
  }

  /** No further attempt: the device connects when its link or its power is back. */
  cancel(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
