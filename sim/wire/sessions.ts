import type { PublishPacket } from 'aedes'
import type { Quotas } from '../cloud/base/quotas.ts'
import type { Persistence } from './aedes-internals.ts'
import { TopicFilters } from './topic-filters.ts'

/**
 * The sessions that the broker keeps for clients from outside that are away: how many, how many messages for each, and
 * for how long in simulated time. [source: session-expiry]
 */
export class Sessions {
  readonly #persistence: Persistence
  readonly #quotas: Quotas
  readonly #nowMs: () => number
  /** Messages that are kept for each client that is away. */
  readonly #queued = new Map<string, number>()
  readonly #known = new Set<string>()
  /** When the clients that are away went, the earliest first. */
  readonly #awaySinceMs = new Map<string, number>()
  /** What they are subscribed to. */
  readonly #awayFilters = new TopicFilters()
  #owed = 0

  constructor(persistence: Persistence, quotas: Quotas, nowMs: () => number) {
    this.#persistence = persistence
    this.#quotas = quotas
    this.#nowMs = nowMs
    this.#bound()
  }

  /** A client connects. False where there is no room for one more session. */
  async opened(clientId: string, isClean: boolean): Promise<boolean> {
    await this.#expire()
    this.#isBack(clientId)
    if (isClean) await this.#forget(clientId)
    else if (!this.#known.has(clientId) && this.#known.size >= this.#quotas.persistentSessions) return false
    else this.#known.add(clientId)
    return true
  }

  /** A client has gone. */
  async closed(clientId: string): Promise<void> {
    if (!this.#known.has(clientId)) return
    this.#awaySinceMs.set(clientId, this.#nowMs())
    const kept = await this.#persistence.subscriptionsByClient({ id: clientId })
    if (this.#awaySinceMs.has(clientId)) for (const { topic } of kept) this.#awayFilters.add(clientId, topic)
  }

  /** Whether a client that is away is subscribed to this topic. */
  awaits(topic: string): boolean {
    return this.#awaySinceMs.size > 0 && this.#awayFilters.matches(topic)
  }

  /**
   * Keeps a message of a service for the clients that are away and asked for it with QoS 1; those that are here get it at
   * QoS 0, at which the broker's library keeps nothing.
   */
  async owe(packet: PublishPacket): Promise<void> {
    const subscriptions = await this.#persistence.subscriptionsByTopic(packet.topic)
    const away = new Map(subscriptions.filter(({ clientId }) => this.#awaySinceMs.has(clientId)).map(byClient))
    this.#owed += 1
    const owed = { ...packet, qos: 1, brokerId: 'services', brokerCounter: this.#owed }
    await this.#persistence.outgoingEnqueueCombi([...away.values()], owed)
  }

  #isBack(clientId: string): void {
    this.#awaySinceMs.delete(clientId)
    this.#awayFilters.removeClient(clientId)
  }

  async #expire(): Promise<void> {
    const earliestMs = this.#nowMs() - this.#quotas.sessionExpiryMs
    for (const [clientId, sinceMs] of this.#awaySinceMs) {
      if (sinceMs > earliestMs) return
      await this.#forget(clientId)
    }
  }

  async #forget(clientId: string): Promise<void> {
    this.#isBack(clientId)
    if (!this.#known.delete(clientId)) return
    const client = { id: clientId }
    await this.#persistence.cleanSubscriptions(client)
    for await (const packet of this.#persistence.outgoingStream(client)) {
      await this.#persistence.outgoingClearMessageId(client, packet)
    }
    this.#queued.delete(clientId)
  }

  /** Drops messages for a client that is away once so many are kept for it, or its session has expired. */
  #bound(): void {
    const persistence = this.#persistence
    const enqueue = persistence.outgoingEnqueueCombi.bind(persistence)
    const clear = persistence.outgoingClearMessageId.bind(persistence)
    persistence.outgoingEnqueueCombi = (subscriptions, packet) =>
      enqueue(
        subscriptions.filter(({ clientId }) => this.#hasRoom(clientId)),
        packet,
      )
    persistence.outgoingClearMessageId = async (client, packet) => {
      const cleared = await clear(client, packet)
      if (cleared !== undefined) this.#queued.set(client.id, Math.max(0, (this.#queued.get(client.id) ?? 0) - 1))
      return cleared
    }
  }

  #hasRoom(clientId: string): boolean {
    const count = this.#queued.get(clientId) ?? 0
    const sinceMs = this.#awaySinceMs.get(clientId)
    const isExpired = sinceMs !== undefined && this.#nowMs() - sinceMs >= this.#quotas.sessionExpiryMs
    if (isExpired || count >= this.#quotas.queuedMessages) return false
    this.#queued.set(clientId, count + 1)
    return true
  }
}

/** Filters that overlap are one delivery. */
const byClient = <T extends { readonly clientId: string }>(one: T): [string, T] => [one.clientId, one]
