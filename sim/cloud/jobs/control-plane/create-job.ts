import { NotEmulated } from '../../base/aws-error.ts'
import { alreadyExists, invalidRequest } from '../../base/iot-errors.ts'
import { type JsonObject, parseObject } from '../../base/json.ts'
import { defineOperations, type InputOf } from '../../base/operations.ts'
import { checkConfigs } from './job-configs.ts'
import { checkTargetCount, type JobsState, targetsOrThrow } from './jobs-state.ts'

/** [source: job-control-plane] */
export const createJobOperations = defineOperations<'iot', Pick<JobsState, 'jobs' | 'things' | 'iotTags'>>()({
  CreateJob: (input, state) => {
    const { jobs, iotTags } = state
    const { jobId, document } = checkCreateJob(input)
    iotTags.check(input.tags)
    if (jobs.job(jobId) !== undefined) throw alreadyExists(`Job ${jobId} already exists`, jobId, jobs.jobArn(jobId))
    const targets = targetsOrThrow(input.targets ?? [], state)
    checkTargetCount(targets)
    jobs.createJob({
      jobId,
      targets,
      document,
      targetSelection: input.targetSelection ?? 'SNAPSHOT',
      namespaceId: input.namespaceId,
      description: input.description,
      rollout: input.jobExecutionsRolloutConfig,
      abort: input.abortConfig,
      timeout: input.timeoutConfig,
    })
    iotTags.set(jobs.jobArn(jobId), input.tags)
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
] as const
const MAX_DOCUMENT_BYTES = 32 * 1024

/** @throws AwsError InvalidRequestException, NotEmulated */
function checkCreateJob(input: InputOf<'iot', 'CreateJob'>): {
  jobId: string
  document: JsonObject
} {
  for (const member of NOT_EMULATED_MEMBERS) {
    if (input[member] !== undefined) throw new NotEmulated(`CreateJob ${member}`)
  }
  const { jobId = '', targets = [] } = input
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(jobId)) throw invalidRequest(`jobId "${jobId}" is not valid`)
  if (targets.length === 0) throw invalidRequest('targets is empty')
  checkConfigs(input)
  return { jobId, document: parseDocument(input.document) }
}

function parseDocument(text: string | undefined): JsonObject {
  if (text === undefined) throw invalidRequest('document is required')
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) throw invalidRequest('document is above 32 KB')
  const document = parseObject(text)
  if (document === null) throw invalidRequest('document is not a JSON object')
  return document
}
