import { AwsError } from '../base/aws-error.ts'
import { type PageRequest, page } from '../base/paging.ts'

/** The ValidationException of Greengrass v2, naming the member. [source: greengrass-validation] */
export const validationError = (member: string, message: string): AwsError =>
  new AwsError('ValidationException', 400, `${member}: ${message}`, {
    reason: 'FIELD_VALIDATION_FAILED',
    fields: [{ name: member, message }],
  })

/** The ResourceNotFoundException of Greengrass v2. */
export const notFound = (resourceId: string, resourceType: string): AwsError =>
  new AwsError('ResourceNotFoundException', 404, `${resourceType} ${resourceId} not found`, {
    resourceId,
    resourceType,
  })

/** The ConflictException of Greengrass v2. */
export const conflict = (resourceId: string, resourceType: string, message: string): AwsError =>
  new AwsError('ConflictException', 409, message, { resourceId, resourceType })

/** Patterns and lengths of the service model; the SDK's runtime schemas carry none. [source: greengrass-patterns] */
const PATTERNS = {
  targetArn: /^arn:[^:]*:iot:[^:]*:[0-9]+:(thing|thinggroup)\/.+$/,
  thingGroupArn: /^arn:[^:]*:iot:[^:]*:[0-9]+:thinggroup\/.+$/,
  resourceArn: /^arn:[^:]*:greengrass:[^:]*:(aws|[0-9]+):(components|deployments|coreDevices):.*$/,
  componentArn: /^arn:[^:]*:greengrass:[^:]*:(aws|[0-9]+):components:[^:]+$/,
  componentVersionArn: /^arn:[^:]*:greengrass:[^:]*:(aws|[0-9]+):components:[^:]+:versions:[^:]+$/,
  clientToken: /^[a-zA-Z0-9-]{1,64}$/,
  deploymentName: /^[\s\S]{1,256}$/,
  componentName: /^[\s\S]{1,128}$/,
  componentVersion: /^[\s\S]{1,64}$/,
  coreDeviceThingName: /^[\s\S]{1,128}$/,
} as const

/** @throws AwsError ValidationException when the member is missing or does not match. */
export function requireMatch(member: keyof typeof PATTERNS, value: string | undefined): string {
  if (value === undefined) throw validationError(member, 'is required')
  if (!PATTERNS[member].test(value)) throw validationError(member, `"${value}" must match ${PATTERNS[member].source}`)
  return value
}

/** @throws AwsError ValidationException when the member is given and out of range. */
export function checkRange(
  member: string,
  value: number | undefined,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (value !== undefined && !(value >= min && value <= max)) {
    throw validationError(member, `${value} is not within ${min} and ${max}`)
  }
}

/** @throws AwsError ValidationException when the member is given and is not one of `allowed`. */
export function checkOneOf(member: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw validationError(member, `"${value}" is none of ${allowed.join(', ')}`)
  }
}

/** One page of a list of Greengrass v2: 1 to 100 results. @throws AwsError ValidationException */
export function greengrassPage<T>(
  all: readonly T[],
  { maxResults, nextToken }: PageRequest,
): { items: T[]; nextToken: string | undefined } {
  checkRange('maxResults', maxResults, 1, 100)
  return page(all, { maxResults, nextToken }, { max: 100, errorName: 'ValidationException' })
}
