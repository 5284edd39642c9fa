/**
 * The wire facts the controller shares with the devices: component names, stage names, topics and the health document.
 * It imports nothing; with `controller/units/` it is all that the twin may import of the controller. The health
 * documents exist a second time as hand-written fixtures (fixtures/health-v1.json, health-v2.json) that both sides are
 * tested against, so that a mistake here cannot hide by being shared.
 */

/** A stage of a rollout, by the name of its thing group; which there are, and their order, is the policy's. */
export type StageName = string

/**
 * Thing group of the production devices that stay on the previous firmware until production has passed: its concurrent
 * controls. Nothing is ever deployed to it. [source: holdback]
 */
export const HOLDBACK_GROUP = 'holdback'

/** Greengrass components that every stage's deployment carries side by side. [source: health-component] */
export const FIRMWARE_COMPONENT = 'com.plant.LineFirmware'
export const HEALTH_COMPONENT = 'com.plant.HealthMonitor'

/** Named shadow that carries the health document. [source: health-metrics] */
export const HEALTH_SHADOW = 'health'

/** Period of the health component's samples. [source: health-metrics] */
export const SAMPLE_PERIOD_MS = 60_000

/** Topic a device publishes a named-shadow update to. [source: reserved-topics] */
export const shadowTopic = (thingName: string, shadowName: string): string =>
  `$aws/things/${thingName}/shadow/name/${shadowName}`

/** Lifecycle states that ListInstalledComponents and the health document use. [source: component-states] */
export type ComponentState =
  | 'NEW'
  | 'INSTALLED'
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'ERRORED'
  | 'BROKEN'
  | 'FINISHED'

export const HEALTH_COUNTERS = [
  'connectionAttempts',
  'connectionFailures',
  'cycles',
  'cycleTimeMsSum',
  'cycleTimeMsSumOfSquares',
  'operations',
  'errors',
  'crashes',
  'unitsProduced',
  'qualityChecks',
  'qualityPasses',
] as const

/** Cumulative since the health component started (`sequence` 1); they survive a restart of the firmware process. */
export type HealthCounters = Readonly<Record<(typeof HEALTH_COUNTERS)[number], number>>

/** The value at the moment of the sample. */
export interface HealthGauges {
  readonly cpuPct: number
  readonly memoryMiB: number
  readonly memoryLimitMiB: number
  readonly uptimeS: number
  readonly connected: boolean
  /** Where the nucleus keeps artifacts; absent from a health component that does not measure it. */
  readonly diskFreeMiB?: number
}

/**
 * A gauge of the plant's own: its value at the moment of the sample, and over all samples since the health component
 * started how many there were, their sum and the sum of their squares. So a reader that sees one sample in five knows
 * the mean and the spread of all of them, as it does of the cycle time.
 */
export interface HealthGauge {
  readonly value: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
}

/**
 * Metrics of the plant's own, by name: counters are cumulative as the others are. A metric that a device does not
 * measure at the moment, such as a torque while nothing is tightened, has no new count.
 */
export interface HealthMetrics {
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, HealthGauge>>
}

/** `state.reported` of the `health` shadow, version 2.0. */
export interface HealthReportV2 {
  readonly schema: '2.0'
  readonly line: number
  readonly firmwareVersion: string
  readonly componentState: ComponentState
  /** Identifies one run of the firmware process; a restart shows as a new one. */
  readonly bootId: string
  /**
   * 1 for the first sample of the health component, then +1; a smaller one than before means the counters restarted.
   */
  readonly sequence: number
  readonly sampledAtMs: number
  readonly counters: HealthCounters
  readonly gauges: HealthGauges
  /** Absent where the plant has none. */
  readonly metrics?: HealthMetrics
}

/** `state.reported` of the `health` shadow, version 1.0: flat, and counting the last minute only. */
export interface HealthReportV1 {
  readonly schema: '1.0'
  readonly line: number
  readonly fw_version: string
  readonly state: ComponentState
  readonly boot_id: string
  readonly seq: number
  readonly sampled_at_ms: number
  readonly conn_attempts: number
  readonly conn_failures: number
  readonly cycles: number
  readonly cycle_time_ms_avg: number
  readonly ops: number
  readonly errors: number
  readonly crashes: number
  readonly units: number
  readonly quality_checks: number
  readonly quality_passes: number
  readonly cpu_pct: number
  readonly mem_mib: number
  readonly mem_limit_mib: number
  readonly uptime_s: number
  readonly connected: boolean
}

/** Source and detail types of the events the controller puts on the default event bus. */
export const ROLLOUT_EVENT_SOURCE = 'plant.firmware-rollout'
export const STAGE_PASSED_EVENT = 'Firmware Rollout Stage Passed'
/** An operator is needed: on-call is paged. */
export const ROLLOUT_HALTED_EVENT = 'Firmware Rollout Halted'
/** The rollout is held: paused by the controller, or without telemetry. On-call is paged as well. */
export const ROLLOUT_HELD_EVENT = 'Firmware Rollout Held'
export const ROLLBACK_STUCK_EVENT = 'Firmware Rollback Stuck'
/** Events that inform only. */
export const ROLLOUT_STARTED_EVENT = 'Firmware Rollout Started'
export const ROLLBACK_STARTED_EVENT = 'Firmware Rollback Started'
export const ROLLED_BACK_EVENT = 'Firmware Rolled Back'
export const ROLLOUT_COMPLETED_EVENT = 'Firmware Rollout Completed'
/** The firmware that it was for is started by the next evaluation. */
export const MIGRATION_COMPLETED_EVENT = 'Firmware Migration Completed'

/** Why on-call is paged, by the event that announces the same on the bus. */
export const REASON_CODES = {
  [ROLLOUT_HALTED_EVENT]: 'ROLLOUT_HALTED',
  [ROLLOUT_HELD_EVENT]: 'ROLLOUT_HELD',
  [ROLLBACK_STUCK_EVENT]: 'ROLLBACK_STUCK',
} as const
export type PagingEvent = keyof typeof REASON_CODES
export type ReasonCode = (typeof REASON_CODES)[PagingEvent]

/** Message attribute of a notification that carries its reason code, for the filters of subscriptions. */
export const REASON_CODE_ATTRIBUTE = 'reasonCode'

/** Message attribute of a notification that carries its message, code and data, as JSON, for programs. */
export const MESSAGE_ATTRIBUTE = 'message'
