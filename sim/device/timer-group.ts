import type { Clock, Timer } from '../kernel/clock.ts'

/** Timers that are cancelled together. */
export class TimerGroup {
  readonly #clock: Clock
  readonly #timers: Timer[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Null, and no timer, for an infinite time. */
  at(atMs: number, action: () => void): Timer | null {
    if (!Number.isFinite(atMs)) return null
    const timer = this.#clock.at(atMs, action)
    this.#timers.push(timer)
    return timer
  }

  after(delayMs: number, action: () => void): Timer | null {
    return this.at(this.#clock.nowMs() + delayMs, action)
  }

  cancelAll(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel()
  }
}
