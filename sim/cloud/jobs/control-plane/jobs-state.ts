import type { Clock } from '../../../kernel/clock.ts'
import { notFound } from '../../base/iot-errors.ts'
import type { Job, JobTargets } from '../job.ts'
import type { JobExecution } from '../job-execution.ts'
import type { JobsService } from '../jobs-service.ts'

/** What the operations of the control plane read and change. */
export interface JobsState {
  readonly jobs: JobsService
  readonly things: JobTargets
  readonly clock: Clock
}

/** @throws AwsError ResourceNotFoundException */
export function jobOrThrow({ jobs }: Pick<JobsState, 'jobs'>, jobId: string | undefined): Job {
  const job = jobs.job(jobId ?? '')
  if (job === undefined) throw notFound(`Job ${jobId} not found`)
  return job
}

/** Only the newest execution of a thing is kept. @throws AwsError ResourceNotFoundException */
export function executionOrThrow(job: Job, thing: string | undefined, executionNumber?: number): JobExecution {
  const execution = job.executions.get(thing ?? '')
  if (execution === undefined) throw notFound(`No execution of job ${job.jobId} for ${thing}`)
  if (executionNumber !== undefined && executionNumber !== execution.executionNumber) {
    throw notFound(`No execution ${executionNumber} of job ${job.jobId} for ${thing}`)
  }
  return execution
}

export const optionalDate = (atMs: number | undefined): Date | undefined =>
  atMs === undefined ? undefined : new Date(atMs)
