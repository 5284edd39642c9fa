import { NotEmulated } from '../../base/aws-error.ts'
import { defineOperations } from '../../base/operations.ts'
import { page } from '../../base/paging.ts'
import type { Job, JobTarget, JobTargets } from '../job.ts'
import type { StatusCounts } from '../job-executions.ts'
import { hasGroup } from '../job-targets.ts'
import type { JobsService } from '../jobs-service.ts'
import { type JobsState, jobOrThrow, optionalDate } from './jobs-state.ts'

/** Operations that read jobs. [source: job-control-plane] */
export const describeJobsOperations = defineOperations<'iot', Pick<JobsState, 'jobs' | 'things'>>()({
  DescribeJob: ({ jobId, beforeSubstitution }, { jobs, things }) => {
    if (beforeSubstitution) throw new NotEmulated('DescribeJob beforeSubstitution')
    const job = jobOrThrow({ jobs }, jobId)
    const targets = job.targets.map((target) => arnOf(target, things))
    return {
      job: {
        ...summary(job, jobs),
        targets,
        description: job.description,
        forceCanceled: job.forceCanceled,
        reasonCode: job.reasonCode,
        comment: job.comment,
        namespaceId: job.namespaceId,
        jobExecutionsRolloutConfig: job.rollout,
        abortConfig: job.abort,
        timeoutConfig: job.timeout,
        jobProcessDetails: {
          processingTargets: job.status === 'IN_PROGRESS' ? targets : [],
          ...processCounts(job.executions.counts),
        },
      },
    }
  },

  GetJobDocument: ({ jobId, beforeSubstitution }, state) => {
    if (beforeSubstitution) throw new NotEmulated('GetJobDocument beforeSubstitution')
    return { document: JSON.stringify(jobOrThrow(state, jobId).document) }
  },

  ListJobs: (input, { jobs }) => {
    if (input.thingGroupId !== undefined) throw new NotEmulated('ListJobs thingGroupId')
    const { status, targetSelection, thingGroupName, namespaceId } = input
    const found = jobs
      .all()
      .filter(
        (job) =>
          (status === undefined || job.status === status) &&
          (targetSelection === undefined || job.targetSelection === targetSelection) &&
          (thingGroupName === undefined || hasGroup(job.targets, thingGroupName)) &&
          (namespaceId === undefined || job.namespaceId === namespaceId),
      )
    const { items, nextToken } = page(found.reverse(), input)
    return { jobs: items.map((job) => summary(job, jobs)), nextToken }
  },
})

const arnOf = ({ kind, name }: JobTarget, things: JobTargets): string =>
  kind === 'thing' ? things.thingArn(name) : things.groupArn(name)

const summary = (job: Job, jobs: JobsService) => ({
  jobArn: jobs.jobArn(job.jobId),
  jobId: job.jobId,
  targetSelection: job.targetSelection,
  status: job.status,
  createdAt: new Date(job.createdAtMs),
  lastUpdatedAt: new Date(job.lastUpdatedAtMs),
  completedAt: optionalDate(job.completedAtMs),
  isConcurrent: job.targetSelection === 'CONTINUOUS',
})

const processCounts = (counts: StatusCounts) => ({
  numberOfCanceledThings: counts.CANCELED,
  numberOfSucceededThings: counts.SUCCEEDED,
  numberOfFailedThings: counts.FAILED,
  numberOfRejectedThings: counts.REJECTED,
  numberOfQueuedThings: counts.QUEUED,
  numberOfInProgressThings: counts.IN_PROGRESS,
  numberOfRemovedThings: counts.REMOVED,
  numberOfTimedOutThings: counts.TIMED_OUT,
})
