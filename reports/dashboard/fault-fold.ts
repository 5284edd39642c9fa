import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isOfRelease } from '../run/release-faults.ts'
import type { FaultRow } from './state.ts'

/** The faults that have begun, each with its first onset and its number of devices. */
export class FaultFold {
  readonly #version: string
  readonly #faults = new Map<number, FaultRow>()

  constructor({ release }: TraceHeader) {
    this.#version = release.version
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
      ofRelease: isOfRelease(record, this.#version),
      devices: 0,
      ...(target !== undefined && { target }),
    }
    this.#faults.set(fault, { ...known, devices: known.devices + (thing === null ? 0 : 1) })
  }
}
