import { AwsError } from './aws-error.ts'
import type { JsonObject } from './cloud-context.ts'
import type { JobExecutionStatus } from './job-execution.ts'
import { isObject } from './shadow-document.ts'

/** What a device asks of the service by the topic it publishes to. */
export type JobTopicRequest =
  | { readonly verb: 'list' | 'start-next'; readonly namespace: string | undefined }
  | { readonly verb: 'get' | 'update'; readonly jobId: string; readonly namespace: string | undefined }

/** Reject codes of the MQTT API, and the exceptions of the HTTP one they correspond to. [iot: jobs-mqtt-api] */
const HTTP_NAMES = {
  InvalidTopic: ['InvalidRequestException', 400],
  InvalidJson: ['InvalidRequestException', 400],
  InvalidRequest: ['InvalidRequestException', 400],
  InvalidStateTransition: ['InvalidStateTransitionException', 409],
  ResourceNotFound: ['ResourceNotFoundException', 404],
  VersionMismatch: ['InvalidStateTransitionException', 409],
  TerminalStateReached: ['TerminalStateException', 410],
} as const

/** The service refuses a device's request. */
export class JobRejection extends Error {
  override readonly name = 'JobRejection'
  readonly code: keyof typeof HTTP_NAMES
  readonly executionState: JsonObject | undefined

  constructor(code: keyof typeof HTTP_NAMES, message: string, executionState?: JsonObject) {
    super(message)
    this.code = code
    this.executionState = executionState
  }

  toAwsError(): AwsError {
    const [name, status] = HTTP_NAMES[this.code]
    return new AwsError(name, status, this.message)
  }
}

/**
 * `rest` is the topic after `$aws/things/{thing}/jobs/`; with a namespace the segment `namespace-<id>` stands before the
 * verb. Null for the service's own topics and for anything else.
 */
export function parseJobRequest(rest: string): JobTopicRequest | null {
  const parts = rest.split('/')
  const at = parts.findIndex((part) => part.startsWith('namespace-'))
  const namespace = at < 0 ? undefined : parts.splice(at, 1)[0]?.slice('namespace-'.length)
  if (parts.length === 1 && parts[0] === 'get') return { verb: 'list', namespace }
  if (parts.length === 1 && parts[0] === 'start-next') return { verb: 'start-next', namespace }
  const [jobId, verb] = parts as [string, string | undefined]
  if (parts.length !== 2 || (verb !== 'get' && verb !== 'update')) return null
  return { verb, jobId, namespace }
}

const DEVICE_STATUSES = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'] as const

/** @throws JobRejection InvalidRequest */
export function parseJobUpdate(payload: JsonObject): {
  status: JobExecutionStatus
  statusDetails: Readonly<Record<string, string>> | undefined
  expectedVersion: number | undefined
  includeJobExecutionState: boolean
  includeJobDocument: boolean
} {
  const { status, statusDetails, expectedVersion } = payload
  if (payload.stepTimeoutInMinutes !== undefined) {
    throw new JobRejection('InvalidRequest', 'stepTimeoutInMinutes is not emulated by fleet-rehearsal')
  }
  if (!(DEVICE_STATUSES as readonly unknown[]).includes(status)) {
    throw new JobRejection('InvalidRequest', `A device may not set the status ${JSON.stringify(status)}`)
  }
  if (expectedVersion !== undefined && typeof expectedVersion !== 'number') {
    throw new JobRejection('InvalidRequest', 'expectedVersion is not a number')
  }
  return {
    status: status as JobExecutionStatus,
    statusDetails: statusDetails === undefined ? undefined : checkDetails(statusDetails),
    expectedVersion,
    includeJobExecutionState: payload.includeJobExecutionState === true,
    includeJobDocument: payload.includeJobDocument === true,
  }
}

/** At most 10 pairs; keys of 1-128 characters, values of 1-1024. [iot: UpdateJobExecution] */
function checkDetails(details: unknown): Readonly<Record<string, string>> {
  const entries = isObject(details) ? Object.entries(details) : null
  const valid = entries?.every(
    ([key, value]) =>
      /^[a-zA-Z0-9:_-]{1,128}$/.test(key) && typeof value === 'string' && value.length >= 1 && value.length <= 1024,
  )
  if (entries === null || entries.length > 10 || !valid) {
    throw new JobRejection('InvalidRequest', 'statusDetails takes at most 10 pairs of text of at most 1024 characters')
  }
  return details as Record<string, string>
}
