/** Status of one job on one thing. [iot: iot-jobs-lifecycle] */
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

/** Who asks for a change of status. */
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
