import type { StageName } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import type { OutsideClient } from './client-activity.ts'

/** What a fault comes with; neither for a fault of the plant, of a device, of the network or of AWS. */
export interface FaultOrigin {
  /** The firmware version that it belongs to. */
  readonly firmware?: string
  /** It belongs to the deployment: no device can carry it out. */
  readonly ofDeployment?: true
}

/**
 * The vocabulary of the trace: what happened in the rehearsed world, at virtual times. Reports are folds over it.
 * Nothing that differs between two runs of one seed (message ids, ports, wall time) or between the two levels belongs
 * in an event. Why something happened is a message: a code with its data; sentences are made by who shows it.
 */
export type TraceEvent =
  /** What a rollout finds, recorded shortly before its start: what its controller may do is judged by this alone. */
  | ({ kind: 'rollout-setting' } & RolloutSetting)
  /**
   * An injected fault begins to act: the ground truth that detection is judged against. On a device, or (`thing` null) on
   * what `target` names: an AWS operation, the detail type of an event, a Lambda function.
   */
  | ({ kind: 'fault-started'; fault: number; faultKind: string; thing: string | null; target?: string } & FaultOrigin)
  /** The plant's noise takes a connection away: of a device, a line or the whole plant. No fault, and no onset of one. */
  | { kind: 'plant-outage'; scope: 'device' | 'line' | 'plant'; name: string; devices: number; endsAtMs: number }
  /** The plant's own metrics since the event before, by name and then by firmware version: what devices measured. */
  | { kind: 'plant-metrics'; metrics: Readonly<Record<string, Readonly<Record<string, PlantMetricValue>>>> }
  | {
      kind: 'deployment-created'
      deploymentId: string
      /** Name of the target thing group or thing. */
      target: string
      revisionId: string
      jobId: string | null
      /** Component versions by component name. */
      components: Readonly<Record<string, string>>
      /** Idempotency token of the request. This and `spec` are absent in traces of versions that did not record them. */
      clientToken?: string | null
      spec?: TraceDeploymentSpec
    }
  /** The same request came again, with its token: it created nothing. */
  | { kind: 'deployment-requested-again'; deploymentId: string; target: string; clientToken: string }
  | { kind: 'deployment-cancelled'; deploymentId: string; target: string }
  /** The IoT Jobs execution of one device changed its status (QUEUED when it was created). */
  | { kind: 'job-execution'; thing: string; deploymentId: string; status: string }
  | { kind: 'device-connected'; thing: string }
  | { kind: 'device-disconnected'; thing: string }
  /** The nucleus took a deployment out of its queue and began to work on it. */
  | { kind: 'deployment-received'; thing: string; deploymentId: string }
  /** Terminal status as the nucleus reports it, with the nucleus' detailed status, e.g. FAILED_ROLLBACK_COMPLETE. */
  | { kind: 'deployment-finished'; thing: string; deploymentId: string; status: string; detailedStatus: string }
  | { kind: 'component-state'; thing: string; component: string; version: string; state: string }
  /** A process of this firmware version came up; a new boot id. */
  | { kind: 'firmware-started'; thing: string; version: string; bootId: string }
  | { kind: 'firmware-crashed'; thing: string; version: string; reason: Message }
  /** The first health report after a start that says RUNNING with this version. */
  | { kind: 'device-healthy'; thing: string; version: string; bootId: string }
  /** An event was put on the bus, by the cloud or by the controller. */
  | { kind: 'event-put'; eventSource: string; detailType: string }
  /**
   * A message was published to a topic: how on-call is paged. Reason code and message are its attributes of these names;
   * of a message with neither, the subject is recorded.
   */
  | {
      kind: 'message-published'
      topic: string
      reasonCode: string | null
      message: Message | null
      subject: string | null
    }
  /** A rollout was started; of firmware, or of the migration before it. */
  | {
      kind: 'rollout-started'
      handler: string
      rolloutId: string
      subject?: 'migration'
      stage: StageName
      reason: Message
      /** The smallest effects that each stage's window can detect. */
      smallestEffects: readonly TraceFinding[]
    }
  /** One evaluation of a stage of the migration that goes before the firmware, as long as it goes well. */
  | {
      kind: 'migration-evaluated'
      handler: string
      stage: StageName | null
      state: string
      decision: string
      reason: Message
    }
  /** One evaluation of a stage by the controller: what it found, what it concluded, what it did. */
  | {
      kind: 'evaluated'
      handler: string
      stage: StageName | null
      state: string
      verdict: string
      decision: string
      reason: Message
      findings: readonly TraceFinding[]
    }
  /** Somebody outside the controller changed a thing group. */
  | { kind: 'membership-changed'; thing: string; group: string; change: 'added' | 'removed' }
  /**
   * Something outside the scenario changed the run: a fault was injected while it ran, or a function of the controller
   * was invoked. From here on the run cannot be reproduced from its seed alone.
   */
  | { kind: 'intervention'; code: string; data: object }
  /** The controller moved a device between thing groups. */
  | { kind: 'device-moved'; thing: string; group: string; change: 'added' | 'removed' }
  /** A line of the controller's audit trail was written. The same key again is the same line. */
  | { kind: 'audit-written'; key: string; entry: TraceAuditEntry }
  /** An operator's request to the controller, the reason in their own words, and the answer. */
  | {
      kind: 'operation'
      operation: string
      actor: string
      reason: string
      /** Idempotency key of the request. */
      id?: string
      result: string
      answer: Message
    }
  /** `refusals` of a rollout that the preflight refused. */
  | { kind: 'handler-failed'; handler: string; error: string; message: string; refusals?: readonly Message[] }

