/** Work that has begun and must end before simulated time may move: messages, acknowledgements, calls, handlers. */

/** No work ended for too long in real time: something in flight will never end. */
export class Stalled extends Error {
  override readonly name = 'Stalled'
  readonly exitCode = 70
  readonly pending: Readonly<Record<string, number>>

  constructor(pending: Readonly<Record<string, number>>) {
    const list = Object.entries(pending)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')
    super(`the rehearsal stalled: still in flight after ${STALL_LIMIT_MS / 1000} s of real time: ${list}`)
    this.pending = pending
  }
}

const STALL_LIMIT_MS = 60_000
/** If an iteration of the event loop takes longer, the machine slept or the process was suspended. */
const LONGEST_ITERATION_MS = 1_000
const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A ledger of begun and not yet ended work, by kind. */
export class InFlight {
  readonly #counts = new Map<string, number>()
  #total = 0
  /** Grows with every begin and end, so that the absence of changes can be detected. */
  #changes = 0
  #settledAtChange = 0
  #isAbandoned = false

  /** The rehearsal is over: the end of work in flight, or of a wait on the virtual clock, is no longer counted. */
  abandon(): void {
    this.#isAbandoned = true
  }

  get isBusy(): boolean {
    return this.#total > 0
  }

  begin(kind: string): void {
    if (this.#isAbandoned) return
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    this.#total += 1
    this.#changes += 1
  }

  end(kind: string): void {
    if (this.#isAbandoned) return
    const count = this.#counts.get(kind) ?? 0
    if (count <= 0) throw new Error(`invariant: "${kind}" ended more often than it began`)
    this.#counts.set(kind, count - 1)
    this.#total -= 1
    this.#changes += 1
  }

  /** Counts `kind` as in flight while `work` runs. */
  async during<T>(kind: string, work: () => Promise<T>): Promise<T> {
    this.begin(kind)
    try {
      return await work()
    } finally {
      this.end(kind)
    }
  }

  /**
   * Resolves when nothing is in flight and one iteration of the event loop brought no change; at once if nothing has begun
   * since the last time.
   * @throws Stalled when nothing changes within one minute of real time, without the time in which the process slept
   */
  async settled(): Promise<void> {
    if (this.#total === 0 && this.#changes === this.#settledAtChange) return
    let waitedMs = 0
    for (let seen = this.#changes, iteratedAtMs = performance.now(); ; ) {
      await nextIteration()
      const nowMs = performance.now()
      waitedMs += Math.min(nowMs - iteratedAtMs, LONGEST_ITERATION_MS)
      iteratedAtMs = nowMs
      if (this.#changes !== seen) {
        seen = this.#changes
        waitedMs = 0
      } else if (this.#total === 0) break
      else if (waitedMs > STALL_LIMIT_MS) throw new Stalled(this.pending())
    }
    this.#settledAtChange = this.#changes
  }

  pending(): Record<string, number> {
    return Object.fromEntries([...this.#counts].filter(([, count]) => count > 0))
  }
}
