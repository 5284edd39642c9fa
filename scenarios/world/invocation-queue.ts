import type { InFlight } from '../../sim/kernel/in-flight.ts'
import { HANDLER } from '../../sim/kernel/virtual-wait.ts'
import type { Invocation } from './functions.ts'

/**
 * Invocations one at a time, in the order of their events: with a reserved concurrency of one, two rules that fire
 * together do not race each other.
 */
export class InvocationQueue {
  readonly #inFlight: InFlight
  readonly #run: (invocation: Invocation) => Promise<void>
  readonly #waiting: Invocation[] = []
  #isBusy = false

  /** `run` must not reject. */
  constructor(inFlight: InFlight, run: (invocation: Invocation) => Promise<void>) {
    this.#inFlight = inFlight
    this.#run = run
  }

  /** Only a running invocation is in flight: while it waits on the virtual clock, time must be able to advance. */
  add(invocation: Invocation): void {
    this.#waiting.push(invocation)
    if (this.#isBusy) return
    this.#isBusy = true
    void this.#inFlight.during(HANDLER, () => this.#work())
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await this.#run(next)
    this.#isBusy = false
  }
}
