import type {
  CancelJobExecutionRequest,
  CancelJobRequest,
  CreateJobRequest,
  DeleteJobRequest,
  DescribeJobExecutionRequest,
  DescribeJobRequest,
  JobExecutionsRolloutConfig,
  ListJobExecutionsForJobRequest,
  ListJobExecutionsForThingRequest,
  ListJobsRequest,
} from '@aws-sdk/client-iot'
import type { Clock } from '../../kernel/clock.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { JsonObject, Operations } from '../base/cloud-context.ts'
import { page } from '../base/paging.ts'
import { isObject } from '../iot/shadow-document.ts'
import {
  type CancelOptions,
  type Job,
  type JobRequest,
  type JobTarget,
  type JobTargets,
  parseTargetArn,
} from './job.ts'
import { type JobExecution, mayMove } from './job-execution.ts'
import type { StatusCounts } from './job-executions.ts'
import { approximateSecondsLeft } from './job-shapes.ts'

/** The jobs that the operations read and change. */
export interface JobKeeper {
  job(jobId: string): Job | undefined
  all(): readonly Job[]
  jobArn(jobId: string): string
  jobsOf(thing: string): readonly Job[]
  createJob(request: JobRequest): Job
  cancelJob(jobId: string, options: CancelOptions): void
  cancelExecution(job: Job, execution: JobExecution, statusDetails: Readonly<Record<string, string>> | undefined): void
  deleteJob(job: Job): void
}

