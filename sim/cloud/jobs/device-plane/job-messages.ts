import { isObject, type JsonObject } from '../../base/json.ts'
import type { ExecutionStep } from '../execution-changes.ts'
import type { JobExecutionStatus } from '../job-execution.ts'
import { JobRejection } from './job-rejection.ts'

/** What a device requests, by the topic it publishes to. */
export type JobTopicRequest =
  | { readonly verb: 'list' | 'start-next'; readonly namespace: string | undefined }
  | { readonly verb: 'get' | 'update'; readonly jobId: string; readonly namespace: string | undefined }

/**
 * `rest` is the topic after `$aws/things/{thing}/jobs/`; with a namespace the segment `namespace-<id>` precedes the verb. Null for the service's own topics and for all others.
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

export interface JobUpdate extends ExecutionStep {
  readonly status: JobExecutionStatus
  readonly expectedVersion: number | undefined
  readonly executionNumber: number | undefined
  readonly includeJobExecutionState: boolean
  readonly includeJobDocument: boolean
}

/** Members that a device may send with start-next and update. @throws JobRejection InvalidRequest */
export function parseJobStep(payload: JsonObject): ExecutionStep {
  const { statusDetails } = payload
  const stepTimeoutInMinutes = optionalInteger(payload, 'stepTimeoutInMinutes')
  const isStep = stepTimeoutInMinutes === undefined || (stepTimeoutInMinutes >= 1 && stepTimeoutInMinutes <= 10_080)
  if (!isStep && stepTimeoutInMinutes !== -1) {
    throw new JobRejection('InvalidRequest', 'stepTimeoutInMinutes is neither -1 nor within 1 and 10080')
  }
  return { statusDetails: statusDetails === undefined ? undefined : checkDetails(statusDetails), stepTimeoutInMinutes }
}

/** @throws JobRejection InvalidRequest */
export function parseJobUpdate(payload: JsonObject): JobUpdate {
  const { status } = payload
  if (!(DEVICE_STATUSES as readonly unknown[]).includes(status)) {
    throw new JobRejection('InvalidRequest', `A device may not set the status ${JSON.stringify(status)}`)
  }
  return {
    ...parseJobStep(payload),
    status: status as JobExecutionStatus,
    expectedVersion: expectedVersionOf(payload),
    executionNumber: optionalInteger(payload, 'executionNumber'),
    includeJobExecutionState: payload.includeJobExecutionState === true,
    includeJobDocument: payload.includeJobDocument === true,
  }
}

/** Some clients of AWS send it as text. @throws JobRejection InvalidRequest */
function expectedVersionOf(payload: JsonObject): number | undefined {
  const { expectedVersion } = payload
  if (typeof expectedVersion === 'string' && /^\d+$/.test(expectedVersion)) return Number(expectedVersion)
  return optionalInteger(payload, 'expectedVersion')
}

/** @throws JobRejection InvalidRequest */
export function optionalInteger(payload: JsonObject, member: string): number | undefined {
  const value = payload[member]
  if (value === undefined || Number.isInteger(value)) return value as number | undefined
  throw new JobRejection('InvalidRequest', `${member} is not an integer`)
}

/** At most 10 pairs; keys of 1-128 characters, values of 1-1024. [source: status-details] */
function checkDetails(details: unknown): Readonly<Record<string, string>> {
  const entries = isObject(details) ? Object.entries(details) : null
  const valid = entries?.every(
    ([key, value]) =>
      /^[a-zA-Z0-9:_-]{1,128}$/.test(key) && typeof value === 'string' && value.length >= 1 && value.length <= 1024,
  )
  if (entries === null || entries.length > 10 || !valid) {
    throw new JobRejection(
      'InvalidRequest',
      'statusDetails may have at most 10 entries with values of at most 1024 characters',
    )
  }
  return details as Record<string, string>
}
