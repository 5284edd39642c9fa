import { NotEmulated } from '../../base/aws-error.ts'
import { invalidRequest } from '../../base/iot-errors.ts'
import { defineOperations } from '../../base/operations.ts'
import { checkConfigs } from './job-configs.ts'
import { checkTargetCount, type JobsState, jobOrThrow, requireNamespace, targetsOrThrow } from './jobs-state.ts'

/** Operations that change a job which exists. */
export const updateJobsOperations = defineOperations<'iot', Pick<JobsState, 'jobs' | 'things'>>()({
  /** No status of a job is documented in which it cannot be updated. [source: job-update] */
  UpdateJob: (input, { jobs }) => {
    if (input.presignedUrlConfig !== undefined) throw new NotEmulated('UpdateJob presignedUrlConfig')
    if (input.jobExecutionsRetryConfig !== undefined) throw new NotEmulated('UpdateJob jobExecutionsRetryConfig')
    const job = jobOrThrow({ jobs }, input.jobId)
    requireNamespace(job, input.namespaceId)
    checkConfigs(input)
    jobs.updateJob(job, {
      description: input.description,
      rollout: input.jobExecutionsRolloutConfig,
      abort: input.abortConfig,
      timeout: input.timeoutConfig,
    })
    return {}
  },

  /** [source: job-targets] */
  AssociateTargetsWithJob: ({ jobId, targets: arns = [], comment, namespaceId }, state) => {
    const { jobs } = state
    const job = jobOrThrow({ jobs }, jobId)
    requireNamespace(job, namespaceId)
    if (job.targetSelection !== 'CONTINUOUS') throw invalidRequest(`Job ${job.jobId} is not continuous`)
    if (job.status !== 'IN_PROGRESS') throw invalidRequest(`The status of job ${job.jobId} is ${job.status}`)
    const targets = targetsOrThrow(arns, state)
    if (targets.some(({ kind }) => kind === 'thing')) throw new NotEmulated('AssociateTargetsWithJob with a thing')
    checkTargetCount([...job.targets, ...targets])
    jobs.associateTargets(job, targets, comment)
    return { jobArn: jobs.jobArn(job.jobId), jobId: job.jobId, description: job.description }
  },
})