/** A period of each week in the site's wall time; `days` are ISO weekdays. `to` may lie past midnight. */
export interface TraceWeeklyWindow {
  readonly days: readonly number[]
  readonly from: string
  readonly to: string
}

/** A stage of the policy; of its members those that invariants judge by. */
export interface TraceStage {
  readonly name: StageName
  readonly members: object | { readonly perLine: number }
  readonly windowMs?: number
  readonly quorumShare?: number
}

/** The policy in effect, as JSON: of its fields those that invariants judge by. */
export interface TracePolicy {
  /** IANA zone of all its wall times. */
  readonly zone: string
  readonly profile: string
  readonly holdback: boolean
  readonly tickMs: number
  readonly windowMs: number
  /** In their order; what a stage leaves out is the policy's. */
  readonly stages: readonly TraceStage[]
  readonly bakeMs?: number
  readonly gates: Readonly<Record<StageName, readonly TraceWeeklyWindow[]>>
  readonly deny: Readonly<Record<StageName, readonly TraceWeeklyWindow[]>>
  readonly freezes: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  readonly limits: {
    readonly connectionFailurePct: number
    readonly cycleTimeIncreasePct: number
    readonly errorRateIncreasePct: number
    readonly errorRateMode: string
    readonly outputDecreasePct: number
    readonly crashes: number
    readonly failedDeploymentPct: number
  }
  readonly rules: readonly { readonly name: string; readonly criticality: string }[]
  readonly evidence: {
    readonly falseRollbackShare: number
    readonly rollingMs: number
    readonly minExtraErrors: number
  }
  readonly quorumShare: number
  readonly laterQuorumShare: number
  readonly deviceExposureShare: number
  readonly telemetry: { readonly silentShare: number }
  readonly lostAfterMs: number
}

/** What a deployment request asks for, besides its target. */
export interface TraceDeploymentSpec {
  /** By component name: its version, and its configuration where that is changed. */
  readonly components: Readonly<Record<string, { readonly componentVersion: string }>>
  readonly deploymentPolicies?: object
  readonly iotJobConfiguration?: { readonly abortConfig?: object; readonly jobExecutionsRolloutConfig?: object }
}

export interface RolloutSetting {
  readonly policy: TracePolicy
  /** What each stage's thing group runs. */
  readonly deployed: Readonly<Record<StageName, TraceDeploymentSpec>>
  /** The injected faults in the order of their numbers, each with its kind and its parameters: durations in ms. */
  readonly faults: readonly TraceFault[]
  /** The versions that were released in this world before, in their order; absent for its first release. */
  readonly former?: readonly string[]
  /** Whether the plant has recordings of its own, or noise that is neither the default nor quiet. */
  readonly isNoisy: boolean
  /** Recordings that are played instead of the plant's own behaviour. */
  readonly recordings: number
}

