import type { DeviceView, ProcessFault } from '../faults/families/process-fault.ts'
import type { Trace } from '../kernel/trace.ts'
import type { FaultOrigin } from '../kernel/trace-events.ts'

/** A fault that may act on this device. */
export interface DeviceFault {
  /** Index in the scenario's list of faults. */
  readonly index: number
  readonly kind: string
  readonly origin: FaultOrigin
  readonly fault: ProcessFault
  /** Whether it acts while this version runs, or on a deployment that installs it. */
  readonly actsOn: (version: string) => boolean
  /** When it was injected into a running rehearsal; absent for a fault of the scenario. */
  readonly sinceMs?: number
}

/** The faults of one device, and which of them have begun to act. */
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

  /** Whether the versions of the line peers matter to this device. */
  get watchesPeers(): boolean {
    return this.#faults.some(({ fault }) => fault.when !== undefined)
  }

  /** Adds one from now on. */
  add(one: DeviceFault): void {
    this.#faults.push(one)
  }

  /** The faults of this version, inactive ones included. */
  of(version: string): readonly DeviceFault[] {
    return this.#faults.filter(({ actsOn }) => actsOn(version))
  }

  /** The active faults of this version that satisfy the condition. */
  active(version: string, isOfSort: (one: DeviceFault) => boolean): readonly DeviceFault[] {
    return this.of(version).filter((one) => isOfSort(one) && this.isActive(one))
  }

  isActive({ fault }: DeviceFault): boolean {
    return fault.when?.(this.#device) ?? true
  }

  hasStarted({ index }: DeviceFault): boolean {
    return this.#started.has(index)
  }

  /** Records the ground truth, once: this fault begins to act on this device. */
  recordOnset({ index, kind: faultKind, origin }: DeviceFault): void {
    if (this.#started.has(index)) return
    this.#started.add(index)
    const thing = this.#thing
    this.#trace.record(`fault/${index}/${thing}`, { kind: 'fault-started', fault: index, faultKind, thing, ...origin })
  }
}
