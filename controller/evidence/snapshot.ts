import type { HealthReportV2 } from '../contract.ts'
import { own } from '../support/own.ts'

/** A health document of either version, accepted by the parser (health.ts), with the members of version 2.0. */
export interface HealthSample extends Omit<HealthReportV2, 'schema'> {
  /** Version 2.0 counts since `sequence` 1; version 1.0 only over the minute before `sampledAtMs`. */
  readonly schema: '1.0' | '2.0'
}

/** The last readable sample of every device at one evaluation, by thing name. */
export interface Snapshot {
  /** By the clock of the function that evaluated. */
  readonly atMs: number
  /** Time of the event that triggered the evaluation; absent where none did. */
  readonly eventAtMs?: number
  readonly devices: Readonly<Record<string, HealthSample>>
  /**
   * When devices that reported nothing new at this evaluation last did, by the clock of the functions; absent where all
   * did.
   */
  readonly heardAtMs?: Readonly<Record<string, number>>
  /** Devices whose time since the snapshot before is left out of a baseline; never stored. */
  readonly leftOut?: ReadonlySet<string>
  /**
   * When devices that had been away for longer than makes them lost reported again, by the same clock, as long as that
   * is no older; absent where none did.
   */
  readonly returnedAtMs?: Readonly<Record<string, number>>
}

/** Names of the devices of a snapshot that was made here: listing the names of a dictionary sorts them. */
const known = new WeakMap<Snapshot['devices'], readonly string[]>()

/** The last readable sample of every device: a device that reports nothing new keeps its old one. */
export function toSnapshot(
  readings: readonly { readonly thing: string; readonly sample: HealthSample | null }[],
  atMs: number,
): Snapshot {
  // Without a prototype it is a dictionary from the first name on, and no name has a meaning of its own.
  const devices: Record<string, HealthSample> = Object.create(null)
  const things: string[] = []
  for (const { thing, sample } of readings) {
    if (sample === null) continue
    devices[thing] = sample
    things.push(thing)
  }
  known.set(devices, things)
  return { atMs, devices }
}

export const thingsOf = ({ devices }: Snapshot): readonly string[] => known.get(devices) ?? Object.keys(devices)

/** When a device last reported before the evaluation that follows this one. */
export const lastHeardMs = ({ atMs, heardAtMs }: Snapshot, thing: string): number => own(heardAtMs, thing) ?? atMs