/** A fault of the scenario, as its file was read. */
export interface TraceFault {
  readonly kind: string
  readonly in?: object
  readonly [parameter: string]: unknown
}

/** An entry as the controller wrote it; of a decision with `stage`, of an operation with `result`. */
export interface TraceAuditEntry {
  readonly atMs?: number
  readonly kind?: string
  readonly actor?: string
  readonly stage?: string
  readonly result?: string
}

/** A metric of the plant's own over some minutes, in the unit that the plant file gives it. */
export interface PlantMetricValue {
  /** That ran this version all the time, and had something to report. */
  readonly devices: number
  /** The mean of a gauge, or the rate or share of a counter. */
  readonly value: number
  /** Of a gauge: standard deviation within devices, within the period. */
  readonly spread?: number
}

/** One judged metric in numbers, as the controller gives it. */
export interface TraceFinding {
  readonly rule: string
  readonly metric: string
  readonly outcome: string
  readonly observed: number | null
  readonly baseline: number | null
  readonly limit: number
  readonly n: number
  readonly line?: number
  readonly thing?: string
  /** Devices and lines that show what was found: how many, and the first few. */
  readonly things?: { readonly count: number; readonly first: readonly string[] }
  readonly lines?: { readonly count: number; readonly first: readonly number[] }
  readonly reason?: Message
  /** Shift and kind of day, e.g. `second/weekday`. */
  readonly stratum?: string
  readonly statistic?: { readonly name: string; readonly value: number; readonly boundary: number }
  /** What the observed value may really be, at any time; null where there is no such end. */
  readonly interval?: { readonly low: number | null; readonly high: number | null }
  /** Why an inconclusive finding is one. */
  readonly inconclusive?: string
  readonly isDryRun?: boolean
}

/** An event as it stands in the trace. */
export type TraceRecord = TraceEvent & {
  /** Position in the trace, from 0. */
  readonly sequence: number
  readonly atMs: number
  /** The one entity that saw it, e.g. `core/line-03-12`; order within a millisecond is by source. */
  readonly source: string
  /** `sequence` of the event that led to this one. */
  readonly cause?: number
  /** The client from outside whose request led to it at once. */
  readonly client?: OutsideClient
}

/** How the devices reach the cloud: each by itself, all over one connection (a fast mode), or without any (model level). */
export type Connections = 'per-device' | 'multiplexed' | 'direct'

/** First line of a saved trace: everything a report needs in addition to the events. Not part of the digest. */
export interface TraceHeader {
  /** 2 since reasons, notifications and interventions carry codes. */
  readonly schemaVersion: 2
  readonly scenario: string
  readonly story: string
  readonly seed: number
  readonly level: 'wire' | 'model'
  readonly connections: Connections
  readonly profile: string
  readonly windowHours: number
  readonly startedAtMs: number
  readonly zone: string
  readonly release: {
    readonly version: string
    readonly replaces: string
    /** The component that was rolled out before. */
    readonly migration?: { readonly component: string; readonly version: string }
    readonly hotfix?: true
  }
  /** Thing names by stage; the stage's thing group has the stage's name. */
  readonly stages: Readonly<Record<StageName, readonly string[]>>
  /** Line number by thing name. */
  readonly lines: Readonly<Record<string, number>>
  /**
   * From when on nothing disturbs devices' connections, AWS, events or functions any more, as far as the scenario says;
   * the plant's noise does for good. Null if something does for good, absent where nobody recorded it. What is wrong with the release itself does not count.
   */
  readonly faultsEndAtMs?: number | null
  /** Units of the plant's own metrics, by name; empty for a gauge without one. Absent where the plant has none. */
  readonly metrics?: Readonly<Record<string, string>>
  /** Version of the health document that the replaced firmware writes. */
  readonly previousShadow?: '1.0' | '2.0'
}
