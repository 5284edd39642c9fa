import type { JsonObject, JsonValue } from './cloud-context.ts'

/** Limits of one document. [iot: shadow quotas; the error text says 6 levels] */
const MAX_STATE_BYTES = 8 * 1024
const MAX_DEPTH = 6
const MAX_CLIENT_TOKEN_BYTES = 64

/** One shadow as the service keeps it; metadata mirrors the state with a timestamp (epoch seconds) at each leaf. */
export interface ShadowDocument {
  readonly version: number
  readonly desired: JsonObject | undefined
  readonly reported: JsonObject | undefined
  readonly desiredMetadata: JsonObject | undefined
  readonly reportedMetadata: JsonObject | undefined
  /** A deleted shadow keeps its version for 48 hours. [iot: device-shadow-data-flow] */
  readonly deletedAtS: number | null
}

/** Why an update is refused: the numeric code and text of the shadow service. [iot: device-shadow-error-messages] */
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

export const NO_DOCUMENT: ShadowDocument = {
  version: 0,
  desired: undefined,
  reported: undefined,
  desiredMetadata: undefined,
  reportedMetadata: undefined,
  deletedAtS: null,
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Accepts an update request or says why not. `undefined` stands for a payload that was not JSON. */
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
  for (const [name, section] of Object.entries(state)) {
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

function refuseValue(value: JsonValue | undefined, depth: number): ShadowRejection | null {
  if (typeof value !== 'object' || value === null) return null
  if (depth > MAX_DEPTH) {
    return { code: 400, message: `JSON contains too many levels of nesting; maximum is ${MAX_DEPTH}` }
  }
  if (Array.isArray(value) && value.includes(null)) return { code: 400, message: 'State contains an invalid node' }
  for (const child of Object.values(value)) {
    const refused = refuseValue(child, depth + 1)
    if (refused !== null) return refused
  }
  return null
}

/** Applies an accepted request: version +1 even when nothing changed. [iot: device-shadow-document] */
export function applyUpdate(
  document: ShadowDocument,
  update: ShadowUpdate,
  timestampS: number,
): ShadowDocument | ShadowRejection {
  const exists = document.version > 0 && document.deletedAtS === null
  if (update.version !== undefined && update.version !== (exists ? document.version : 0)) {
    return { code: 409, message: 'Version conflict' }
  }
  const cleared = update.state === null
  const next: ShadowDocument = {
    version: document.version + 1,
    ...mergeSection('desired', document, cleared ? null : update.state?.desired, timestampS),
    ...mergeSection('reported', document, cleared ? null : update.state?.reported, timestampS),
    deletedAtS: null,
  } as ShadowDocument
  return stateBytes(next) > MAX_STATE_BYTES
    ? { code: 413, message: 'The payload exceeds the maximum size allowed' }
    : next
}

/**
 * Size of the serialised sections, metadata excluded. Serialising costs more than all the rest of an update, so a bound
 * from the number of characters and nodes decides the common case.
 */
function stateBytes(document: ShadowDocument): number {
  const bound = upperBoundBytes(document.desired) + upperBoundBytes(document.reported)
  if (bound <= MAX_STATE_BYTES) return bound
  return Buffer.byteLength(JSON.stringify({ desired: document.desired, reported: document.reported }))
}

/** A character takes at most 6 bytes escaped; a number at most 25. */
function upperBoundBytes(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length * 6 + 2
  if (typeof value !== 'object' || value === null) return 25
  let bytes = 2
  for (const key in value) bytes += key.length * 6 + 4 + upperBoundBytes((value as JsonObject)[key])
  return bytes
}

function mergeSection(
  name: 'desired' | 'reported',
  document: ShadowDocument,
  patch: JsonObject | null | undefined,
  timestampS: number,
): Partial<ShadowDocument> {
  const metadataName = `${name}Metadata` as const
  if (patch === undefined) return { [name]: document[name], [metadataName]: document[metadataName] }
  if (patch === null) return { [name]: undefined, [metadataName]: undefined }
  const section = mergeObject(document[name], patch)
  // A section whose last key is gone vanishes. [moto, recorded from AWS]
  if (Object.keys(section).length === 0) return { [name]: undefined, [metadataName]: undefined }
  return { [name]: section, [metadataName]: mergeMetadata(document[metadataName], patch, timestampS) }
}

/** Objects merge key by key, null deletes, arrays and scalars replace whole. */
function mergeObject(base: JsonObject | undefined, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else if (isObject(value)) {
      const under = merged[key]
      merged[key] = mergeObject(isObject(under) ? under : undefined, value)
    } else merged[key] = value
  }
  return merged
}

function mergeMetadata(base: JsonObject | undefined, patch: JsonObject, timestampS: number): JsonObject {
  const merged: JsonObject = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else if (isObject(value)) {
      const under = merged[key]
      merged[key] = mergeMetadata(isObject(under) && !isLeaf(under) ? under : undefined, value, timestampS)
    } else merged[key] = leaf(value, timestampS)
  }
  return merged
}

const isLeaf = (metadata: JsonObject): boolean => typeof metadata.timestamp === 'number'

function leaf(value: JsonValue | undefined, timestampS: number): JsonValue {
  if (Array.isArray(value)) return value.map((element) => leaf(element, timestampS))
  if (isObject(value)) return mergeMetadata(undefined, value, timestampS)
  return { timestamp: timestampS }
}

/** Metadata for the leaves a request sent, its nulls included: what `update/accepted` carries. */
export function sentMetadata(section: JsonObject | null | undefined, timestampS: number): JsonValue | undefined {
  if (section === undefined) return undefined
  if (section === null) return { timestamp: timestampS }
  return Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      key,
      isObject(value) ? sentMetadata(value, timestampS) : leaf(value, timestampS),
    ]),
  )
}

/** Desired attributes that reported lacks or has otherwise, with their metadata; undefined when there is none. */
export function deltaOf(
  document: ShadowDocument,
): { readonly state: JsonObject; readonly metadata: JsonObject } | undefined {
  if (document.desired === undefined) return undefined
  return difference(document.desired, document.reported, document.desiredMetadata ?? {})
}

function difference(
  desired: JsonObject,
  reported: JsonObject | undefined,
  metadata: JsonObject,
): { state: JsonObject; metadata: JsonObject } | undefined {
  const state: JsonObject = {}
  const stamps: JsonObject = {}
  for (const [key, wanted] of Object.entries(desired)) {
    const actual = reported?.[key]
    if (isObject(wanted) && isObject(actual)) {
      const nested = difference(wanted, actual, metadata[key] as JsonObject)
      if (nested === undefined) continue
      state[key] = nested.state
      stamps[key] = nested.metadata
    } else if (!sameValue(wanted, actual)) {
      state[key] = wanted
      stamps[key] = metadata[key]
    }
  }
  return Object.keys(state).length === 0 ? undefined : { state, metadata: stamps }
}

function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, i) => sameValue(value, b[i]))
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key], b[key]))
  }
  return a === b
}
