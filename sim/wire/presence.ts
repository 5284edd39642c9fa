import { createHash } from 'node:crypto'

/** The event of a client that connected or went, as IoT Core publishes it. [source: presence-events] */
export interface PresenceEvent {
  readonly clientId: string
  /** Milliseconds of the epoch. */
  readonly timestamp: number
  readonly eventType: 'connected' | 'disconnected'
  readonly sessionIdentifier: string
  readonly principalIdentifier: string
  readonly versionNumber: number
  readonly ipAddress?: string
  readonly clientInitiatedDisconnect?: boolean
  readonly disconnectReason?: string
}

export const presenceTopic = (eventType: PresenceEvent['eventType'], clientId: string): string =>
  `$aws/events/presence/${eventType}/${clientId}`

/** Clients that are away whose session numbers are kept; the one that went first is forgotten first. */
const MAX_AWAY = 10_000

/** Makes the presence events of every client; the number of a client's session grows with each of its connections. */
export class Presence {
  readonly #nowMs: () => number
  /** The session numbers of clients that are connected, and of those that are away. */
  readonly #connected = new Map<string, number>()
  readonly #away = new Map<string, number>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  connected(clientId: string): PresenceEvent {
    const last = this.#connected.get(clientId) ?? this.#away.get(clientId) ?? -1
    this.#away.delete(clientId)
    this.#connected.set(clientId, last + 1)
    return { ...this.#event(clientId, 'connected'), ipAddress: '127.0.0.1' }
  }

  disconnected(clientId: string, disconnectReason: string): PresenceEvent {
    const clientInitiatedDisconnect = disconnectReason === 'CLIENT_INITIATED_DISCONNECT'
    const event = { ...this.#event(clientId, 'disconnected'), clientInitiatedDisconnect, disconnectReason }
    this.#connected.delete(clientId)
    this.#away.delete(clientId)
    this.#away.set(clientId, event.versionNumber)
    if (this.#away.size > MAX_AWAY) this.#away.delete(this.#away.keys().next().value as string)
    return event
  }

  #event(clientId: string, eventType: PresenceEvent['eventType']): PresenceEvent {
    const versionNumber = this.#connected.get(clientId) ?? this.#away.get(clientId) ?? 0
    return {
      clientId,
      timestamp: this.#nowMs(),
      eventType,
      sessionIdentifier: uuidOf(`${clientId}/${versionNumber}`),
      principalIdentifier: sha256(clientId),
      versionNumber,
    }
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The same for the same text, in the form of a UUID. */
const uuidOf = (text: string): string => sha256(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
