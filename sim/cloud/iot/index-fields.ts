import { NotEmulated } from '../base/aws-error.ts'
import { isObject, type JsonValue } from '../base/json.ts'
import { deltaOf } from '../shadow/shadow-delta.ts'
import type { ShadowDocument } from '../shadow/shadow-document.ts'
import type { FieldReader, IndexFields } from './query/compile-query.ts'
import type { FieldValue } from './query/value-tests.ts'
import type { Thing } from './things.ts'

/** What the index knows at an instant. */
export interface IndexView {
  readonly things: readonly Thing[]
  shadow(thing: string, shadow: string): ShadowDocument | undefined
}

export type ThingField = FieldReader<Thing, IndexView>
export type FieldType = 'String' | 'Number' | 'Boolean'

/** Fields of the registry and of connectivity, whose types AWS sets. [source: managed-fields] */
const MANAGED: Readonly<Record<string, { readonly type: FieldType; readonly read: ThingField }>> = {
  thingName: { type: 'String', read: ({ name }) => [name] },
  thingId: { type: 'String', read: ({ id }) => [id] },
  'registry.thingTypeName': { type: 'String', read: ({ typeName }) => present(typeName) },
  'registry.thingGroupNames': { type: 'String', read: ({ groups }) => groups },
  'registry.version': { type: 'Number', read: ({ version }) => [version] },
  'connectivity.connected': { type: 'Boolean', read: ({ connectivity }) => [connectivity?.connected ?? false] },
  'connectivity.timestamp': { type: 'Number', read: ({ connectivity }) => present(connectivity?.timestamp) },
  'connectivity.disconnectReason': {
    type: 'String',
    read: ({ connectivity }) => present(connectivity?.disconnectReason),
  },
}

/** As queries name them. */
const ALIASES: Readonly<Record<string, string>> = {
  thingTypeName: 'registry.thingTypeName',
  thingGroupNames: 'registry.thingGroupNames',
}

const SECTIONS = ['reported', 'desired', 'delta'] as const

/** Fields of the things index, with the named shadows that it is configured for. */
export class ThingFields implements IndexFields<Thing, IndexView> {
  readonly indexedShadows: readonly string[]

  constructor(indexedShadows: readonly string[]) {
    this.indexedShadows = indexedShadows
  }

  /** Fields and types that AWS sets. */
  get managed(): readonly { readonly name: string; readonly type: FieldType }[] {
    const ofShadows = this.indexedShadows.flatMap((shadow) => [
      { name: `shadow.name.${shadow}.version`, type: 'Number' as const },
      { name: `shadow.name.${shadow}.hasDelta`, type: 'Boolean' as const },
    ])
    return [...Object.entries(MANAGED).map(([name, { type }]) => ({ name, type })), ...ofShadows]
  }

  /** @throws NotEmulated for what is not indexed here */
  readerOf(field: string): ThingField {
    const managed = managedField(field)
    if (managed !== undefined) return managed.read
    const [area, ...path] = field.split('.')
    const attribute = path.join('.')
    if (area === 'attributes' && attribute !== '') {
      return ({ attributes }) => (Object.hasOwn(attributes, attribute) ? present(attributes[attribute]) : [])
    }
    if (area === 'shadow' && path[0] === 'name') return this.#shadowReader(path.slice(1), field)
    throw new NotEmulated(`the fleet index field "${field}"`)
  }

  /** The type of the field, or null for one whose values decide. */
  typeOf(field: string): FieldType | null {
    return managedField(field)?.type ?? this.managed.find(({ name }) => name === field)?.type ?? null
  }

  /** A query without a field looks into the registry and the shadows. [source: query-syntax] */
  readonly readAll: ThingField = (thing, view) => {
    const { name, id, typeName, groups, attributes } = thing
    const ofShadows = this.indexedShadows.flatMap((shadow) => {
      const document = view.shadow(name, shadow)
      return document === undefined ? [] : [...leavesOf(document.reported), ...leavesOf(document.desired)]
    })
    return [name, id, ...present(typeName), ...groups, ...Object.values(attributes), ...ofShadows]
  }

  #shadowReader([shadow, section, ...path]: readonly string[], field: string): ThingField {
    if (shadow === undefined || !this.indexedShadows.includes(shadow)) {
      throw new NotEmulated(`the fleet index field "${field}" (indexed shadows: ${this.indexedShadows.join(', ')})`)
    }
    const ofDocument = documentReader(section, path)
    if (ofDocument === null) throw new NotEmulated(`the fleet index field "${field}"`)
    return ({ name }, view) => {
      const document = view.shadow(name, shadow)
      return document === undefined ? [] : ofDocument(document)
    }
  }
}

function managedField(field: string): (typeof MANAGED)[string] | undefined {
  const name = Object.hasOwn(ALIASES, field) ? (ALIASES[field] as string) : field
  return Object.hasOwn(MANAGED, name) ? MANAGED[name] : undefined
}

function documentReader(
  section: string | undefined,
  path: readonly string[],
): ((document: ShadowDocument) => readonly FieldValue[]) | null {
  if (section === 'hasDelta' && path.length === 0) return (document) => [deltaOf(document) !== undefined]
  if (section === 'version' && path.length === 0) return ({ version }) => [version]
  const known = SECTIONS.find((one) => one === section)
  if (known === undefined) return null
  return (document) => valuesAt(known === 'delta' ? deltaOf(document)?.state : document[known], path)
}

/** The values at a path; those of an array are its elements. [source: example-queries] */
function valuesAt(value: JsonValue | undefined, path: readonly string[]): readonly FieldValue[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path))
  if (value === undefined || value === null) return []
  const [key, ...rest] = path
  if (key === undefined) return [value]
  return isObject(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : []
}

function leavesOf(value: JsonValue | undefined): readonly FieldValue[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (isObject(value)) return Object.values(value).flatMap(leavesOf)
  return value === undefined || value === null ? [] : [value as FieldValue]
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])
