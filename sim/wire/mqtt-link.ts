import type { Socket } from 'node:net'
import mqtt, { type MqttClient } from 'mqtt'
import type { InFlight } from '../kernel/in-flight.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { OwnAccess } from './broker.ts'
import { NEVER_MS } from './broker-limits.ts'

/** Kinds of in-flight work on a link. A publish counts until the broker has handled it, a delivery until the device has. */
type Kind = 'publish' | 'delivery' | 'acknowledgement' | 'connection'

/** The client id in the name of a connection. */
export const clientIdOf = (connection: string): string => connection.slice(0, connection.lastIndexOf(' '))

/** One device's own mqtt.js connection to the broker, and its share of what is in flight. */
export class MqttLink implements DeviceLink {
  readonly #clientId: string
  readonly #access: OwnAccess
  readonly #inFlight: InFlight
  readonly #events: DeviceLinkEvents
  readonly #onLost: (cause: Error | undefined) => void
  readonly #inWork = new Map<Kind, number>()
  #client: MqttClient | null = null
  #connections = 0
  #isLeaving = false
  /** It waits for a slot to connect. */
  #isWaiting = false
  /** What the present connection failed with. */
  #error: Error | undefined
  /** The present connection ends for a reason that is known: an outage, the end of the run, or a takeover. */
  #isExpectedToEnd = false

  /** `onLost`: a connection ended, or could not be made, for no reason that the twin knows. */
  constructor(
    clientId: string,
    access: OwnAccess,
    inFlight: InFlight,
    events: DeviceLinkEvents,
    onLost: (cause: Error | undefined) => void,
  ) {
    this.#onLost = onLost
    this.#clientId = clientId
    this.#access = access
    this.#inFlight = inFlight
    this.#events = events
  }

  /** The name of the present connection, by which the broker tells it from an earlier one and from a stranger's. */
  get connection(): string {
    return `${this.#clientId} ${this.#connections}`
  }

  connect(): void {
    this.#begin('connection')
    this.#connections += 1
    this.#isExpectedToEnd = false
    this.#isWaiting = true
    this.#access.slots.enter(() => this.#open())
  }

  #open(): void {
    const { slots } = this.#access
    if (!this.#isWaiting) return slots.left()
    this.#isWaiting = false
    let hasSlot = true
    const leaveSlot = (): void => {
      if (hasSlot) slots.left()
      hasSlot = false
    }
    const client = mqtt.connect({
      host: '127.0.0.1',
      port: this.#access.port,
      username: this.connection,
      password: this.#access.password,
      clientId: this.#clientId,
      protocolVersion: 4, // aedes speaks 3.1.1 only
      clean: true,
      keepalive: 0, // keep-alive would run on real time
      connectTimeout: NEVER_MS, // simulated time waits for the connection, however long the machine sleeps
      reconnectPeriod: 0, // the nucleus decides when to reconnect, in simulated time
      queueQoSZero: false,
      resubscribe: false,
    })
    this.#client = client
    client.on('connect', () => {
      leaveSlot()
      // A device writes once per minute and gets no immediate answer: with Nagle each write waits for a delayed ACK.
      const socket = client.stream as unknown as Socket
      socket.setNoDelay(true)
      this.#events.onConnected()
      this.#end('connection')
    })
    client.on('message', (topic, payload) => {
      const parsed = parseJson(payload)
      // A client from outside may publish anything to a topic that is no service's own.
      if (parsed !== undefined) this.#events.onMessage(topic, parsed)
      this.#end('delivery')
    })
    client.on('close', () => {
      leaveSlot()
      this.#closed(client)
    })
    client.on('error', (error) => {
      this.#error = error
      client.end(true) // the close that follows notifies the device
    })
  }

  disconnect(): void {
    const client = this.#client
    if (this.#isWaiting) return this.#leaveQueue()
    if (client === null) return
    // In flight until the broker has noticed as well: until then it would deliver into a closed socket.
    if (!this.#isLeaving) this.#inFlight.begin('disconnection')
    this.#isLeaving = true
    this.#isExpectedToEnd = true
    client.end(true)
  }

  /** It was about to connect. */
  #leaveQueue(): void {
    this.#isWaiting = false
    this.#end('connection')
    this.#events.onDisconnected()
  }

  /** The broker has noticed that a connection is gone. */
  gone(): void {
    if (this.#isLeaving) this.#inFlight.end('disconnection')
    this.#isLeaving = false
  }

  publish(topic: string, payload: object, qos: 0 | 1): void {
    const client = this.#client
    if (client === null) return
    this.#begin('publish')
    if (qos === 0) {
      client.publish(topic, JSON.stringify(payload), { qos })
      return
    }
    this.#begin('acknowledgement')
    client.publish(topic, JSON.stringify(payload), { qos }, () => this.#end('acknowledgement'))
  }

  subscribe(filters: readonly string[], onGranted: () => void): void {
    const client = this.#client
    if (client === null) return
    this.#begin('acknowledgement')
    client.subscribe([...filters], { qos: 1 }, (error) => {
      if (error === null || error === undefined) onGranted()
      this.#end('acknowledgement')
    })
  }

  unsubscribe(filters: readonly string[]): void {
    const client = this.#client
    if (client === null) return
    this.#begin('acknowledgement')
    client.unsubscribe([...filters], () => this.#end('acknowledgement'))
  }

  /** A client from outside takes this connection over. */
  takenOver(connection: string): void {
    if (connection === this.connection) this.#isExpectedToEnd = true
  }

  /** The broker has handled a publish on this connection. */
  publishDone(connection: string): void {
    if (connection === this.connection) this.#end('publish')
  }

  /** The broker is about to write a message to this connection. */
  forwarded(connection: string): void {
    if (connection === this.connection) this.#begin('delivery')
  }

  /** Ends the connection without a reconnect; resolves when the socket is closed. */
  async close(): Promise<void> {
    const client = this.#client
    this.#isExpectedToEnd = true
    this.#isWaiting = false
    if (client !== null) await client.endAsync(true)
  }

  #closed(client: MqttClient): void {
    if (this.#client !== client) return
    this.#client = null
    // Requests in flight on a broken connection will never be answered.
    for (const [kind, count] of this.#inWork) {
      for (let i = 0; i < count; i++) this.#inFlight.end(kind)
    }
    this.#inWork.clear()
    if (!this.#isExpectedToEnd) this.#onLost(this.#error)
    this.#error = undefined
    this.#events.onDisconnected()
  }

  #begin(kind: Kind): void {
    this.#inWork.set(kind, (this.#inWork.get(kind) ?? 0) + 1)
    this.#inFlight.begin(kind)
  }

  #end(kind: Kind): void {
    const count = this.#inWork.get(kind) ?? 0
    if (count === 0) return // already ended when the connection closed
    this.#inWork.set(kind, count - 1)
    this.#inFlight.end(kind)
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return undefined
  }
}
