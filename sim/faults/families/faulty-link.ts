import { Priority } from '../../kernel/clock.ts'
import type { DeviceLink, DeviceLinkEvents } from '../../kernel/link.ts'
import { type FaultWindow, isWithin } from './fault-window.ts'
import type { FaultWorld } from './fault-world.ts'
import type { IndexedFault } from './indexed-fault.ts'
import type { ReportFault } from './report-fault.ts'

export type IndexedReportFault = IndexedFault<FaultWindow, ReportFault>

/** The link of a device with faults on what it sends; what it receives is unchanged. */
export class FaultyLink implements DeviceLink {
  readonly #thing: string
  readonly #faults: readonly IndexedReportFault[]
  readonly #world: FaultWorld
  readonly #link: DeviceLink
  #isConnected = false

  constructor(
    thing: string,
    faults: readonly IndexedReportFault[],
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

  /** The message is lost if the device is not connected by then. */
  #publishLater(topic: string, payload: object, qos: 0 | 1): void {
    if (this.#isConnected) this.#link.publish(topic, payload, qos)
  }

  #delaysMs(qos: 0 | 1): readonly number[] {
    const sinceMs = this.#world.sinceMs()
    return this.#faults.reduce<readonly number[]>((delaysMs, { index, spec, fault }) => {
      if ((fault.of === 'samples') !== (qos === 0) || !isWithin(spec, sinceMs)) return delaysMs
      const own = fault.delaysMs(sinceMs)
      if (own === null) return delaysMs
      this.#world.actsOnDevice(index, spec.kind, this.#thing)
      return delaysMs.flatMap((delayMs) => own.map((moreMs) => delayMs + moreMs))
    }, ON_TIME)
  }
}

const ON_TIME = [0]
