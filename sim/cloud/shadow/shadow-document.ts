import { isObject, type JsonObject, type JsonValue, memberOf, setMember } from '../base/json.ts'
import { mergeStamps, type Stamps } from './shadow-metadata.ts'
import type { ShadowRejection, ShadowUpdate } from './shadow-request.ts'

/** One shadow as the service keeps it; stamps mirror the state. */
export interface ShadowDocument {
  readonly version: number
  readonly desired: JsonObject | undefined
  readonly reported: JsonObject | undefined
  readonly desiredStamps: Stamps | undefined
  readonly reportedStamps: Stamps | undefined
  /** A deleted shadow keeps its version for 48 hours. [source: shadow-version-kept] */
  readonly deletedAtS: number | null
}

export const NO_DOCUMENT: ShadowDocument = {
  version: 0,
  desired: undefined,
  reported: undefined,
  desiredStamps: undefined,
  reportedStamps: undefined,
  deletedAtS: null,
}

/** Applies an accepted request: version +1 even when nothing changed. [source: shadow-version] */
export function applyUpdate(
  document: ShadowDocument,
  update: ShadowUpdate,
  timestampS: number,
  maxStateBytes: number,
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
  return stateBytes(next, maxStateBytes) > maxStateBytes
    ? { code: 413, message: 'The payload exceeds the maximum size allowed' }
    : next
}

/**
 * Size of the serialised sections, metadata excluded. Serialising costs more than all the rest of an update, so a bound
 * from the number of characters and nodes decides the common case.
 */
function stateBytes(document: ShadowDocument, enough: number): number {
  const bound = upperBoundBytes(document.desired) + upperBoundBytes(document.reported)
  if (bound <= enough) return bound
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
  // A section whose last key is gone vanishes. [source: shadow-empty-section]
  for (const _ in merged) return { section: merged, stamps: mergeStamps(stamps, section, patch, timestampS) }
  return { section: undefined, stamps: undefined }
}

/** Whether nothing of `base` is left once `patch` is merged into it, as with devices that always report every member. */
function replaces(base: JsonObject | undefined, patch: JsonObject): boolean {
  let covered = 0
  for (const key in patch) {
    const value = patch[key]
    const under = base && memberOf(base, key)
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
      const under = memberOf(merged, key)
      setMember(merged, key, mergeObject(isObject(under) ? under : undefined, value))
    } else setMember(merged, key, value)
  }
  return merged
}
