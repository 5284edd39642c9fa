import { AwsError } from '../../base/aws-error.ts'
import { invalidRequest } from '../../base/iot-errors.ts'
import { defineOperations } from '../../base/operations.ts'
import { isTerminal, mayMove } from '../job-execution.ts'
import { executionOrThrow, type JobsState, jobOrThrow, requireNamespace } from './jobs-state.ts'

const REASON_CODE = /^[\p{Lu}\p{Nd}_]{1,128}$/u

/** Operations that end jobs and executions. [source: job-control-plane] */
export const endJobsOperations = defineOperations<'iot', Pick<JobsState, 'jobs'>>()({
  CancelJob: ({ jobId, force = false, reasonCode, comment }, { jobs }) => {
    const job = jobOrThrow({ jobs }, jobId)
    if (job.status === 'COMPLETED') throw invalidRequest(`Job ${job.jobId} is completed`)
    if (reasonCode !== undefined && !REASON_CODE.test(reasonCode)) {
      throw invalidRequest(`reasonCode "${reasonCode}" is not of upper-case letters, digits and _`)
    }
    jobs.cancelJob(job.jobId, { force, reasonCode, comment })
    return { jobArn: jobs.jobArn(job.jobId), jobId: job.jobId, description: job.description }
  },

  DeleteJob: ({ jobId, force = false, namespaceId }, { jobs }) => {
    const job = jobOrThrow({ jobs }, jobId)
    requireNamespace(job, namespaceId)
    if (job.status === 'IN_PROGRESS' && !force) throw invalidTransition(`Job ${job.jobId} is in progress`)
    jobs.deleteJob(job)
    return {}
  },

  /** By force also one that has not ended; the job may be complete after it. [source: delete-job-execution] */
  DeleteJobExecution: ({ jobId, thingName, executionNumber, force = false, namespaceId }, { jobs }) => {
    const job = jobOrThrow({ jobs }, jobId)
    requireNamespace(job, namespaceId)
    const execution = executionOrThrow(job, thingName, executionNumber)
    const hasEnded = isTerminal(execution.status)
    if (!hasEnded && !force) throw invalidTransition(`The execution is ${execution.status}`)
    jobs.deleteExecution(job, execution)
    return {}
  },

  CancelJobExecution: ({ jobId, thingName, force, expectedVersion, statusDetails }, { jobs }) => {
    const job = jobOrThrow({ jobs }, jobId)
    const execution = executionOrThrow(job, thingName)
    if (expectedVersion !== undefined && expectedVersion !== execution.versionNumber) {
      const message = `The version is ${execution.versionNumber}, not ${expectedVersion}`
      throw new AwsError('VersionConflictException', 409, message)
    }
    if (!mayMove(execution.status, 'CANCELED', force ? 'force-cancel' : 'cancel')) {
      throw invalidTransition(`The execution is ${execution.status}`)
    }
    jobs.cancelExecution(job, execution, statusDetails)
    return {}
  },
})

const invalidTransition = (message: string): AwsError => new AwsError('InvalidStateTransitionException', 409, message)
