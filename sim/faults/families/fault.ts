import type { CrashReason } from '../../plant/crash-messages.ts'
import type { PlantTime } from '../../plant/shifts.ts'

/** What a fault may draw on: uniform in [0, 1), the same for the same fault, device and number. */
export type Chance = (n: number) => number

/** What is known of the firmware process that a fault may act on. All times are virtual. */
export interface ProcessView {
  /** First start of this version on this device: where "after install" counts from. */
  readonly installedAtMs: number
  /** Start of the running process. */
  readonly startedAtMs: number
  /** Start of the rehearsal: where faults of the plant count from, whatever is installed. */
  readonly worldStartMs: number
  /** Restarts of the process on this device so far. */
  readonly boot: number
  readonly baseMemoryMiB: number
  readonly memoryLimitMiB: number
  /** The plant's shift and kind of day at an instant. */
  readonly plantTime: (atMs: number) => PlantTime
  /**
   * When the machine will have made as many cycles since `startedAtMs` as the fault's counter holds: just after the
   * minute that completes them. Infinite for a fault without a counter.
   */
  readonly counterFullAtMs: number
}

/** What is known of the device around the process, at the moment it is asked. */
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
  /** Share of connection attempts that fail beside the normal ones, 0 to 1. */
  readonly connectionFailureShare?: number
  readonly extraMemoryMiB?: number
}

/** Why a process dies, and when. */
export interface Death {
  readonly atMs: number
  readonly exitCode: number
  readonly reason: CrashReason
}

/** The device loses its power, or restarts: nothing on it runs, and its connection is lost. */
export interface Outage {
  /** Infinite when it never comes back. */
  readonly downMs: number
  /** `previous`: the boot loader starts what was there before the last deployment. */
  readonly boots: 'same' | 'previous'
}

/** Why an artifact did not arrive, in the nucleus' words. [nucleus: DeploymentErrorCode, DeploymentErrorType] */
export interface DownloadFailure {
  /** From general to specific, below DEPLOYMENT_FAILURE. */
  readonly errorCodes: readonly string[]
  readonly errorType: string
  readonly cause: string
}

/** What becomes of a download. */
export interface DownloadTrouble {
  /** Downloads before the nucleus gives up; 0 where it does not even begin. */
  readonly attempts: number
  /** Asked after them; null when all is well after all. */
  failure(device: DeviceView): DownloadFailure | null
}

/**
 * A fault on one device, as pure functions of what it acts on. What a fault does not do it leaves out. What acts on a
 * deployment acts on those that bring the version of its selector.
 */
export interface Fault {
  readonly kind: string
  /**
   * The instant at which this process feels the fault for the first time: the ground truth of its onset. Infinite for
   * what no running process feels: scripts and deployments tell by themselves that they have met a fault.
   */
  onsetMs(process: ProcessView): number
  /** The fault rests while this does not hold; it always holds by default. */
  when?(device: DeviceView): boolean
  effect?(process: ProcessView, nowMs: number): ProcessEffect
  death?(process: ProcessView): Death
  outage?(process: ProcessView): Outage & { readonly atMs: number }
  /** How far the device's clock is ahead of the true time; negative when it is behind. */
  clockOffsetMs?(process: ProcessView, nowMs: number): number
  /** Cycles of the machine after which the process' counter overflows: `ProcessView.counterFullAtMs`. */
  readonly counterCycles?: number
  /** The startup script exits with this code. */
  readonly startupExitCode?: number
  /** This step never ends; on a script the nucleus gives up, on a download it does not. */
  readonly hangsIn?: 'download' | 'install' | 'startup'
  /** In the middle of this step, the first time. */
  readonly outageIn?: Outage & { readonly step: 'download' | 'install' }
  /** The device refuses the deployment. */
  readonly rejects?: true
  readonly download?: DownloadTrouble
  /** What it leaves of the disk. */
  readonly diskFreeMiB?: number
  /** Once a deployment has succeeded, what it replaced is deleted. */
  readonly prunesArtifacts?: true
}

/** Onset of what no running process feels. */
export const NOT_BY_PROCESS = (): number => Number.POSITIVE_INFINITY
