import type { StageName } from '../../controller/contract.ts'
import type { TraceFinding } from '../../sim/kernel/trace-events.ts'

/** What a device is doing, one letter a device on the map; the graver ones win where several share a place. */
export const DEVICE_CODES = {
  old: '.',
  new: '+',
  starting: 'n',
  installing: 'i',
  reverting: 'r',
  offline: '-',
  crashed: 'x',
} as const
export type DeviceCode = (typeof DEVICE_CODES)[keyof typeof DEVICE_CODES]

export interface StageRow {
  readonly name: StageName
  readonly devices: number
  /** Devices that run the release at this moment, and those of them that reported well. */
  readonly running: number
  readonly healthy: number
  readonly state: 'ahead' | 'waiting' | 'deploying' | 'soaking' | 'promoted' | 'rolling back' | 'rolled back' | 'halted'
  /** Start of the monitoring window; null outside it. */
  readonly soakingSinceMs: number | null
}

/** One judged metric over time, oldest first. */
export interface MetricSeries {
  readonly rule: string
  readonly metric: string
  readonly limit: number
  readonly points: readonly (readonly [atMs: number, observed: number])[]
}

export interface FaultRow {
  readonly kind: string
  readonly onsetAtMs: number
  readonly devices: number
}

/** Progress of the way back; minutes of the slowest device so far. */
export interface LegsState {
  readonly detectedAtMs: number
  readonly devices: number
  readonly received: { readonly count: number; readonly slowestMinutes: number }
  readonly reverted: { readonly count: number; readonly slowestMinutes: number }
  readonly healthy: { readonly count: number; readonly sinceOnsetMinutes: number | null }
}

export interface VerdictState {
  readonly atMs: number
  readonly kind: string
  readonly decision: string
  readonly reason: string
  readonly findings: readonly TraceFinding[]
}

/** Everything a frame shows, as plain JSON: the only thing that the screen's process is told. */
export interface DashboardState {
  readonly scenario: string
  readonly seed: number
  readonly level: string
  readonly profile: string
  readonly windowHours: number
  readonly zone: string
  readonly release: string
  readonly replaces: string
  readonly nowMs: number
  readonly startedAtMs: number
  /** Virtual seconds a real second, lately. */
  readonly speedup: number
  /** `max`, `60x`, `paused`. */
  readonly pace: string
  /** A row a line of the plant: its devices, and a code for each of them. */
  readonly map: readonly { readonly line: number; readonly things: readonly string[]; readonly codes: string }[]
  readonly stages: readonly StageRow[]
  readonly verdict: VerdictState | null
  readonly series: readonly MetricSeries[]
  readonly faults: readonly FaultRow[]
  readonly legs: LegsState | null
  readonly exposure: {
    readonly devices: number
    readonly deviceHours: number
    /** How the number of devices grew, oldest first. */
    readonly steps: readonly (readonly [atMs: number, devices: number])[]
  }
  /** The latest events, oldest first. */
  readonly log: readonly { readonly atMs: number; readonly text: string }[]
  /** What came out, once the rehearsal has ended. */
  readonly outcome: string | null
}

/** Two rehearsals of one release with windows of their own, on one clock. */
export interface DuoState {
  readonly halves: readonly [DashboardState, DashboardState]
  /** The trade-off in lines of plain text, once both have ended. */
  readonly ending: readonly string[] | null
}
