import { invalidRequest } from '../base/iot-errors.ts'

const PATTERN = '[a-zA-Z0-9:_-]+'
const NAME = new RegExp(`^${PATTERN}$`)
const MAX_LENGTH = 128

/**
 * The name of a thing, a group or a type. [source: validation-errors]
 * @throws AwsError InvalidRequestException that names the member, as AWS words it
 */
export function requireName(name: string | undefined, member: string): string {
  if (name === undefined) throw invalid(`Value null at '${member}'`, 'Member must not be null')
  const value = `Value '${name}' at '${member}'`
  if (!NAME.test(name)) throw invalid(value, `Member must satisfy regular expression pattern: ${PATTERN}`)
  if (name.length > MAX_LENGTH) throw invalid(value, `Member must have length less than or equal to ${MAX_LENGTH}`)
  return name
}

const invalid = (value: string, constraint: string): Error =>
  invalidRequest(`1 validation error detected: ${value} failed to satisfy constraint: ${constraint}`)