/** The operations of the `iot` control plane that concern jobs. [iot: CreateJob ... CancelJobExecution] */
export function jobControlOperations(jobs: JobKeeper, targets: JobTargets, clock: Clock): Operations {
  const jobOrThrow = (jobId: string | undefined): Job => {
    const job = jobs.job(jobId ?? '')
    if (job === undefined) throw notFound(`Job ${jobId} not found`)
    return job
  }
  const executionOrThrow = (job: Job, thing: string | undefined, executionNumber?: number): JobExecution => {
    const execution = job.executions.get(thing ?? '')
    if (execution === undefined) throw notFound(`No execution of job ${job.jobId} for ${thing}`)
    if (executionNumber !== undefined && executionNumber !== execution.executionNumber) {
      throw notFound(`No execution ${executionNumber} of job ${job.jobId} for ${thing}`)
    }
    return execution
  }
  const arnOf = ({ kind, name }: JobTarget): string =>
    kind === 'thing' ? targets.thingArn(name) : targets.groupArn(name)
  const summary = (job: Job): object => ({
    jobArn: jobs.jobArn(job.jobId),
    jobId: job.jobId,
    targetSelection: job.targetSelection,
    status: job.status,
    createdAt: new Date(job.createdAtMs),
    lastUpdatedAt: new Date(job.lastUpdatedAtMs),
    completedAt: optionalDate(job.completedAtMs),
    isConcurrent: job.targetSelection === 'CONTINUOUS',
  })

  return {
    CreateJob: (input: CreateJobRequest) => {
      const { jobId, target, document } = checkCreateJob(input)
      if (jobs.job(jobId) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', 409, `Job ${jobId} already exists`, {
          resourceId: jobId,
          resourceArn: jobs.jobArn(jobId),
        })
      }
      const exists = target.kind === 'thing' ? targets.exists(target.name) : targets.groupExists(target.name)
      if (!exists) throw notFound(`The target ${target.kind} ${target.name} does not exist`)
      jobs.createJob({
        jobId,
        target,
        document,
        targetSelection: input.targetSelection ?? 'SNAPSHOT',
        namespaceId: input.namespaceId,
        description: input.description,
        rollout: input.jobExecutionsRolloutConfig,
        abort: input.abortConfig,
        timeout: input.timeoutConfig,
      })
      return { jobArn: jobs.jobArn(jobId), jobId, description: input.description }
    },

    DescribeJob: ({ jobId }: DescribeJobRequest) => {
      const job = jobOrThrow(jobId)
      return {
        job: {
          ...summary(job),
          targets: [arnOf(job.target)],
          description: job.description,
          forceCanceled: job.forceCanceled,
          reasonCode: job.reasonCode,
          comment: job.comment,
          namespaceId: job.namespaceId,
          jobExecutionsRolloutConfig: job.rollout,
          abortConfig: job.abort,
          timeoutConfig: job.timeout,
          jobProcessDetails: {
            processingTargets: job.status === 'IN_PROGRESS' ? [arnOf(job.target)] : [],
            ...processCounts(job.executions.counts),
          },
        },
      }
    },

    GetJobDocument: ({ jobId }: DescribeJobRequest) => ({ document: JSON.stringify(jobOrThrow(jobId).document) }),

    ListJobs: (input: ListJobsRequest) => {
      if (input.thingGroupId !== undefined) throw new NotEmulated('ListJobs thingGroupId')
      const { status, targetSelection, thingGroupName, namespaceId } = input
      const found = jobs
        .all()
        .filter(
          (job) =>
            (status === undefined || job.status === status) &&
            (targetSelection === undefined || job.targetSelection === targetSelection) &&
            (thingGroupName === undefined || (job.target.kind === 'group' && job.target.name === thingGroupName)) &&
            (namespaceId === undefined || job.namespaceId === namespaceId),
        )
      const { items, nextToken } = page(found.reverse(), input)
      return { jobs: items.map(summary), nextToken }
    },

    CancelJob: ({ jobId, force = false, reasonCode, comment }: CancelJobRequest) => {
      const job = jobOrThrow(jobId)
      if (job.status === 'COMPLETED') throw invalidRequest(`Job ${job.jobId} is completed`)
      if (reasonCode !== undefined && !/^[\p{Lu}\p{Nd}_]{1,128}$/u.test(reasonCode)) {
        throw invalidRequest(`reasonCode "${reasonCode}" is not of upper-case letters, digits and _`)
      }
      jobs.cancelJob(job.jobId, { force, reasonCode, comment })
      return { jobArn: jobs.jobArn(job.jobId), jobId: job.jobId, description: job.description }
    },

    DeleteJob: ({ jobId, force = false }: DeleteJobRequest) => {
      const job = jobOrThrow(jobId)
      if (job.status === 'IN_PROGRESS' && !force) throw invalidTransition(`Job ${job.jobId} is in progress`)
      jobs.deleteJob(job)
      return {}
    },

    ListJobExecutionsForJob: (input: ListJobExecutionsForJobRequest) => {
      const executions = [...jobOrThrow(input.jobId).executions.values()].filter(
        ({ status }) => input.status === undefined || status === input.status,
      )
      const { items, nextToken } = page(executions, input)
      return {
        executionSummaries: items.map((execution) => ({
          thingArn: targets.thingArn(execution.thing),
          jobExecutionSummary: executionTimes(execution),
        })),
        nextToken,
      }
    },

    ListJobExecutionsForThing: (input: ListJobExecutionsForThingRequest) => {
      const thing = input.thingName ?? ''
      if (!targets.exists(thing)) throw notFound(`Thing ${thing} not found`)
      const found = jobs
        .jobsOf(thing)
        .map((job) => ({ job, execution: job.executions.get(thing) as JobExecution }))
        .filter(
          ({ job, execution }) =>
            (input.status === undefined || execution.status === input.status) &&
            (input.namespaceId === undefined || job.namespaceId === input.namespaceId) &&
            (input.jobId === undefined || job.jobId === input.jobId),
        )
      const { items, nextToken } = page(found.reverse(), input)
      return {
        executionSummaries: items.map(({ job, execution }) => ({
          jobId: job.jobId,
          jobExecutionSummary: executionTimes(execution),
        })),
        nextToken,
      }
    },

    DescribeJobExecution: ({ jobId, thingName, executionNumber }: DescribeJobExecutionRequest) => {
      const job = jobOrThrow(jobId)
      const execution = executionOrThrow(job, thingName, executionNumber)
      return {
        execution: {
          jobId,
          thingArn: targets.thingArn(execution.thing),
          forceCanceled: job.forceCanceled && execution.status === 'CANCELED',
          statusDetails: { detailsMap: execution.statusDetails },
          versionNumber: execution.versionNumber,
          ...executionTimes(execution),
          ...approximateSecondsLeft(execution, clock.nowMs()),
        },
      }
    },

    CancelJobExecution: (input: CancelJobExecutionRequest) => {
      const job = jobOrThrow(input.jobId)
      const execution = executionOrThrow(job, input.thingName)
      if (input.expectedVersion !== undefined && input.expectedVersion !== execution.versionNumber) {
        const message = `The version is ${execution.versionNumber}, not ${input.expectedVersion}`
        throw new AwsError('VersionConflictException', 409, message)
      }
      if (!mayMove(execution.status, 'CANCELED', input.force ? 'force-cancel' : 'cancel')) {
        throw invalidTransition(`The execution is ${execution.status}`)
      }
      jobs.cancelExecution(job, execution, input.statusDetails)
      return {}
    },
  }
}

