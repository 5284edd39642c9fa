import type { Nucleus } from '../device/nucleus.ts'
import { type LinkOutageSpec, makeFault } from '../faults/catalogue.ts'
import type { FaultWorld } from '../faults/families/fault-world.ts'

/** The outages of one device's link, by faults and by the plant's noise. Where several overlap, it is back after the last. */
export class LinkOutages {
  readonly #thing: string
  readonly #nucleus: Nucleus
  readonly #world: FaultWorld
  #active = 0
  #isOffline = false

  constructor(thing: string, nucleus: Nucleus, world: FaultWorld) {
    this.#thing = thing
    this.#nucleus = nucleus
    this.#world = world
  }

  /** `sinceMs` is the origin of the fault's times; `index` is that of the fault. */
  add(index: number, spec: LinkOutageSpec, sinceMs: number): void {
    const { clock } = this.#world
    const outage = makeFault(spec, sinceMs, this.#world.chance(`fault/${index}/${this.#thing}`))
    const begin = (n: number): void => {
      this.#world.actsOnDevice(index, spec.kind, this.#thing)
      this.begin()
      clock.after(outage.durationMs(n), () => this.end())
      if (outage.periodMs !== null) clock.after(outage.periodMs, () => begin(n + 1))
    }
    clock.at(outage.firstAtMs, () => begin(0))
  }

  /** An outage begins now; `end` follows. */
  begin(): void {
    this.#active += 1
    if (!this.#isOffline) this.#nucleus.goOffline()
    this.#isOffline = true
  }

  end(): void {
    this.#active -= 1
    // Another outage may begin in this millisecond.
    this.#world.clock.after(0, () => {
      if (!this.#isOffline || this.#active > 0) return
      this.#isOffline = false
      this.#nucleus.goOnline()
    })
  }
}
