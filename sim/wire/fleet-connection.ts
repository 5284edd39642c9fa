import type { InFlight } from '../kernel/in-flight.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { OwnAccess } from './broker.ts'
import { MqttLink } from './mqtt-link.ts'

/** Not a thing's name, so the broker lets it use the topics of every thing. */
export const FLEET_CLIENT_ID = 'fleet-rehearsal'

const THINGS = '$aws/things/'

/**
 * One MQTT connection that all devices of the fleet share: a fast mode, in which no single device can lose its connection.
 * What is written at one instant is sent together.
 */
export class FleetConnection {
  readonly connection: MqttLink
  readonly #inFlight: InFlight
  readonly #shares = new Map<string, Share>()
  #state: 'closed' | 'opening' | 'open' = 'closed'

  constructor(access: OwnAccess, inFlight: InFlight, onLost: (cause: Error | undefined) => void) {
    this.#inFlight = inFlight
    this.connection = new MqttLink(
      FLEET_CLIENT_ID,
      access,
      inFlight,
      {
        onConnected: () => {
          this.#state = 'open'
          for (const share of this.#shares.values()) share.opened()
        },
        onDisconnected: () => {
          this.#state = 'closed'
          for (const share of this.#shares.values()) share.closed()
        },
        onMessage: (topic, payload) => this.#shares.get(thingOf(topic))?.deliver(topic, payload),
      },
      onLost,
    )
  }

  link(thing: string, events: DeviceLinkEvents): DeviceLink {
    const share = new Share(this, events)
    this.#shares.set(thing, share)
    return share
  }

  /** Opens the connection for the first share that joins; calls `opened` of each share once it is open. */
  join(share: Share): void {
    if (this.#state === 'open') this.later(() => share.opened())
    if (this.#state !== 'closed') return
    this.#state = 'opening'
    this.connection.connect()
  }

  /** Runs `action` after the current call, before the clock advances. */
  later(action: () => void): void {
    this.#inFlight.begin('connection')
    queueMicrotask(() => {
      action()
      this.#inFlight.end('connection')
    })
  }
}

/** A device's share of the connection. */
class Share implements DeviceLink {
  readonly #fleet: FleetConnection
  readonly #events: DeviceLinkEvents
  readonly #filters = new Set<string>()
  #isWanted = false
  #isOpen = false

  constructor(fleet: FleetConnection, events: DeviceLinkEvents) {
    this.#fleet = fleet
    this.#events = events
  }

  connect(): void {
    this.#isWanted = true
    this.#fleet.join(this)
  }

  disconnect(): void {
    this.#isWanted = false
    if (this.#filters.size > 0) this.#fleet.connection.unsubscribe([...this.#filters])
    this.#fleet.later(() => this.closed())
  }

  publish(topic: string, payload: object, qos: 0 | 1): void {
    if (this.#isOpen) this.#fleet.connection.publish(topic, payload, qos)
  }

  subscribe(filters: readonly string[], onGranted: () => void): void {
    if (!this.#isOpen) return
    for (const filter of filters) this.#filters.add(filter)
    this.#fleet.connection.subscribe(filters, () => {
      if (this.#isOpen) onGranted()
    })
  }

  unsubscribe(filters: readonly string[]): void {
    for (const filter of filters) this.#filters.delete(filter)
    if (this.#isOpen) this.#fleet.connection.unsubscribe(filters)
  }

  opened(): void {
    if (!this.#isWanted || this.#isOpen) return
    this.#isOpen = true
    this.#events.onConnected()
  }

  closed(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#filters.clear()
    this.#events.onDisconnected()
  }

  deliver(topic: string, payload: unknown): void {
    if (this.#isOpen) this.#events.onMessage(topic, payload)
  }
}

const thingOf = (topic: string): string => topic.slice(THINGS.length, topic.indexOf('/', THINGS.length))
