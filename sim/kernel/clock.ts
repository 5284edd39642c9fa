/** Simulated time: an integer of milliseconds since the Unix epoch, and the timers that wait on it. */

/** The phases of a millisecond: lower runs first among timers that are due at the same time. */
export const Priority = {
  /** Devices, jobs, faults. */
  world: 0,
  /** Devices sample the state that results. */
  sample: 1,
  /** The cloud delivers messages and events. */
  delivery: 2,
  /** The controller evaluates the result of all of that. */
  schedule: 3,
} as const
export type Priority = (typeof Priority)[keyof typeof Priority]

export interface Timer {
  cancel(): void
}

export interface Clock {
  nowMs(): number
  /** The phase that the present millisecond has reached. */
  phase(): Priority
  /** Runs `action` when simulated time reaches `atMs`; if that is past, at the present time. */
  at(atMs: number, action: () => void, priority?: Priority): Timer
  after(delayMs: number, action: () => void, priority?: Priority): Timer
}

class Entry implements Timer {
  readonly atMs: number
  readonly priority: Priority
  readonly sequence: number
  action: (() => void) | null

  constructor(atMs: number, priority: Priority, sequence: number, action: () => void) {
    this.atMs = atMs
    this.priority = priority
    this.sequence = sequence
    this.action = action
  }

  cancel(): void {
    this.action = null
  }
}

const before = (a: Entry, b: Entry): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.priority !== b.priority ? a.priority < b.priority : a.sequence < b.sequence

/** A clock that moves only when its owner calls `advance`; ties break by (priority, order of scheduling). */
export class VirtualClock implements Clock {
  #nowMs: number
  #phase: Priority = Priority.world
  #sequence = 0
  /** A binary heap: the entry at 0 is the earliest; cancelled entries are removed when they get there. */
  readonly #heap: Entry[] = []

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  phase(): Priority {
    return this.#phase
  }

  at(atMs: number, action: () => void, priority: Priority = Priority.world): Timer {
    if (!Number.isFinite(atMs)) throw new RangeError(`a timer needs a finite time, got ${atMs}`)
    const entry = new Entry(Math.max(Math.round(atMs), this.#nowMs), priority, this.#sequence++, action)
    this.#push(entry)
    return entry
  }

  after(delayMs: number, action: () => void, priority: Priority = Priority.world): Timer {
    return this.at(this.#nowMs + delayMs, action, priority)
  }

  /** When the next timer is due, or null when none is left. */
  nextAtMs(): number | null {
    this.#dropCancelled()
    return this.#heap[0]?.atMs ?? null
  }

  /**
   * Jumps to the earliest timer and runs every timer of that millisecond and priority that was due before the first
   * of them ran. Returns false when no timer is left.
   */
  advance(): boolean {
    this.#dropCancelled()
    const first = this.#heap[0]
    if (first === undefined) return false
    this.#nowMs = first.atMs
    this.#phase = first.priority
    const due: Entry[] = []
    while (this.#heap[0]?.atMs === first.atMs && this.#heap[0].priority === first.priority) due.push(this.#pop())
    for (const entry of due) entry.action?.()
    return true
  }

  /** Moves time to the end of this millisecond; no timer may be due by then. @throws RangeError if one is */
  idleUntil(atMs: number): void {
    const nextAtMs = this.nextAtMs()
    if (atMs < this.#nowMs || (nextAtMs !== null && nextAtMs <= atMs)) {
      throw new RangeError(`cannot idle from ${this.#nowMs} until ${atMs}: a timer is due at ${nextAtMs}`)
    }
    this.#nowMs = atMs
    this.#phase = Priority.schedule
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.action === null) this.#pop()
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let child = heap.push(entry) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!before(entry, heap[parent] as Entry)) break
      heap[child] = heap[parent] as Entry
      child = parent
    }
    heap[child] = entry
  }

  #pop(): Entry {
    const heap = this.#heap
    const top = heap[0] as Entry
    const last = heap.pop() as Entry
    if (heap.length === 0) return top
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child += 1
      if (!before(heap[child] as Entry, last)) break
      heap[parent] = heap[child] as Entry
      parent = child
    }
    heap[parent] = last
    return top
  }
}
