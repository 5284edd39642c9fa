import { isObject, type JsonObject, type JsonValue, memberOf, setMember } from '../base/json.ts'
import type { ShadowDocument } from './shadow-document.ts'
import { isTree, metadataOf, type Stamps } from './shadow-metadata.ts'

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
    const actual = reported && memberOf(reported, key)
    const stamp = isTree(stamps) ? stamps[key] : stamps
    const nested = isObject(wanted) && isObject(actual) ? difference(wanted, actual, stamp) : null
    if (nested === undefined || (nested === null && sameValue(wanted, actual))) continue
    setMember(state, key, nested?.state ?? wanted)
    setMember(ofState, key, nested?.stamps ?? (stamp as Stamps))
  }
  return Object.keys(state).length === 0 ? undefined : { state, stamps: ofState }
}

function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, i) => sameValue(value, b[i]))
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key], memberOf(b, key)))
  }
  return a === b
}
