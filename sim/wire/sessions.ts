import type { Quotas } from '../cloud/base/quotas.ts'
import type { Persistence } from './aedes-internals.ts'

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

  constructor(persistence: Persistence, quotas: Quotas, nowMs: () => number) {
    this.#persistence = persistence
    this.#quotas = quotas
    this.#nowMs = nowMs
    this.#bound()
  }

  /** A client connects. False where there is no room for one more session. */
  async opened(clientId: string, isClean: boolean): Promise<boolean> {
    await this.#expire()
    this.#awaySinceMs.delete(clientId)
    if (isClean) await this.#forget(clientId)
    else if (!this.#known.has(clientId) && this.#known.size >= this.#quotas.persistentSessions) return false
    else this.#known.add(clientId)
    return true
  }

  /** A client has gone. */
  closed(clientId: string): void {
    if (this.#known.has(clientId)) this.#awaySinceMs.set(clientId, this.#nowMs())
  }

  async #expire(): Promise<void> {
    const earliestMs = this.#nowMs() - this.#quotas.sessionExpiryMs
    for (const [clientId, sinceMs] of this.#awaySinceMs) {
      if (sinceMs > earliestMs) return
      await this.#forget(clientId)
    }
  }

  async #forget(clientId: string): Promise<void> {
    this.#awaySinceMs.delete(clientId)
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
