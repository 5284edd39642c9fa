import type { Clock } from '../../kernel/clock.ts'
import type { Stream } from '../../kernel/random.ts'
import type { Trace } from '../../kernel/trace.ts'
import type { HttpSender } from './http-sender.ts'
import type { Quotas } from './quotas.ts'
import type { RetainedMessages } from './retained-messages.ts'

/** How a cloud service sends MQTT messages to devices and other subscribers. Nothing is delivered inside the call. */
export interface Messaging {
  /** An ordinary publish: every subscriber of the topic receives it. */
  publish(topic: string, payload: object): void
  /** Straight to one connection, subscribed or not, past the broker's subscriptions. [source: job-answers] */
  reply(clientId: string, topic: string, payload: object): void
  /** False when no client would receive a publish to `topic`, so that its payload need not be made. */
  hasSubscribers(topic: string): boolean
  /** A message of a client that has no connection. Why it is refused; null if it is not. */
  accept(message: ClientMessage): string | null
  readonly retained: RetainedMessages
}

/** A message as a client publishes it. */
export interface ClientMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1
  readonly retain: boolean
}

/** What every emulated service is built from. */
export interface CloudContext {
  readonly clock: Clock
  readonly trace: Trace
  readonly messaging: Messaging
  /** Null at a level without sockets. */
  readonly http: HttpSender | null
  readonly region: string
  readonly accountId: string
  readonly quotas: Quotas
  /** The named random stream for `label`, for identifiers and delays. */
  stream(label: string): Stream
}
