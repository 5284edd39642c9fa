import type { InFlight } from '../kernel/in-flight.ts'

/** Delivers messages in the order in which they were posted, none of them inside the call that posted it. */
export class Post {
  readonly #inFlight: InFlight
  readonly #onBug: (error: unknown) => void
  readonly #queue: (() => void)[] = []

  /** `onBug` is told what a receiver threw; the others get theirs all the same. */
  constructor(inFlight: InFlight, onBug: (error: unknown) => void) {
    this.#inFlight = inFlight
    this.#onBug = onBug
  }

  send(deliver: () => void): void {
    this.#inFlight.begin('message')
    this.#queue.push(deliver)
    if (this.#queue.length === 1) queueMicrotask(() => this.#drain())
  }

  /** What is posted on the way is delivered as well. */
  #drain(): void {
    for (let next = 0; next < this.#queue.length; next++) {
      try {
        this.#queue[next]?.()
      } catch (error) {
        this.#onBug(error)
      }
      this.#inFlight.end('message')
    }
    this.#queue.length = 0
  }
}
