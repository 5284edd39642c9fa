import { AwsError } from './base/aws-error.ts'
import type { ApiService } from './operation-names.ts'

/** The error of each service for one cause, as the service names it. */
type ErrorForms = Readonly<Record<ApiService, readonly [name: string, statusCode: number, message: string]>>

/** What each service answers when it throttles a call. [source: throttling-errors] */
const THROTTLED: ErrorForms = {
  greengrass: ['ThrottlingException', 429, 'Rate exceeded'],
  iot: ['ThrottlingException', 400, 'Rate exceeded'],
  iotdata: ['ThrottlingException', 429, 'Rate exceeded'],
  'iot-jobs-data': ['ThrottlingException', 429, 'Rate exceeded'],
  events: ['ThrottlingException', 400, 'Rate exceeded'],
  sns: ['ThrottledException', 429, 'Rate exceeded'],
  dynamodb: ['ThrottlingException', 400, 'Rate of requests exceeds the allowed throughput.'],
}

/** What each service answers when it fails by itself. [source: server-errors] */
const FAILED: ErrorForms = {
  greengrass: ['InternalServerException', 500, 'Internal server error'],
  iot: ['InternalFailureException', 500, 'Internal failure'],
  iotdata: ['InternalFailureException', 500, 'Internal failure'],
  'iot-jobs-data': ['InternalFailure', 500, 'Internal failure'],
  events: ['InternalException', 500, 'Internal failure'],
  sns: ['InternalErrorException', 500, 'Internal failure'],
  dynamodb: ['InternalServerError', 500, 'Internal server error'],
}

/** Only the IoT services have a 503 in their models; the front ends of the others answer it as well. */
const UNAVAILABLE: ErrorForms = {
  greengrass: ['ServiceUnavailable', 503, 'Service unavailable'],
  iot: ['ServiceUnavailableException', 503, 'Service unavailable'],
  iotdata: ['ServiceUnavailableException', 503, 'Service unavailable'],
  'iot-jobs-data': ['ServiceUnavailableException', 503, 'Service unavailable'],
  events: ['ServiceUnavailable', 503, 'Service unavailable'],
  sns: ['ServiceUnavailable', 503, 'Service unavailable'],
  dynamodb: ['ServiceUnavailable', 503, 'Service unavailable'],
}

/** Another request changes the resource at the same time. */
const CONFLICT: ErrorForms = {
  greengrass: ['ConflictException', 409, 'The resource is being changed by another request'],
  iot: ['VersionConflictException', 409, 'The version of the resource does not match'],
  iotdata: ['ConflictException', 409, 'Version conflict'],
  'iot-jobs-data': ['ConflictException', 409, 'Version conflict'],
  events: ['ConcurrentModificationException', 400, 'The rule is being changed by another request'],
  sns: ['ConcurrentAccessException', 400, 'The topic is being changed by another request'],
  dynamodb: ['ConditionalCheckFailedException', 400, 'The conditional request failed'],
}

const errorOf = (forms: ErrorForms, service: ApiService, members: Readonly<Record<string, unknown>> = {}): AwsError =>
  new AwsError(...forms[service], members)

export const throttled = (service: ApiService): AwsError => errorOf(THROTTLED, service)
export const failed = (service: ApiService, statusCode: 500 | 503): AwsError =>
  errorOf(statusCode === 500 ? FAILED : UNAVAILABLE, service)
export const conflict = (service: ApiService): AwsError =>
  errorOf(CONFLICT, service, service === 'greengrass' ? { resourceId: 'unknown', resourceType: 'Deployment' } : {})
