import { AwsError } from '../base/aws-error.ts'

/** Errors of the `iot` control plane, as its operations on things, groups and jobs share them. [source: job-control-plane] */

export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', 400, message)

export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', 404, message)

export const alreadyExists = (message: string, resourceId: string, resourceArn: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 409, message, { resourceId, resourceArn })

/** `what` is the kind and name of the resource, for example `thing line-01-07`. */
export const versionConflict = (what: string, expected: number): AwsError =>
  new AwsError('VersionConflictException', 409, `The version of ${what} is not the expected version ${expected}`)
