import type { ClientActivity, ClientDeed, ClientError, OutsideClient } from './client-activity.ts'
import type { ClientMessage } from './client-messages.ts'
import type { Clock } from './clock.ts'
import type { Trace } from './trace.ts'

/** The source of interventions in the trace. */
export const OUTSIDE_CLIENT = 'client'

/** What is kept of different clients, and of different requests of one: a flood of new names must not fill the memory. */
const MAX_CLIENTS = 1_000
const MAX_REQUESTS = 1_000
const MAX_ID_LENGTH = 128
/** Name of all clients and requests above that number. */
const OTHERS = 'others'
/** Interventions of one client and one request that are recorded one by one; later ones are only counted. */
const MAX_RECORDED = 100

/** What an intervention was: a code with its data, of `CLIENT_MESSAGES` or of the reports' interventions. */
export type Intervention = ClientMessage | { readonly code: string; readonly data: object }

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Known {
  readonly client: OutsideClient
  readonly changes: Map<string, Mutable<ClientDeed>>
  readonly reads: Map<string, number>
  readonly errors: Map<string, Mutable<ClientError>>
}

/**
 * What clients from outside do to a run, by client: changes are interventions in the trace; reads and errors are counted,
 * and change nothing in it, so that they leave the digest as it is.
 */
export class OutsideClients {
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #known = new Map<string, Known>()

  constructor(clock: Clock, trace: Trace) {
    this.#clock = clock
    this.#trace = trace
  }

  /** Carries out a request: the trace names the client in all that it leads to at once. It must not wait for anything. */
  serve<T>(client: OutsideClient, work: () => T): T {
    return this.#trace.ofClient(client, work)
  }

  /** A request that was carried out and changed nothing. */
  read(client: OutsideClient, request: string): void {
    const { reads } = this.#of(client)
    const name = bounded(reads, request)
    reads.set(name, (reads.get(name) ?? 0) + 1)
  }

  /** A request that was carried out and changed something. To be called after it, when nothing has been awaited since. */
  changed(client: OutsideClient, request: string, message: Intervention): void {
    const { changes } = this.#of(client)
    const deed = this.#count(changes, request, { request })
    if (deed.count > MAX_RECORDED) return
    this.#trace.record(OUTSIDE_CLIENT, { kind: 'intervention', ...message })
  }

  /** A request that was refused or failed, or a connection that was closed. `error` is the name of the error. */
  failed(client: OutsideClient, request: string, error: string, message: string): void {
    const { errors } = this.#of(client)
    this.#count(errors, `${request} ${error}`, { request, error, message: message.slice(0, 500) })
  }

  /** Everything so far, in order of first appearance. */
  activity(): readonly ClientActivity[] {
    return [...this.#known.values()].map(({ client, changes, reads, errors }) => ({
      client,
      changes: [...changes.values()].map((deed) => ({ ...deed })),
      reads: Object.fromEntries([...reads].sort()),
      errors: [...errors.values()].map((error) => ({ ...error })),
    }))
  }

  #of(client: OutsideClient): Known {
    const own = { by: client.by, id: client.id.slice(0, MAX_ID_LENGTH) }
    const kept = this.#known.has(keyOf(own)) || this.#known.size < MAX_CLIENTS ? own : { ...own, id: OTHERS }
    const found = this.#known.get(keyOf(kept))
    if (found !== undefined) return found
    const known: Known = { client: kept, changes: new Map(), reads: new Map(), errors: new Map() }
    this.#known.set(keyOf(kept), known)
    return known
  }

  #count<T extends ClientDeed, D extends object>(deeds: Map<string, Mutable<T>>, key: string, first: D): ClientDeed {
    const name = bounded(deeds, key)
    const nowMs = this.#clock.nowMs()
    const known = deeds.get(name)
    if (known === undefined) {
      const request = name === OTHERS ? { request: OTHERS } : {}
      const deed = { ...first, ...request, count: 1, firstAtMs: nowMs, lastAtMs: nowMs } as unknown as Mutable<T>
      deeds.set(name, deed)
      return deed
    }
    known.count += 1
    known.lastAtMs = nowMs
    return known
  }
}

const keyOf = ({ by, id }: OutsideClient): string => `${by} ${id}`

/** `key`, or the name of all others once there are too many. */
const bounded = (known: ReadonlyMap<string, unknown>, key: string): string =>
  known.has(key) || known.size < MAX_REQUESTS ? key : OTHERS
