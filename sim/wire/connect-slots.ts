/** Fewer than a listening socket keeps waiting: 511 in Node, and as few as 128 where the system allows no more. */
const AT_A_TIME = 100

/**
 * Lets so many connections be made at a time. More than the system queues would be dropped by it, and on a busy machine
 * reset after a minute.
 */
export class ConnectSlots {
  readonly #waiting: (() => void)[] = []
  #free = AT_A_TIME

  /** Calls `connect` as soon as there is a slot; `left` gives it back. */
  enter(connect: () => void): void {
    if (this.#free === 0) {
      this.#waiting.push(connect)
      return
    }
    this.#free -= 1
    connect()
  }

  /** A connection has been made, or has failed. */
  left(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
