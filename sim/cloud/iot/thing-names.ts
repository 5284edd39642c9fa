import { invalidRequest } from '../base/iot-errors.ts'

const NAME = /^[a-zA-Z0-9:_-]{1,128}$/

/** The name of a thing or thing group. @throws AwsError InvalidRequestException naming the member */
export function requireName(name: string | undefined, member: string): string {
  if (name === undefined || !NAME.test(name)) throw invalidRequest(`${member} "${name}" must match ${NAME.source}`)
  return name
}
