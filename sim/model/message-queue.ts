import type { InFlight } from '../kernel/in-flight.ts'

/** Delivers messages in the order in which they were sent, none of them inside the call that sent it. */
export class MessageQueue {
  readonly #inFlight: InFlight
  readonly #onBug: (error: unknown) => void
  readonly #queue: (() => void)[] = []

  /** `onBug` gets what a receiver threw; the other messages are delivered. */
  constructor(inFlight: InFlight, onBug: (error: unknown) => void) {
    this.#inFlight = inFlight
    this.#onBug = onBug
  }

  send(deliver: () => void): void {
    this.#inFlight.begin('message')
    this.#queue.push(deliver)
    if (this.#queue.length === 1) queueMicrotask(() => this.#drain())
  }

  /** Messages that are sent by a receiver are delivered as well. */
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
