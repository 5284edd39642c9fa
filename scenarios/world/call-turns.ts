/** Lets concurrent invocations take turns in a fixed order: each runs from one call of AWS to the next. */
export class CallTurns {
  readonly #queue: (() => void)[] = []
  #isTaken = false

  /** Resolves when the caller may run. */
  take(): Promise<void> {
    if (this.#isTaken) return new Promise((resolve) => this.#queue.push(resolve))
    this.#isTaken = true
    return Promise.resolve()
  }

  pass(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#isTaken = false
    else next()
  }
}
