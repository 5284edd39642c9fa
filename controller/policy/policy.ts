import type { StageName } from '../contract.ts'
import { BUILT_IN_RULES, type Rule } from './rules.ts'

/** How the thresholds are applied: raw at every tick, or with evidence rules that keep healthy releases alive. */
export type Profile = 'raw-thresholds' | 'default'

/** One weekly period in site-local time. `days` are ISO weekdays, 1 = Monday; `to` may lie past midnight. */
export interface WeeklyWindow {
  readonly days: readonly number[]
  /** Site-local wall time "HH:MM". */
  readonly from: string
  readonly to: string
}

export interface Shift {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** A time of the calendar in which nothing is deployed, in site-local wall time: "2026-12-23T18:00". */
export interface FreezePeriod {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** A time in which the plant did not run as it does, in site-local wall time: no baseline is made of it. */
export interface Incident {
  readonly from: string
  readonly to: string
  readonly reason: string
}

/**
 * Which devices of a line a stage has. `perLine`, `ofLine` and `ofRest` choose of what the stages before it have left of
 * the line; a share is rounded to the nearest device, half a device up. Devices that are named, or have the attribute,
 * belong to the stage wherever it stands in the order.
 */
export type Members =
  | { readonly perLine: number }
  /** Share of the line's devices. */
  | { readonly ofLine: number }
  /** Share of what is left of the line; 1 is the rest of it. */
  | { readonly ofRest: number }
  | { readonly things: readonly string[] }
  /** A thing attribute and the values that it may have. */
  | { readonly attribute: string; readonly is: readonly string[] }

/** One step of a rollout: a thing group that gets a deployment of its own. [source: stages] */
export interface StagePolicy {
  /** Of the thing group. */
  readonly name: StageName
  readonly members: Members
  /** Healthy exposure that it needs, where that is not the policy's. */
  readonly windowMs?: number
  /** Share of its devices that must count as installed, where that is not the policy's. */
  readonly quorumShare?: number
}

export interface Policy {
  readonly profile: Profile
  /** Healthy exposure a stage needs before it is promoted. [source: monitoring-window] */
  readonly windowMs: number
  /** The same for each stage of a migration component. */
  readonly migrationWindowMs: number
  /**
   * Whether one production device of every line that has two stays on the previous firmware while production is watched,
   * since production has no other controls. It follows once production has passed, in the next window of any stage.
   * [source: holdback]
   */
  readonly holdback: boolean
  /**
   * How long the release is watched once it is everywhere, and may still be rolled back: from the release of the holdback
   * on, or after the window of production where nothing is held back. [source: bake-time]
   */
  readonly bakeMs: number
  /** Period of the analyzer. [source: analysis-period] */
  readonly tickMs: number
  /** History the baseline is made of. [source: baseline-week] */
  readonly baselineMs: number
  /** IANA zone that shifts and windows are written in. */
  readonly zone: string
  /** In day order; the last one may span midnight. [source: reference-calendar] */
  readonly shifts: readonly Shift[]
  /** When a stage's deployment may be created: inside any of its windows. [source: stagger-by-shift] */
  readonly gates: Readonly<Record<StageName, readonly WeeklyWindow[]>>
  /**
   * When a stage must not be touched, even inside its gate: a shift change, an audit. A hotfix has to wait as well.
   * [source: allow-and-deny]
   */
  readonly deny: Readonly<Record<StageName, readonly WeeklyWindow[]>>
  /** Dated freezes of the whole fleet, such as holidays. A hotfix passes them, and that is audited. [source: hotfix] */
  readonly freezes: readonly FreezePeriod[]
  /**
   * Declared incidents, of the whole plant: whole shifts are left out of baselines where one falls into them.
   * [source: baseline-hygiene]
   */
  readonly incidents: readonly Incident[]
  /** In the order in which they are deployed. */
  readonly stages: readonly StagePolicy[]
  /** What must be so before a rollout starts, besides `stages`, the quorums and `memory.freeFloorPct`. */
  readonly preflight: {
    /** Devices by which a stage's part of a line may differ from its share: no line divides without a rest. */
    readonly shareToleranceDevices: number
    /**
     * Of every device that reports its disk. With less the nucleus downloads nothing, neither release nor predecessor.
     * [source: min-free-disk]
     */
    readonly freeDiskMiB: number
    /** Share of devices x strata of the week that the baseline must cover. [source: baseline-coverage] */
    readonly baselineCoverageShare: number
  }
  readonly limits: {
    /** Failed share of connection attempts. [source: thresholds] */
    readonly connectionFailurePct: number
    /** Increase over the baseline. [source: thresholds] */
    readonly cycleTimeIncreasePct: number
    /** Decrease of what is made per minute, as much as the cycle time may increase. [source: output-limit] */
    readonly outputDecreasePct: number
    /** Increase of the failed share of quality checks. [source: quality-limit] */
    readonly qualityFailureIncreasePoints: number
    /** Increase of the standard deviation of single cycles over the baseline. [source: spread-limit] */
    readonly cycleTimeSpreadIncreasePct: number
    /** Increase over the baseline rate. [source: thresholds] */
    readonly errorRateIncreasePct: number
    /** Of the rate itself, or in percentage points of the operations. [source: relative-error-rate] */
    readonly errorRateMode: 'relative' | 'points'
    /** Crashes of the firmware allowed in a stage. [source: thresholds] */
    readonly crashes: number
    /** Share of a stage whose deployment may fail. [source: failed-deployments] */
    readonly failedDeploymentPct: number
  }
  readonly evidence: {
    /** Rolling window of the connection and cycle time rules. [source: rolling-window] */
    readonly rollingMs: number
    /** False rollbacks allowed per release, over all stages, rules and evaluations. [source: false-rollback-budget] */
    readonly falseRollbackShare: number
    /** About as long as a stage is monitored until the release has ended; the error budget is spread over the evaluations of this time. */
    readonly horizonMs: number
    /**
     * Connection attempts of the whole stage before the connection rule may report a breach; a line needs its share of
     * them. [source: connection-evidence]
     */
    readonly connectionMinAttempts: number
    /** Excess errors below which a relative increase is ignored. [source: extra-errors] */
    readonly minExtraErrors: number
    /** Share of the time that a healthy device is away, before the fleet has shown its own. [source: away-rate] */
    readonly awayShare: number
    /** How long it is away on the average. [source: away-rate] */
    readonly awayForMs: number
    /** Share of deployments that fail on healthy devices. [source: failed-deployments] */
    readonly failedDeploymentShare: number
  }
  /** When memory runs out: a rollback, or no promotion. [source: leak-projection, free-memory] */
  readonly memory: {
    readonly rollbackWithinMs: number
    readonly gateWithinMs: number
    /** Free memory below which a device may be unable to download a rollback: no rollout starts, and a leak is rolled back. */
    readonly freeFloorPct: number
  }
  /**
   * What to do where a release that never existed would have been rolled back in the baseline's week: refuse to start,
   * because the plant is noisy and an operator should know, or raise the evidence asked for, which makes the window
   * less sensitive. [source: aa-replay]
   */
  readonly onNoisyBaseline: 'refuse' | 'raise'
  /** In the order in which they are judged: those that every policy has, then the plant's own. */
  readonly rules: readonly Rule[]
  /** Share of the first stage that must have counted as installed before the soak begins and ends. [source: quorum] */
  readonly quorumShare: number
  /** The same for the stages after it. [source: quorum] */
  readonly laterQuorumShare: number
  /** Share of devices x window that healthy exposure must reach. [source: soak-exposure] */
  readonly exposureShare: number
  /** Share of the window that every counted device must have run the new firmware. [source: soak-exposure] */
  readonly deviceExposureShare: number
  /**
   * Share of the time that a shift has in the window in which the devices, on the average, must have been seen.
   * [source: soak-exposure]
   */
  readonly shiftExposureShare: number
  /** When silence is attributed to the telemetry and not to the firmware, and what follows. [source: telemetry-hold] */
  readonly telemetry: {
    /** Silent share of the whole fleet, and of the controls, from which the telemetry counts as down. */
    readonly silentShare: number
    /** How long it may be down before on-call is paged. */
    readonly pageAfterMs: number
    /** How long a breach is not acted upon while it is down: what remains visible may be an artifact. */
    readonly noRollbackForMs: number
  }
  /** A device that has not installed after this long is failed, not waited for. [source: install-timeout] */
  readonly installTimeoutMs: number
  /** Silence after which a device that reported before counts as lost. [source: lost-devices] */
  readonly lostAfterMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const

const ANY_TIME: readonly WeeklyWindow[] = [{ days: EVERY_DAY, from: '00:00', to: '00:00' }]

/** The stages of the seed: a canary per line, a fifth of each line, the rest. [source: stages, stratified-groups] */
export const SEED_STAGES = splitInThree()

/** The three stages with other numbers: canaries of each line, and the share of each line that is early. */
export function splitInThree(canariesPerLine = 1, earlyShare = 0.2): readonly StagePolicy[] {
  return [
    { name: 'canary', members: { perLine: canariesPerLine } },
    { name: 'early', members: { ofLine: earlyShare } },
    { name: 'production', members: { ofRest: 1 } },
  ]
}

/** No calendar: every stage is deployed as soon as the one before has passed. */
export const openGates = (stages: readonly StagePolicy[]): Policy['gates'] =>
  Object.fromEntries(stages.map(({ name }) => [name, ANY_TIME]))

/** The owner's numbers with the reference calendar: two maintenance windows a week. [source: reference-calendar] */
export const DEFAULT_POLICY: Policy = {
  profile: 'default',
  windowMs: 24 * HOUR_MS,
  migrationWindowMs: HOUR_MS,
  holdback: true,
  bakeMs: HOUR_MS,
  tickMs: 5 * MINUTE_MS,
  baselineMs: 7 * 24 * HOUR_MS,
  zone: 'Europe/Berlin',
  shifts: [
    { name: 'first', from: '06:00', to: '14:00' },
    { name: 'second', from: '14:00', to: '22:00' },
    { name: 'third', from: '22:00', to: '06:00' },
  ],
  gates: {
    canary: [{ days: EVERY_DAY, from: '14:00', to: '22:00' }],
    early: [{ days: EVERY_DAY, from: '22:00', to: '06:00' }],
    production: [{ days: [3, 7], from: '02:00', to: '06:00' }],
  },
  deny: {},
  freezes: [],
  incidents: [],
  stages: SEED_STAGES,
  preflight: { shareToleranceDevices: 1, freeDiskMiB: 20, baselineCoverageShare: 0.7 },
  limits: {
    connectionFailurePct: 2,
    cycleTimeIncreasePct: 10,
    outputDecreasePct: 10,
    qualityFailureIncreasePoints: 1,
    cycleTimeSpreadIncreasePct: 50,
    errorRateIncreasePct: 5,
    errorRateMode: 'relative',
    crashes: 0,
    failedDeploymentPct: 2,
  },
  evidence: {
    rollingMs: HOUR_MS,
    falseRollbackShare: 0.01,
    horizonMs: 7 * 24 * HOUR_MS,
    connectionMinAttempts: 500,
    minExtraErrors: 4,
    awayShare: 0.003,
    awayForMs: HOUR_MS,
    failedDeploymentShare: 0.000064,
  },
  memory: { rollbackWithinMs: 72 * HOUR_MS, gateWithinMs: 14 * 24 * HOUR_MS, freeFloorPct: 25 },
  onNoisyBaseline: 'refuse',
  rules: BUILT_IN_RULES,
  quorumShare: 0.88,
  laterQuorumShare: 0.9,
  exposureShare: 0.9,
  deviceExposureShare: 20 / 24,
  shiftExposureShare: 6 / 8,
  telemetry: { silentShare: 0.3, pageAfterMs: 15 * MINUTE_MS, noRollbackForMs: HOUR_MS },
  installTimeoutMs: 10 * MINUTE_MS,
  lostAfterMs: 10 * MINUTE_MS,
}
