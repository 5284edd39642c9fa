import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { MessageQueue } from './message-queue.ts'

/** What a link needs of the level it belongs to. */
export interface Exchange {
  readonly queue: MessageQueue
  /** A publish of this device has arrived. */
  receive(thing: string, topic: string, payload: object): void
  subscribe(topic: string, link: DirectLink): void
  unsubscribe(topic: string, link: DirectLink): void
}

/** One device's link without a socket: messages are objects, delivered in order. */
export class DirectLink implements DeviceLink {
  readonly thing: string
  readonly #exchange: Exchange
  readonly #events: DeviceLinkEvents
  readonly #topics = new Set<string>()
  #isConnected = false

  constructor(thing: string, exchange: Exchange, events: DeviceLinkEvents) {
    this.thing = thing
    this.#exchange = exchange
    this.#events = events
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  connect(): void {
    this.#exchange.queue.send(() => {
      this.#isConnected = true
      this.#events.onConnected()
    })
  }

  disconnect(): void {
    this.#exchange.queue.send(() => {
      if (!this.#isConnected) return
      this.#isConnected = false
      for (const topic of this.#topics) this.#exchange.unsubscribe(topic, this)
      this.#topics.clear()
      this.#events.onDisconnected()
    })
  }

  /** No message is lost, so both qualities of service are the same. */
  publish(topic: string, payload: object): void {
    this.#whileConnected(() => this.#exchange.receive(this.thing, topic, payload))
  }

  /** Devices subscribe to their own topics, without wildcards. */
  subscribe(topics: readonly string[], onGranted: () => void): void {
    this.#whileConnected(() => {
      for (const topic of topics) {
        this.#topics.add(topic)
        this.#exchange.subscribe(topic, this)
      }
      onGranted()
    })
  }

  unsubscribe(topics: readonly string[]): void {
    this.#whileConnected(() => {
      for (const topic of topics) {
        this.#topics.delete(topic)
        this.#exchange.unsubscribe(topic, this)
      }
    })
  }

  /** A message for this device has arrived; it is lost where the device is not connected then. */
  deliver(topic: string, payload: object): void {
    if (this.#isConnected) this.#events.onMessage(topic, payload)
  }

  #whileConnected(deliver: () => void): void {
    this.#exchange.queue.send(() => {
      if (this.#isConnected) deliver()
    })
  }
}
