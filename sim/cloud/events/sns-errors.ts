import { AwsError, NotEmulated } from '../base/aws-error.ts'

/** [source: sns-errors] */
export const invalid = (what: string): AwsError =>
  new AwsError('InvalidParameterException', 400, `Invalid parameter: ${what}`)

export const notFound = (what: string): AwsError => new AwsError('NotFoundException', 404, `${what} does not exist`)

/** Refuses members of an input that are not emulated. */
export function refuse(operation: string, members: object): void {
  const [name] = Object.entries(members).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new NotEmulated(`${name} of ${operation}`)
}

/** [source: sns-pending] */
export function requireArn(name: string, text: string): void {
  const parts = text.split(':').length
  if (parts < 6) throw invalid(`${name} Reason: An ARN must have at least 6 elements, not ${parts}`)
}
