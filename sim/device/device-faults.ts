import type { DeviceView, Fault } from '../faults/families/fault.ts'
import type { Trace } from '../kernel/trace.ts'

/** A fault of the scenario that concerns this device, with its place in the scenario's list. */
export interface DeviceFault {
  readonly index: number
  readonly fault: Fault
  /** Whether it acts while this version runs, or on a deployment that brings it. */
  readonly actsOn: (version: string) => boolean
  /** When it was injected into a world that was under way; absent for one of the scenario. */
  readonly sinceMs?: number
}

/** The faults of one device, and which of them it has felt. */
export class DeviceFaults {
  readonly #thing: string
  readonly #faults: DeviceFault[]
  readonly #trace: Trace
  readonly #device: DeviceView
  readonly #started = new Set<number>()

  constructor(thing: string, faults: readonly DeviceFault[], trace: Trace, device: DeviceView) {
    this.#thing = thing
    this.#faults = [...faults]
    this.#trace = trace
    this.#device = device
  }

  get device(): DeviceView {
    return this.#device
  }

  /** Whether what the neighbours run matters to this device. */
  get watchPeers(): boolean {
    return this.#faults.some(({ fault }) => fault.when !== undefined)
  }

  /** One more, from now on. */
  add(one: DeviceFault): void {
    this.#faults.push(one)
  }

  /** Those of this version, resting ones included. */
  of(version: string): readonly DeviceFault[] {
    return this.#faults.filter(({ actsOn }) => actsOn(version))
  }

  acts({ fault }: DeviceFault): boolean {
    return fault.when?.(this.#device) ?? true
  }

  hasStarted({ index }: DeviceFault): boolean {
    return this.#started.has(index)
  }

  /** The ground truth: this fault begins to act on this device. */
  announce({ index, fault }: DeviceFault): void {
    if (this.#started.has(index)) return
    this.#started.add(index)
    const thing = this.#thing
    this.#trace.record(`fault/${index}/${thing}`, { kind: 'fault-started', fault: index, faultKind: fault.kind, thing })
  }
}
