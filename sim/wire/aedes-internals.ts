import type { Socket } from 'node:net'
import type { Aedes, Client } from 'aedes'

/** Parts of aedes 1.2 that its types do not show, pinned by the tests of the broker. */

/** A packet as its parser hands it on. */
export type MqttPacket =
  | { cmd: 'connect'; protocolVersion: number; keepalive: number; clientId: string; clean: boolean }
  | { cmd: 'subscribe'; subscriptions: { topic: string; qos: number }[] }
  | { cmd: 'unsubscribe'; unsubscriptions: string[] }
  | { cmd: 'publish'; topic: string }
  | { cmd: 'puback' | 'pingreq' | 'disconnect' }

interface Parser {
  /** The packet that is being read: its length is known before its content has arrived. */
  readonly packet: { readonly length: number } | null
  parse(chunk: Buffer): number
  listeners(event: 'packet'): ((this: Parser, packet: MqttPacket) => void)[]
  removeAllListeners(event: 'packet'): void
  on(event: 'packet', listener: (packet: MqttPacket) => void): void
}

interface Internals {
  readonly _parser: Parser
  readonly conn: Socket
  readonly subscriptions: Readonly<Record<string, unknown>>
  readonly clean: boolean
  waitForDrain(done: (error: Error | null, client: Client) => void): void
  emit(event: 'error', error: Error): void
}

interface Stored {
  readonly clientId: string
}

/** What aedes keeps for clients that are away. */
export interface Persistence {
  createRetainedStreamCombi(filters: readonly string[]): unknown
  subscriptionsByClient(client: { readonly id: string }): Promise<readonly { readonly topic: string }[]>
  /** Those with QoS 1, of every session. */
  subscriptionsByTopic(topic: string): Promise<readonly Stored[]>
  outgoingEnqueueCombi(subscriptions: readonly Stored[], packet: object): Promise<void>
  outgoingStream(client: { readonly id: string }): AsyncIterable<object>
  cleanSubscriptions(client: { readonly id: string }): Promise<void>
  outgoingClearMessageId(client: { readonly id: string }, packet: object): Promise<unknown>
}

export const internalsOf = (client: Client): Internals => client as unknown as Internals

/** The connected clients by id. */
export const clientsOf = (aedes: Aedes): Readonly<Record<string, Client>> =>
  (aedes as unknown as { clients: Record<string, Client> }).clients

export const persistenceOf = (aedes: Aedes): Persistence =>
  (aedes as unknown as { persistence: Persistence }).persistence

/** Ends a connection as aedes does on an error of its own. */
export const closeWith = (client: Client, reason: string): void => internalsOf(client).emit('error', new Error(reason))
