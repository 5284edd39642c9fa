import { z } from 'zod'

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
}

/** What a fault does to a running process at an instant. */
export interface Effect {
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
  readonly reason: string
}

/** A fault on one device, as pure functions of the process. What a fault does not do it leaves out. */
export interface Fault {
  readonly kind: string
  /** The instant at which this process feels the fault for the first time: the ground truth of its onset. */
  onsetMs(process: ProcessView): number
  effect?(process: ProcessView, nowMs: number): Effect
  death?(process: ProcessView): Death
  /** The startup script exits with this code. */
  readonly startupExitCode?: number
  /** This script never ends; the nucleus gives up on it. */
  readonly hangsIn?: 'install' | 'startup'
}

/** Where a fault is: with a firmware version wherever it runs, on a line, or on one device. */
export const selector = z
  .strictObject({
    firmware: z.string().optional().describe('Only while this firmware version runs'),
    line: z.int().positive().optional().describe('Only on this production line'),
    device: z.string().optional().describe('Only on this device'),
    fleet: z.literal('all').optional().describe('Everywhere, whatever runs there'),
  })
  .refine((value) => Object.values(value).some((one) => one !== undefined), {
    message: 'says nowhere; give firmware, line, device or fleet: all',
  })
export type Selector = z.output<typeof selector>

/** Whether the fault concerns this device when it runs this version. */
export const selects = (where: Selector, thing: string, line: number, version: string): boolean =>
  (where.firmware === undefined || where.firmware === version) &&
  (where.line === undefined || where.line === line) &&
  (where.device === undefined || where.device === thing)
