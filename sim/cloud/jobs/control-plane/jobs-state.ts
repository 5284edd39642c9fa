import type { Clock } from '../../../kernel/clock.ts'
import { AwsError } from '../../base/aws-error.ts'
import { notFound } from '../../base/iot-errors.ts'
import type { TagStore } from '../../base/tags.ts'
import type { Job, JobTarget, JobTargets } from '../job.ts'
import type { JobExecution } from '../job-execution.ts'
import { eachOnce } from '../job-targets.ts'
import type { JobsService } from '../jobs-service.ts'

/** What the operations of the control plane read and change. */
export interface JobsState {
  readonly jobs: JobsService
  readonly things: JobTargets
  readonly iotTags: TagStore
  readonly clock: Clock
}

/** @throws AwsError ResourceNotFoundException */
export function jobOrThrow({ jobs }: Pick<JobsState, 'jobs'>, jobId: string | undefined): Job {
  const job = jobs.job(jobId ?? '')
  if (job === undefined) throw notFound(`Job ${jobId} not found`)
  return job
}

/** A job is known by its namespace as well, where one is given. @throws AwsError ResourceNotFoundException */
export function requireNamespace(job: Job, namespaceId: string | undefined): void {
  if (namespaceId === undefined || namespaceId === job.namespaceId) return
  throw notFound(`Job ${job.jobId} is not in the namespace ${namespaceId}`)
}

/** What the ARNs name, each once. @throws AwsError InvalidRequestException, ResourceNotFoundException */
export function targetsOrThrow(
  arns: readonly string[],
  { jobs, things }: Pick<JobsState, 'jobs' | 'things'>,
): readonly JobTarget[] {
  const targets = arns.map((arn) => {
    const target = jobs.targetOf(arn)
    if (target === null) throw notFound(`${arn} is not in this account and region`)
    const exists = target.kind === 'thing' ? things.exists(target.name) : things.groupExists(target.name)
    if (!exists) throw notFound(`The target ${target.kind} ${target.name} does not exist`)
    return target
  })
  return eachOnce(targets)
}

const MAX_TARGETS = 100

/** [source: job-targets] @throws AwsError LimitExceededException */
export function checkTargetCount(targets: readonly JobTarget[]): void {
  const { length } = eachOnce(targets)
  if (length <= MAX_TARGETS) return
  throw new AwsError('LimitExceededException', 410, `A job has at most ${MAX_TARGETS} targets, not ${length}`)
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