const NOT_EMULATED_MEMBERS = [
  'documentSource',
  'presignedUrlConfig',
  'jobTemplateArn',
  'jobExecutionsRetryConfig',
  'documentParameters',
  'schedulingConfig',
  'destinationPackageVersions',
  'tags',
] as const
const MAX_DOCUMENT_BYTES = 32 * 1024

/** @throws AwsError InvalidRequestException, NotEmulated */
function checkCreateJob(input: CreateJobRequest): { jobId: string; target: JobTarget; document: JsonObject } {
  for (const member of NOT_EMULATED_MEMBERS) {
    if (input[member] !== undefined) throw new NotEmulated(`CreateJob ${member}`)
  }
  const { jobId = '', targets = [], timeoutConfig } = input
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(jobId)) throw invalidRequest(`jobId "${jobId}" is not valid`)
  if (targets.length === 0) throw invalidRequest('targets is empty')
  if (targets.length > 1) throw new NotEmulated('a job with more than one target')
  checkRollout(input.jobExecutionsRolloutConfig)
  checkRange('inProgressTimeoutInMinutes', timeoutConfig?.inProgressTimeoutInMinutes, 1, 10_080)
  for (const criteria of input.abortConfig?.criteriaList ?? []) {
    checkRange('thresholdPercentage', criteria.thresholdPercentage, 0, 100)
    checkRange('minNumberOfExecutedThings', criteria.minNumberOfExecutedThings, 1)
  }
  return { jobId, target: parseTargetArn(targets[0] as string), document: parseDocument(input.document) }
}

function checkRollout(rollout: JobExecutionsRolloutConfig | undefined): void {
  const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = rollout?.exponentialRate ?? {}
  checkRange('maximumPerMinute', rollout?.maximumPerMinute, 1, 1000)
  checkRange('baseRatePerMinute', baseRatePerMinute, 1, 1000)
  checkRange('incrementFactor', incrementFactor, 1.1, 5)
  checkRange('numberOfNotifiedThings', rateIncreaseCriteria?.numberOfNotifiedThings, 1)
  checkRange('numberOfSucceededThings', rateIncreaseCriteria?.numberOfSucceededThings, 1)
}

function checkRange(member: string, value: number | undefined, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (value !== undefined && !(value >= min && value <= max)) {
    throw invalidRequest(`${member} ${value} is not within ${min} and ${max}`)
  }
}

function parseDocument(text: string | undefined): JsonObject {
  if (text === undefined) throw invalidRequest('document is required')
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) throw invalidRequest('document is above 32 KB')
  try {
    const document: unknown = JSON.parse(text)
    if (isObject(document)) return document
  } catch {
    // the same answer as for JSON that is not an object
  }
  throw invalidRequest('document is not a JSON object')
}

const processCounts = (counts: StatusCounts): object => ({
  numberOfCanceledThings: counts.CANCELED,
  numberOfSucceededThings: counts.SUCCEEDED,
  numberOfFailedThings: counts.FAILED,
  numberOfRejectedThings: counts.REJECTED,
  numberOfQueuedThings: counts.QUEUED,
  numberOfInProgressThings: counts.IN_PROGRESS,
  numberOfRemovedThings: counts.REMOVED,
  numberOfTimedOutThings: counts.TIMED_OUT,
})

const executionTimes = (execution: JobExecution): object => ({
  status: execution.status,
  queuedAt: new Date(execution.queuedAtMs),
  startedAt: optionalDate(execution.startedAtMs),
  lastUpdatedAt: new Date(execution.lastUpdatedAtMs),
  executionNumber: execution.executionNumber,
})

const optionalDate = (atMs: number | undefined): Date | undefined => (atMs === undefined ? undefined : new Date(atMs))
const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', 404, message)
const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', 400, message)
const invalidTransition = (message: string): AwsError => new AwsError('InvalidStateTransitionException', 409, message)
