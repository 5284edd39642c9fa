import type { MetricEffect } from '../../plant/condition.ts'
import type { CrashReason } from '../../plant/crash-messages.ts'
import type { PlantTime } from '../../plant/shifts.ts'

/** What a fault knows about the firmware process that it acts on. All times are simulated. */
export interface ProcessView {
  /** First start of this version on this device: where "after install" counts from. */
  readonly installedAtMs: number
  /** Start of the running process. */
  readonly startedAtMs: number
  /** Start of the rehearsal: the origin of faults that do not depend on the installed version. */
  readonly worldStartMs: number
  /** Restarts of the process on this device so far. */
  readonly boot: number
  readonly baseMemoryMiB: number
  readonly memoryLimitMiB: number
  /** Shift and kind of day of the plant at an instant. */
  readonly plantTime: (atMs: number) => PlantTime
  /**
   * Just after the minute in which the machine completes its `ProcessFault.counterCycles`-th cycle since `startedAtMs`.
   * Infinite for a fault without a counter.
   */
  readonly counterFullAtMs: number
}

/** What a fault knows about the device around the process, at the time of the query. */
export interface DeviceView {
  /** Whether a process of this version ever came up here. */
  hasRun(version: string): boolean
  /** Whether this component is installed here, in any version. */
  hasComponent(name: string): boolean
  /** Whether another device of the same line runs this version. */
  peerRuns(version: string): boolean
  /** Share of the memory that the firmware leaves, 0 to 1. */
  freeMemoryShare(): number
}

/** What a fault does to a running process at an instant. */
export interface ProcessEffect {
  readonly cycleTimeFactor?: number
  readonly errorRateFactor?: number
  /** Share of connection attempts that fail in addition to the normal ones, 0 to 1. */
  readonly connectionFailureShare?: number
  readonly extraMemoryMiB?: number
  /** Factor on the spread of single cycles about their mean. */
  readonly cycleSpreadFactor?: number
  /** Share of the quality checks that fail in addition to the normal ones, 0 to 1. */
  readonly qualityFailureShare?: number
  /** Share of the cycles that produce no unit, 0 to 1. */
  readonly unitLossShare?: number
  /** What happens to one metric of the plant's own. */
  readonly metric?: MetricEffect & { readonly name: string }
}

/** Why a process dies, and when. */
export interface Death {
  readonly atMs: number
  readonly exitCode: number
  readonly reason: CrashReason
}

/** The device loses power or restarts: nothing on it runs, and its connection is lost. */
export interface Outage {
  /** Infinite when it never comes back. */
  readonly downMs: number
  /** `previous`: the boot loader starts the state from before the last deployment. */
  readonly boots: 'same' | 'previous'
}

/** Why an artifact did not arrive, in the codes of the nucleus. [source: error-codes] */
export interface DownloadFailure {
  /** From general to specific, below DEPLOYMENT_FAILURE. */
  readonly errorCodes: readonly string[]
  readonly errorType: string
  readonly cause: string
}

/** A download that may fail. */
export interface DownloadFault {
  /** Attempts before the nucleus gives up; 0 if it fails before the first. */
  readonly attempts: number
  /** Evaluated after the attempts; null if the download succeeds after all. */
  failure(device: DeviceView): DownloadFailure | null
}

/**
 * A fault of the firmware process or of its device, as pure functions of the process and the device. Members that a fault
 * does not need are absent. A fault of a deployment acts on deployments that install the version of its selector.
 */
export interface ProcessFault {
  /**
   * The first instant at which the fault acts on this process: the ground truth of its onset. Infinite for faults that
   * act on scripts or deployments, which record the onset themselves.
   */
  onsetMs(process: ProcessView): number
  /** The fault is inactive while this is false; true by default. */
  when?(device: DeviceView): boolean
  effect?(process: ProcessView, nowMs: number): ProcessEffect
  death?(process: ProcessView): Death
  outage?(process: ProcessView): Outage & { readonly atMs: number }
  /** How far the device's clock is ahead of true time; negative when it is behind. */
  clockOffsetMs?(process: ProcessView, nowMs: number): number
  /** Machine cycles after which the counter of the process overflows: `ProcessView.counterFullAtMs`. */
  readonly counterCycles?: number
  /** The startup script exits with this code. */
  readonly startupExitCode?: number
  /** This step never ends. The nucleus gives up on a script, but not on a download. */
  readonly hangsIn?: 'download' | 'install' | 'startup'
  /** An outage in the middle of this step, the first time only. */
  readonly outageIn?: Outage & { readonly step: 'download' | 'install' }
  /** The device rejects the deployment. */
  readonly rejects?: true
  readonly download?: DownloadFault
  /** Free disk space that the fault leaves. */
  readonly diskFreeMiB?: number
  /** After a successful deployment, the artifacts of the replaced version are deleted. */
  readonly prunesArtifacts?: true
}

/** Onset of a fault that acts on scripts or deployments, not on a running process. */
export const NOT_BY_PROCESS = (): number => Number.POSITIVE_INFINITY

/** For `when`: a component that was deployed first, such as a migration, may make a fault inactive. */
export const lacks = (device: DeviceView, component: string | undefined): boolean =>
  component === undefined || !device.hasComponent(component)
