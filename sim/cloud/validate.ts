import { AwsError } from './aws-error.ts'

/** The ValidationException of Greengrass v2, naming the member. [gg: ValidationException] */
export const validationError = (member: string, message: string): AwsError =>
  new AwsError('ValidationException', 400, `${member}: ${message}`, {
    reason: 'FIELD_VALIDATION_FAILED',
    fields: [{ name: member, message }],
  })

/** Patterns and lengths of the service model; the SDK's runtime schemas carry none. [gg: protocol 6.1] */
const PATTERNS = {
  targetArn: /^arn:[^:]*:iot:[^:]*:[0-9]+:(thing|thinggroup)\/.+$/,
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

export function requireRange(member: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !(value >= min && value <= max)) {
    throw validationError(member, `${value} is not within ${min} and ${max}`)
  }
}
