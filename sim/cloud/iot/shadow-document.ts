import type { JsonObject, JsonValue } from '../base/cloud-context.ts'

/** Limits of one document. [iot: shadow quotas; the error text says 6 levels] */
const MAX_STATE_BYTES = 8 * 1024
const MAX_DEPTH = 6
const MAX_CLIENT_TOKEN_BYTES = 64

/**
 * When each leaf of a section was last written, in epoch seconds; one number for a part whose leaves were all written
 * then. Metadata in AWS' shape is made when it is read.
 */
export type Stamps = number | readonly Stamps[] | { readonly [key: string]: Stamps }

/** One shadow as the service keeps it; stamps mirror the state. */
export interface ShadowDocument {
  readonly version: number
  readonly desired: JsonObject | undefined
  readonly reported: JsonObject | undefined
  readonly desiredStamps: Stamps | undefined
  readonly reportedStamps: Stamps | undefined
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
  desiredStamps: undefined,
  reportedStamps: undefined,
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
  const { state } = update
  const desired = mergeSection(
    document.desired,
    document.desiredStamps,
    state === null ? null : state.desired,
    timestampS,
  )
  const reported = mergeSection(
    document.reported,
    document.reportedStamps,
    state === null ? null : state.reported,
    timestampS,
  )
  const next: ShadowDocument = {
    version: document.version + 1,
    desired: desired.section,
    reported: reported.section,
    desiredStamps: desired.stamps,
    reportedStamps: reported.stamps,
    deletedAtS: null,
  }
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

interface Section {
  readonly section: JsonObject | undefined
  readonly stamps: Stamps | undefined
}

function mergeSection(
  section: JsonObject | undefined,
  stamps: Stamps | undefined,
  patch: JsonObject | null | undefined,
  timestampS: number,
): Section {
  if (patch === undefined) return { section, stamps }
  if (patch === null) return { section: undefined, stamps: undefined }
  if (section !== undefined && replaces(section, patch)) return { section: patch, stamps: timestampS }
  const merged = mergeObject(section, patch)
  // A section whose last key is gone vanishes. [moto, recorded from AWS]
  for (const _ in merged) return { section: merged, stamps: mergeStamps(stamps, section, patch, timestampS) }
  return { section: undefined, stamps: undefined }
}

/** Whether nothing of `base` is left once `patch` is merged into it, as with devices that always say everything. */
function replaces(base: JsonObject | undefined, patch: JsonObject): boolean {
  let covered = 0
  for (const key in patch) {
    const value = patch[key]
    const under = base?.[key]
    if (value === null) return false
    if (under !== undefined) covered += 1
    if (isObject(value) && !replaces(isObject(under) ? under : undefined, value)) return false
  }
  if (base === undefined) return true
  let left = -covered
  for (const _ in base) left += 1
  return left === 0
}

/** Objects merge key by key, null deletes, arrays and scalars replace whole. */
function mergeObject(base: JsonObject | undefined, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...base }
  for (const key in patch) {
    const value = patch[key]
    if (value === null) delete merged[key]
    else if (isObject(value)) {
      const under = merged[key]
      merged[key] = mergeObject(isObject(under) ? under : undefined, value)
    } else merged[key] = value
  }
  return merged
}

function mergeStamps(
  base: Stamps | undefined,
  section: JsonValue | undefined,
  patch: JsonObject,
  timestampS: number,
): Stamps {
  const tree = typeof base === 'number' && isObject(section) ? stampsOf(section, base) : base
  const merged: Record<string, Stamps> = isTree(tree) ? { ...tree } : {}
  for (const key in patch) {
    const value = patch[key]
    if (value === null) delete merged[key]
    else if (isObject(value)) {
      merged[key] = mergeStamps(merged[key], isObject(section) ? section[key] : undefined, value, timestampS)
    } else merged[key] = stampsOf(value, timestampS)
  }
  return merged
}

const isTree = (stamps: Stamps | undefined): stamps is { readonly [key: string]: Stamps } =>
  typeof stamps === 'object' && !Array.isArray(stamps)

function stampsOf(value: JsonValue | undefined, timestampS: number): Stamps {
  if (Array.isArray(value)) return value.map((element) => stampsOf(element, timestampS))
  return isObject(value) ? mergeStamps(undefined, undefined, value, timestampS) : timestampS
}

/** Stamps of this state in the shape of AWS: `{ "timestamp": ... }` at each leaf. */
export function metadataOf(stamps: Stamps, state: JsonValue | undefined): JsonValue {
  if (Array.isArray(state)) {
    return state.map((element, i) => metadataOf(Array.isArray(stamps) ? (stamps[i] as Stamps) : stamps, element))
  }
  if (!isObject(state)) return { timestamp: stamps as number }
  const children = Object.entries(state)
  return Object.fromEntries(
    children.map(([key, child]) => [key, metadataOf(isTree(stamps) ? (stamps[key] as Stamps) : stamps, child)]),
  )
}

/** Metadata for the leaves a request sent, its nulls included: what `update/accepted` carries. */
export function sentMetadata(section: JsonValue | undefined, timestampS: number): JsonValue | undefined {
  if (Array.isArray(section)) return section.map((element) => sentMetadata(element, timestampS) as JsonValue)
  if (!isObject(section)) return section === undefined ? undefined : { timestamp: timestampS }
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, sentMetadata(value, timestampS)]))
}

/** Desired attributes that reported lacks or has otherwise, with their metadata; undefined when there is none. */
export function deltaOf(
  document: ShadowDocument,
): { readonly state: JsonObject; readonly metadata: JsonValue } | undefined {
  if (document.desired === undefined) return undefined
  const delta = difference(document.desired, document.reported, document.desiredStamps)
  return delta === undefined ? undefined : { state: delta.state, metadata: metadataOf(delta.stamps, delta.state) }
}

function difference(
  desired: JsonObject,
  reported: JsonObject | undefined,
  stamps: Stamps | undefined,
): { state: JsonObject; stamps: Stamps } | undefined {
  const state: JsonObject = {}
  const ofState: Record<string, Stamps> = {}
  for (const [key, wanted] of Object.entries(desired)) {
    const actual = reported?.[key]
    const stamp = isTree(stamps) ? stamps[key] : stamps
    const nested = isObject(wanted) && isObject(actual) ? difference(wanted, actual, stamp) : null
    if (nested === undefined || (nested === null && sameValue(wanted, actual))) continue
    state[key] = nested?.state ?? wanted
    ofState[key] = nested?.stamps ?? (stamp as Stamps)
  }
  return Object.keys(state).length === 0 ? undefined : { state, stamps: ofState }
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
