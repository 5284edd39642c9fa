import type { Timer } from '../../kernel/clock.ts'

/** Status of one job on one thing. [source: execution-status] */
export const JOB_EXECUTION_STATUSES = [
  'QUEUED',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
  'TIMED_OUT',
  'REMOVED',
  'CANCELED',
] as const
export type JobExecutionStatus = (typeof JOB_EXECUTION_STATUSES)[number]

export interface JobExecution {
  readonly thing: string
  status: JobExecutionStatus
  statusDetails: Readonly<Record<string, string>>
  /**
   * When the execution was created; once it is released, when that was. A device therefore never receives a job older than
   * one it has seen, which the nucleus would ignore. [source: job-deduplication]
   */
  queuedAtMs: number
  startedAtMs: number | undefined
  lastUpdatedAtMs: number
  versionNumber: number
  readonly executionNumber: number
  /** True once the rollout rate and the notification delay have passed it; `$next` shows it from then on. */
  released: boolean
  /** Ends of the two timers of a running execution. [source: execution-timers] */
  inProgressEndsAtMs: number | undefined
  stepEndsAtMs: number | undefined
  timer: Timer | null
}

/** Who requests a change of status. */
export type JobActor = 'device' | 'service' | 'cancel' | 'force-cancel'

const ALLOWED: Readonly<Record<JobActor, Partial<Record<JobExecutionStatus, readonly JobExecutionStatus[]>>>> = {
  device: {
    QUEUED: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'],
    IN_PROGRESS: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'],
  },
  service: { QUEUED: ['REMOVED'], IN_PROGRESS: ['TIMED_OUT', 'REMOVED'] },
  cancel: { QUEUED: ['CANCELED'] },
  'force-cancel': { QUEUED: ['CANCELED'], IN_PROGRESS: ['CANCELED'] },
}

export const isTerminal = (status: JobExecutionStatus): boolean => status !== 'QUEUED' && status !== 'IN_PROGRESS'

/** Whether `actor` may move an execution from one status to another. */
export const mayMove = (from: JobExecutionStatus, to: JobExecutionStatus, actor: JobActor): boolean =>
  ALLOWED[actor][from]?.includes(to) ?? false

/** When the nearer of the two timers ends, if one runs. */
export const endsAtMs = ({ inProgressEndsAtMs, stepEndsAtMs }: JobExecution): number | undefined =>
  inProgressEndsAtMs === undefined || stepEndsAtMs === undefined
    ? (inProgressEndsAtMs ?? stepEndsAtMs)
    : Math.min(inProgressEndsAtMs, stepEndsAtMs)

/** The member of both planes for the time until the execution times out; none while no timer runs. */
export function approximateSecondsLeft(
  execution: JobExecution,
  nowMs: number,
): { approximateSecondsBeforeTimedOut?: number } {
  const atMs = endsAtMs(execution)
  return atMs === undefined ? {} : { approximateSecondsBeforeTimedOut: Math.floor((atMs - nowMs) / 1000) }
}
