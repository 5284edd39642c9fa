import type { RunSummary } from '../../reports/run/report.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { PolicyOptions } from '../files/plan.ts'
import type { Interventions } from './interventions.ts'
import type { Pace, Pacer } from './pacer.ts'

/** How to run one scenario; an absent option is the scenario's own or the default. */
export interface RehearsalOptions extends PolicyOptions {
  readonly seed: number
  readonly level: 'wire' | 'model'
  /** As fast as the processor allows if absent. */
  readonly pace?: Pace
  /** Instead of a pace: resolves when simulated time may be `atMs`. */
  readonly hold?: (atMs: number) => Promise<void>
  /** Simulated time after the start at which to stop even if the rollout has not ended. */
  readonly untilMs?: number
  /** Simulated time to continue after the rollout has ended, for devices that reconnect later; none if absent. */
  readonly lingerMs?: number
  /** Wire level: one connection per device, or one for the whole fleet, which is faster. */
  readonly connections?: 'per-device' | 'multiplexed'
  /** Loopback ports; any free one if absent. */
  readonly mqttPort?: number
  readonly httpPort?: number
  readonly onProgress?: (progress: Progress) => void
  /** Called once when the endpoints listen and the devices are connected, so that a user can attach clients from outside. */
  readonly onListening?: (endpoints: Endpoints) => void
  /** Called once before simulated time starts, so that a user can watch and control the rehearsal. */
  readonly onLive?: (live: LiveRehearsal) => void
  readonly signal?: AbortSignal
}

/** A running rehearsal, as a dashboard sees it. */
export interface LiveRehearsal {
  readonly header: TraceHeader
  readonly pacer: Pacer
  /** Period of the controller's evaluations. */
  readonly tickMs: number
  /** From the first intervention on the run cannot be reproduced from its seed alone. */
  readonly interventions: Interventions
  readonly trace: { onRecord(listener: (record: TraceRecord) => void): void }
  nowMs(): number
}

export interface Endpoints {
  readonly mqttUrl: string
  readonly httpUrl: string
}

export interface Progress {
  readonly nowMs: number
  readonly startedAtMs: number
  /** Simulated time at which the rehearsal is expected to end, according to the calendar. */
  readonly expectedEndMs: number
  /** The controller's stage and state: "canary soaking". */
  readonly stage: string
  readonly messagesPerS: number
  /** Simulated seconds per real second. */
  readonly speedup: number
  readonly etaS: number
}

/** Facts about the run that are not in the trace because they may differ between runs or levels. */
export interface RunFacts extends RunSummary {
  /** `ended`: the rollout reached an end; `until`: stopped by `untilMs` or the scenario's time limit. */
  readonly stop: 'ended' | 'until'
}

export interface RehearsalResult {
  readonly header: TraceHeader
  readonly records: readonly TraceRecord[]
  readonly facts: RunFacts
  /** Of the next release in the same world; absent where there is none, or where it could not be started. */
  readonly next?: RehearsalResult
}
