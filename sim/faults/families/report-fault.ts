import { Priority } from '../../kernel/clock.ts'
import type { DeviceLink, DeviceLinkEvents } from '../../kernel/link.ts'
import { type FaultWindow, isWithin } from './fault-window.ts'
import type { FaultWorld } from './fault-world.ts'

/** A fault of what one device sends. Its chance goes by virtual time, so that the order on a socket cannot show. */
export interface ReportFault {
  readonly kind: string
  readonly window: FaultWindow
  /** Samples go out at QoS 0; everything else at QoS 1, to be acknowledged. */
  readonly of: 'samples' | 'acknowledged'
  /** How much later each copy of a message of this time arrives; none when it is lost; null when nothing happens to it. */
  delaysMs(sinceMs: number): readonly number[] | null
}

export interface PlacedReportFault {
  readonly index: number
  readonly fault: ReportFault
}

/** The device's link with the faults on what it sends; what it receives is left alone. */
export class FaultyLink implements DeviceLink {
  readonly #thing: string
  readonly #faults: readonly PlacedReportFault[]
  readonly #world: FaultWorld
  readonly #link: DeviceLink
  #isConnected = false

  constructor(
    thing: string,
    faults: readonly PlacedReportFault[],
    world: FaultWorld,
    link: (events: DeviceLinkEvents) => DeviceLink,
    events: DeviceLinkEvents,
  ) {
    this.#thing = thing
    this.#faults = faults
    this.#world = world
    this.#link = link({
      onConnected: () => {
        this.#isConnected = true
        events.onConnected()
      },
      onDisconnected: () => {
        this.#isConnected = false
        events.onDisconnected()
      },
      onMessage: (topic, payload) => events.onMessage(topic, payload),
    })
  }

  connect(): void {
    this.#link.connect()
  }

  disconnect(): void {
    this.#link.disconnect()
  }

  subscribe(filters: readonly string[], onGranted: () => void): void {
    this.#link.subscribe(filters, onGranted)
  }

  unsubscribe(filters: readonly string[]): void {
    this.#link.unsubscribe(filters)
  }

  publish(topic: string, payload: object, qos: 0 | 1): void {
    for (const delayMs of this.#delaysMs(qos)) {
      if (delayMs === 0) this.#link.publish(topic, payload, qos)
      else this.#world.clock.after(delayMs, () => this.#publishLater(topic, payload, qos), Priority.delivery)
    }
  }

  /** Whoever is not connected by then has lost it. */
  #publishLater(topic: string, payload: object, qos: 0 | 1): void {
    if (this.#isConnected) this.#link.publish(topic, payload, qos)
  }

  #delaysMs(qos: 0 | 1): readonly number[] {
    const sinceMs = this.#world.sinceMs()
    return this.#faults.reduce<readonly number[]>((delaysMs, { index, fault }) => {
      if ((fault.of === 'samples') !== (qos === 0) || !isWithin(fault.window, sinceMs)) return delaysMs
      const own = fault.delaysMs(sinceMs)
      if (own === null) return delaysMs
      this.#world.actsOnDevice(index, fault.kind, this.#thing)
      return delaysMs.flatMap((delayMs) => own.map((moreMs) => delayMs + moreMs))
    }, USUAL)
  }
}

const USUAL = [0]
