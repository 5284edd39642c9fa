import type { RunSummary } from '../../reports/run/report.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { PolicyOptions } from '../files/plan.ts'
import type { Interventions } from './interventions.ts'
import type { Pace, Pacer } from './pacer.ts'

/** How to run one scenario; what is absent is the scenario's own or the default. */
export interface RehearsalOptions extends PolicyOptions {
  readonly seed: number
  readonly level: 'wire' | 'model'
  /** As fast as the processor if absent. */
  readonly pace?: Pace
  /** Instead of a pace: waits until virtual time may be `atMs`. */
  readonly hold?: (atMs: number) => Promise<void>
  /** Virtual time after the start at which to stop even if the rollout has not ended. */
  readonly untilMs?: number
  /** Virtual time to go on after the rollout has ended, to see who comes back later; none if absent. */
  readonly lingerMs?: number
  /** Wire level: a connection for every device, or one for the whole fleet, which is faster. */
  readonly connections?: 'per-device' | 'multiplexed'
  /** Loopback ports; any free one if absent. */
  readonly mqttPort?: number
  readonly httpPort?: number
  readonly onProgress?: (progress: Progress) => void
  /** Told once when the endpoints listen, so that a user can attach clients from outside. */
  readonly onListening?: (endpoints: Endpoints) => void
  /** Told once when time begins to move, so that a person can watch and steer. */
  readonly onLive?: (live: LiveRehearsal) => void
  readonly signal?: AbortSignal
}

/** A rehearsal that is under way, as somebody who sits in front of it sees it. */
export interface LiveRehearsal {
  readonly header: TraceHeader
  readonly pacer: Pacer
  /** Period of the controller's looks. */
  readonly tickMs: number
  /** What a person can do to it; from the first on it is no function of its seed any more. */
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
  /** Virtual time at which the rehearsal is expected to end, as far as the calendar tells. */
  readonly expectedEndMs: number
  /** The controller's stage and state in words: "canary soaking". */
  readonly stage: string
  readonly messagesPerS: number
  /** Virtual seconds per wall second. */
  readonly speedup: number
  readonly etaS: number
}

/** Facts about the run that are not in the trace because they may differ from run to run or level to level. */
export interface RunFacts extends RunSummary {
  /** `ended`: the rollout reached an end; `until`: stopped by `untilMs` or the scenario's time limit. */
  readonly stop: 'ended' | 'until'
}

export interface RehearsalResult {
  readonly header: TraceHeader
  readonly records: readonly TraceRecord[]
  readonly facts: RunFacts
}
