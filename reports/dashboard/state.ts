import type { StageName } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import type { TraceFinding } from '../../sim/kernel/trace-events.ts'

/** What a device is doing, one character per device on the map. */
export const DEVICE_CODES = {
  old: '.',
  new: '+',
  held: 'h',
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
  /** Devices that run the release at this moment, and those of them that reported healthy. */
  readonly running: number
  readonly healthy: number
  /** Devices that are held back from it as its controls; they follow later. */
  readonly held: number
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
  readonly ofRelease: boolean
  readonly devices: number
  /** The part of AWS that it acts on, where it acts on no device. */
  readonly target?: string
}

/** When a fault of the release first acted on a device; null if none did. */
export const onsetOf = (faults: readonly FaultRow[]): number | null =>
  faults.find(({ ofRelease, devices }) => ofRelease && devices > 0)?.onsetAtMs ?? null

/** Progress of the rollback; minutes of the slowest device so far. */
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
  readonly reason: Message
  readonly findings: readonly TraceFinding[]
}

/** Everything a frame shows, as plain JSON: all that the screen's process receives of a run. */
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
  /** Simulated seconds per real second, at the moment. */
  readonly speedup: number
  /** `max`, `60x`, `paused`. */
  readonly pace: string
  /** One row per production line: its devices, and one code per device. */
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
  readonly log: readonly LogEntry[]
  /** Once the rehearsal has ended. */
  readonly outcome: string | null
}

/** One event of the log; `log-text.ts` makes the line that is shown. */
export type LogEntry = { readonly atMs: number } & (
  | { readonly kind: 'deployed' | 'rolled-back'; readonly stage: StageName; readonly version: string }
  | {
      readonly kind: 'decided'
      readonly stage: StageName | null
      readonly decision: string
      readonly reason: Message
    }
  | { readonly kind: 'fault-began'; readonly faultKind: string; readonly place: string }
  | { readonly kind: 'injected' | 'changed-from-outside'; readonly message: Message }
  | {
      readonly kind: 'operation'
      readonly operation: string
      readonly actor: string
      readonly result: string
      readonly answer: Message
    }
  | {
      readonly kind: 'notified'
      readonly code: string
      readonly data: object | null
      readonly subject: string | null
    }
  | { readonly kind: 'handler-failed'; readonly handler: string; readonly error: string }
  | { readonly kind: 'crashed'; readonly thing: string; readonly reason: Message }
  | { readonly kind: 'ended'; readonly outcome: string }
)

/** Two rehearsals of one release with different windows, on one clock. */
export interface DuoState {
  readonly halves: readonly [DashboardState, DashboardState]
  /** The trade-off in lines of plain text, once both have ended. */
  readonly ending: readonly string[] | null
}
