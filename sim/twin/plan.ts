import type { StageName } from '../../controller/contract.ts'
import type { Quotas } from '../cloud/base/quotas.ts'
import type { FaultSpec } from '../faults/catalogue.ts'
import type { Seed } from '../kernel/random.ts'
import type { RecordedTrack } from '../plant/recording.ts'
import type { PlantSettings } from '../plant/settings.ts'

/** One device of the plant. */
export interface DevicePlan {
  readonly thing: string
  readonly line: number
  readonly stage: StageName
  readonly attributes: Readonly<Record<string, string>>
}

/** What a twin is built from. */
export interface TwinPlan {
  readonly seed: Seed
  /** Start of simulated time. */
  readonly startMs: number
  /** IANA zone of the site. */
  readonly zone: string
  readonly plant: PlantSettings
  readonly devices: readonly DevicePlan[]
  /** Versions that every device runs at the start, by component name. */
  readonly installed: Readonly<Record<string, string>>
  /** Further component versions that can be deployed. */
  readonly deployable: readonly { readonly name: string; readonly version: string }[]
  readonly schemaOf: (firmwareVersion: string) => '1.0' | '2.0'
  readonly faults: readonly FaultSpec[]
  readonly quotas: Quotas
  /** Recorded telemetry that replaces synthetic telemetry; the recordings begin at `startMs`. */
  readonly recorded: { readonly startMs: number; readonly tracks: readonly RecordedTrack[] }
}
