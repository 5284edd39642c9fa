import { AwsError } from '../base/aws-error.ts'
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts'

/** [source: shadow-limits] */
const MAX_DEPTH = 6
const MAX_CLIENT_TOKEN_BYTES = 64

/** Why an update is refused: the numeric code and text of the shadow service. [source: shadow-errors] */
export interface ShadowRejection {
  readonly code: number
  readonly message: string
}

/** An update request that passed validation. */
export interface ShadowUpdate {
  readonly state: { readonly desired?: JsonObject | null; readonly reported?: JsonObject | null } | null
  readonly version: number | undefined
  readonly clientToken: string | undefined
}

/** An update request, or why it is rejected. `undefined` stands for a payload that was not JSON. */
export function parseUpdate(payload: unknown): ShadowUpdate | ShadowRejection {
  if (!isObject(payload)) return { code: 400, message: 'Invalid JSON' }
  const { state, version, clientToken } = payload
  const token = parseClientToken(clientToken)
  if (token !== undefined && typeof token !== 'string') return token
  if (state === undefined) return { code: 400, message: 'Missing required node: state' }
  if (version !== undefined && (!Number.isInteger(version) || (version as number) < 0)) {
    return { code: 400, message: 'Invalid version' }
  }
  if (state === null) return { state: null, version: version as number | undefined, clientToken: token }
  if (!isObject(state)) return { code: 400, message: 'State node must be an object' }
  for (const name in state) {
    const section = state[name]
    if (name !== 'desired' && name !== 'reported') return { code: 400, message: 'State contains an invalid node' }
    if (section !== null && !isObject(section)) {
      return { code: 400, message: `${name === 'desired' ? 'Desired' : 'Reported'} node must be an object` }
    }
    const refused = section === null ? null : refuseValue(section as JsonObject, 1)
    if (refused !== null) return refused
  }
  return { state: state as ShadowUpdate['state'], version: version as number | undefined, clientToken: token }
}

/** The client token of any request: absent, or a string of at most 64 bytes. */
export function parseClientToken(token: unknown): string | undefined | ShadowRejection {
  if (token === undefined || token === null) return undefined
  if (typeof token !== 'string' || Buffer.byteLength(token) > MAX_CLIENT_TOKEN_BYTES) {
    return { code: 400, message: 'Invalid clientToken' }
  }
  return token
}

export const isRejection = (value: object): value is ShadowRejection => 'code' in value && 'message' in value

const HTTP_ERRORS: Readonly<Record<number, string>> = {
  400: 'InvalidRequestException',
  404: 'ResourceNotFoundException',
  409: 'ConflictException',
  413: 'RequestEntityTooLargeException',
}

/** A rejection as the exception of the HTTP API. */
export const asAwsError = ({ code, message }: ShadowRejection): AwsError =>
  new AwsError(HTTP_ERRORS[code] ?? 'InternalFailureException', code, message)

function refuseValue(value: JsonValue | undefined, depth: number): ShadowRejection | null {
  if (typeof value !== 'object' || value === null) return null
  if (depth > MAX_DEPTH) {
    return { code: 400, message: `JSON contains too many levels of nesting; maximum is ${MAX_DEPTH}` }
  }
  if (Array.isArray(value) && value.includes(null)) return { code: 400, message: 'State contains an invalid node' }
  for (const key in value) {
    const refused = refuseValue((value as JsonObject)[key], depth + 1)
    if (refused !== null) return refused
  }
  return null
}
