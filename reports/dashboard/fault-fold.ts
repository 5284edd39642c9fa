import type { TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { FaultRow } from './state.ts'

/** The faults that have begun, each with its first onset and its number of devices. */
export class FaultFold {
  readonly #faults = new Map<number, FaultRow>()

  /** First onset of any fault; null before. */
  get onsetAtMs(): number | null {
    return this.#faults.values().next().value?.onsetAtMs ?? null
  }

  get rows(): readonly FaultRow[] {
    return [...this.#faults.values()]
  }

  take(record: TraceRecord): void {
    if (record.kind !== 'fault-started') return
    const { fault, faultKind: kind, thing, target, atMs } = record
    const known = this.#faults.get(fault) ?? {
      kind,
      onsetAtMs: atMs,
      devices: 0,
      ...(target !== undefined && { target }),
    }
    this.#faults.set(fault, { ...known, devices: known.devices + (thing === null ? 0 : 1) })
  }
}
