import type { HealthReportV2 } from '../contract.ts'

/** A health document of either version, accepted by the parser (health.ts), with the members of version 2.0. */
export interface HealthSample extends Omit<HealthReportV2, 'schema'> {
  /** Version 2.0 counts since `sequence` 1; version 1.0 only over the minute before `sampledAtMs`. */
  readonly schema: '1.0' | '2.0'
}

/** The last readable sample of every device at one look, by thing name. */
export interface Snapshot {
  /** By the clock of the function that looked. */
  readonly atMs: number
  /** Time of the event that asked for the look; absent where none did. */
  readonly eventAtMs?: number
  readonly devices: Readonly<Record<string, HealthSample>>
  /** When devices that told nothing new at this look last did, by the clock of the functions; absent where all did. */
  readonly heardAtMs?: Readonly<Record<string, number>>
}

/** Names of the devices of a snapshot that was made here: a dictionary has to sort its names to tell them. */
const known = new WeakMap<Snapshot['devices'], readonly string[]>()

/** The last readable sample of every device: a device that says nothing new keeps its old one. */
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

/** When a device was last heard before the look that follows this one. */
export const lastHeardMs = ({ atMs, heardAtMs }: Snapshot, thing: string): number => heardAtMs?.[thing] ?? atMs
