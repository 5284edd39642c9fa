import type { HealthMonitor } from '../device/health-monitor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DeviceLink } from '../kernel/link.ts'
import type { Episodes } from '../plant/episodes.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

/** The bursts in which a device's samples are lost by the plant's noise. */
export class SampleLoss {
  readonly #bursts: Episodes
  readonly #clock: Clock

  constructor(bursts: Episodes, clock: Clock) {
    this.#bursts = bursts
    this.#clock = clock
  }

  /** Whether a sample that is sent now is lost. */
  get isLosing(): boolean {
    return this.#bursts.isActiveAt(this.#minute)
  }

  /** Before the first sample of a burst, those that were deferred are written: they were not lost. */
  settle(monitor: HealthMonitor): void {
    const from = this.#minute
    const burst = this.#bursts.next(from, DAY_MINUTES)
    const atMs = (burst?.from ?? from + DAY_MINUTES) * MINUTE_MS
    this.#clock.at(Math.max(atMs, this.#clock.nowMs()), () => {
      if (burst !== null) monitor.unsettle()
      this.#clock.after(MINUTE_MS, () => this.settle(monitor))
    })
  }

  /** The link, on which these samples never arrive. They are all that a device sends at QoS 0. */
  on(link: DeviceLink): DeviceLink {
    return {
      connect: () => link.connect(),
      disconnect: () => link.disconnect(),
      publish: (topic, payload, qos) => {
        if (qos !== 0 || !this.isLosing) link.publish(topic, payload, qos)
      },
      subscribe: (filters, onGranted) => link.subscribe(filters, onGranted),
      unsubscribe: (filters) => link.unsubscribe(filters),
    }
  }

  get #minute(): number {
    return Math.floor(this.#clock.nowMs() / MINUTE_MS)
  }
}
