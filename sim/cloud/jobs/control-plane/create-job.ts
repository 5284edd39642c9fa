import type { JobExecutionsRolloutConfig } from '@aws-sdk/client-iot'
import { NotEmulated } from '../../base/aws-error.ts'
import { alreadyExists, invalidRequest, notFound } from '../../base/iot-errors.ts'
import { type JsonObject, parseObject } from '../../base/json.ts'
import { defineOperations, type InputOf } from '../../base/operations.ts'
import type { JobsState } from './jobs-state.ts'

/** [source: job-control-plane] */
export const createJobOperations = defineOperations<'iot', Pick<JobsState, 'jobs' | 'things'>>()({
  CreateJob: (input, { jobs, things }) => {
    const { jobId, targetArn, document } = checkCreateJob(input)
    const target = jobs.targetOf(targetArn)
    if (target === null) throw notFound(`${targetArn} is not in this account and region`)
    if (jobs.job(jobId) !== undefined) throw alreadyExists(`Job ${jobId} already exists`, jobId, jobs.jobArn(jobId))
    const exists = target.kind === 'thing' ? things.exists(target.name) : things.groupExists(target.name)
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
})

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
function checkCreateJob(input: InputOf<'iot', 'CreateJob'>): {
  jobId: string
  targetArn: string
  document: JsonObject
} {
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
  return { jobId, targetArn: targets[0] as string, document: parseDocument(input.document) }
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
  const document = parseObject(text)
  if (document === null) throw invalidRequest('document is not a JSON object')
  return document
}
