import type { persistenceOf } from './aedes-internals.ts'
import { BROKER_LIMITS } from './broker-limits.ts'

/** What the broker keeps for clients from outside, to be bounded. */
export interface SessionLimits {
  /** Messages that are kept per client that is away, by client id. */
  readonly queued: Map<string, number>
  /** Client ids with a session that outlives its connection. */
  readonly sessions: Set<string>
}

/** Drops messages for a client that is away once so many are kept for it. */
export function boundSessions(persistence: ReturnType<typeof persistenceOf>, { queued }: SessionLimits): void {
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence)
  const clear = persistence.outgoingClearMessageId.bind(persistence)
  persistence.outgoingEnqueueCombi = (subscriptions, packet) =>
    enqueue(
      subscriptions.filter(({ clientId }) => {
        const count = queued.get(clientId) ?? 0
        if (count >= BROKER_LIMITS.maxQueuedMessages) return false
        queued.set(clientId, count + 1)
        return true
      }),
      packet,
    )
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet)
    if (cleared !== undefined) queued.set(client.id, Math.max(0, (queued.get(client.id) ?? 0) - 1))
    return cleared
  }
}
