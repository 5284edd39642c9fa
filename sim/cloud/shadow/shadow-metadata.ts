import { isObject, type JsonObject, type JsonValue, memberOf, setMember } from '../base/json.ts'

/**
 * When each leaf of a section was last written, in epoch seconds; one number for a part whose leaves were all written
 * then. Metadata in AWS' shape is made when it is read.
 */
export type Stamps = number | readonly Stamps[] | { readonly [key: string]: Stamps }

/** The stamps of a section after `patch` is merged into it; `section` is its state before. */
export function mergeStamps(
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
      const below = isObject(section) ? memberOf(section, key) : undefined
      setMember(merged, key, mergeStamps(memberOf(merged, key), below, value, timestampS))
    } else setMember(merged, key, stampsOf(value, timestampS))
  }
  return merged
}

/** Whether the parts of this section were written at different times. */
export const isTree = (stamps: Stamps | undefined): stamps is { readonly [key: string]: Stamps } =>
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
