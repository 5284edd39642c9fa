import { AwsError } from '../cloud/base/aws-error.ts'
import type { ServiceName } from '../cloud/base/operations.ts'
import { ConstraintViolation } from './constraints/check.ts'
import { type ServiceModel, VALIDATION_ERROR } from './service-model.ts'
import { MalformedRequest, UnreadableBody } from './shapes.ts'

/** The service that refuses. */
interface Refusing {
  readonly service: ServiceName | 'dynamodb'
  readonly protocol: ServiceModel['protocol']
}

/** What the service answers to a request that it cannot read or that breaks a constraint; null for any other error. */
export function asRefusal({ service, protocol }: Refusing, error: unknown): AwsError | null {
  if (error instanceof AwsError) return error
  if (error instanceof UnreadableBody && protocol !== 'aws-query') {
    return new AwsError('SerializationException', 400, error.message)
  }
  if (error instanceof ConstraintViolation) return validationError(service, error.message, error.fields)
  if (!(error instanceof MalformedRequest)) return null
  return validationError(service, error.message, [{ name: error.member, message: error.message }])
}

/** Greengrass names the fields as members of its own. */
function validationError(service: Refusing['service'], message: string, fields: readonly object[]): AwsError {
  const members = service === 'greengrass' ? { reason: 'FIELD_VALIDATION_FAILED', fields } : {}
  return new AwsError(VALIDATION_ERROR[service], 400, message, members)
}

/** The answer to an error of the twin itself. */
export function internalError(service: ServiceName): AwsError {
  const name = service === 'greengrass' ? 'InternalServerException' : 'InternalFailureException'
  return new AwsError(name, 500, 'internal error of the twin')
}
