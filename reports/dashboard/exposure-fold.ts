import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { DashboardState } from './state.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Which devices have run the release, and for how long. */
export class ExposureFold {
  readonly #version: string
  readonly #exposed = new Set<string>()
  /** Devices that run the release, and since when. */
  readonly #since = new Map<string, number>()
  readonly #steps: [number, number][] = []
  /** Of the devices that run it no more. */
  #exposedMs = 0

  constructor(header: TraceHeader) {
    this.#version = header.release.version
  }

  take(record: TraceRecord): void {
    if (record.kind !== 'firmware-started') return
    const { thing, version, atMs } = record
    if (version === this.#version) this.#began(thing, atMs)
    else this.#ended(thing, atMs)
  }

  at(nowMs: number): DashboardState['exposure'] {
    let ms = this.#exposedMs
    for (const sinceMs of this.#since.values()) ms += nowMs - sinceMs
    return { devices: this.#exposed.size, deviceHours: ms / HOUR_MS, steps: this.#steps }
  }

  #began(thing: string, atMs: number): void {
    if (!this.#exposed.has(thing)) {
      this.#exposed.add(thing)
      this.#stepUp(atMs)
    }
    if (!this.#since.has(thing)) this.#since.set(thing, atMs)
  }

  #ended(thing: string, atMs: number): void {
    const sinceMs = this.#since.get(thing)
    if (sinceMs === undefined) return
    this.#exposedMs += atMs - sinceMs
    this.#since.delete(thing)
  }

  /** Devices that come within a minute make one step. */
  #stepUp(atMs: number): void {
    const last = this.#steps.at(-1)
    if (last !== undefined && atMs - last[0] < MINUTE_MS) last[1] = this.#exposed.size
    else this.#steps.push([atMs, this.#exposed.size])
  }
}
