import { createHash } from 'node:crypto'
import type { OutsideClient } from './client-activity.ts'
import type { Clock } from './clock.ts'
import type { TraceEvent, TraceRecord } from './trace-events.ts'

const HOUR_MS = 3_600_000
/** Characters. */
const MAX_UNHASHED = 65_536

/** Refers to one recorded event as the cause of another. */
export interface TraceRef {
  readonly source: string
}

interface Pending {
  readonly event: TraceEvent
  readonly source: string
  readonly atMs: number
  readonly cause: Pending | undefined
  readonly client: OutsideClient | null
  sequence: number
}

/**
 * The append-only record of a run. Within one simulated millisecond events are ordered by source and then as recorded, so
 * that the order of delivery on sockets has no effect. What a client from outside does stands where it did it.
 */
export class Trace {
  /** Every event since the start, or since the last `forget`. */
  readonly records: TraceRecord[] = []
  #forgotten = 0
  readonly #clock: Clock
  readonly #startMs: number
  readonly #hourDigests: string[] = []
  readonly #total = createHash('sha256')
  #hour = createHash('sha256')
  /** Lines that are not hashed yet: one call of the hash per line would cost more than the hashing. */
  #unhashed = ''
  #pending: Pending[] = []
  #client: OutsideClient | null = null
  #listeners: ((record: TraceRecord) => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startMs = clock.nowMs()
  }

  /** `source` is the one entity that observed the event; two entities never share a source. */
  record(source: string, event: TraceEvent, cause?: TraceRef): TraceRef {
    const atMs = this.#clock.nowMs()
    const first = this.#pending[0]
    if (first !== undefined && (first.atMs !== atMs || first.client !== this.#client)) this.flush()
    const pending: Pending = {
      event,
      source,
      atMs,
      cause: cause as Pending | undefined,
      client: this.#client,
      sequence: -1,
    }
    this.#pending.push(pending)
    return pending
  }

  /** Names the client from outside in all that `work` records; it must not wait for anything. */
  ofClient<T>(client: OutsideClient, work: () => T): T {
    this.#client = client
    try {
      return work()
    } finally {
      this.#client = null
    }
  }

  /** The client from outside whose request is carried out now; null for the twin itself and the controller. */
  get client(): OutsideClient | null {
    return this.#client
  }

  onRecord(listener: (record: TraceRecord) => void): void {
    this.#listeners.push(listener)
  }

  /** Orders the events of the present millisecond and appends them; called before time moves and before reading. */
  flush(): void {
    const batch = this.#pending
    if (batch.length === 0) return
    this.#pending = []
    batch.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0))
    const first = this.#forgotten + this.records.length
    batch.forEach((pending, index) => {
      pending.sequence = first + index
    })
    for (const pending of batch) this.#append(pending)
  }

  /** Drops the events so far, which listeners may have kept; positions and digests continue. */
  forget(): void {
    this.flush()
    this.#forgotten += this.records.length
    this.records.length = 0
  }

  /** SHA-256 over every event so far. */
  digest(): string {
    this.flush()
    this.#hash()
    return this.#total.copy().digest('hex')
  }

  /** One SHA-256 per simulated hour since the start, the current hour included. */
  digestsByHour(): string[] {
    this.flush()
    this.#hash()
    return [...this.#hourDigests, this.#hour.copy().digest('hex')]
  }

  #append(pending: Pending): void {
    const { event, source, atMs, sequence, cause, client } = pending
    const record: TraceRecord = {
      sequence,
      atMs,
      source,
      ...(cause !== undefined && { cause: cause.sequence }),
      ...(client !== null && { client }),
      ...event,
    }
    while (this.#hourDigests.length < Math.floor((atMs - this.#startMs) / HOUR_MS)) {
      this.#hash()
      this.#hourDigests.push(this.#hour.digest('hex'))
      this.#hour = createHash('sha256')
    }
    this.#unhashed += `${JSON.stringify(record)}\n`
    if (this.#unhashed.length > MAX_UNHASHED) this.#hash()
    this.records.push(record)
    for (const listener of this.#listeners) listener(record)
  }

  #hash(): void {
    this.#total.update(this.#unhashed)
    this.#hour.update(this.#unhashed)
    this.#unhashed = ''
  }
}
