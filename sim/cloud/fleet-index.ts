import type { SearchIndexRequest, ThingDocument } from '@aws-sdk/client-iot'
import { NotEmulated } from './aws-error.ts'
import type { JsonObject, JsonValue, Operations } from './cloud-context.ts'
import { type FieldReader, parseQuery } from './fleet-query.ts'
import { pageWhere } from './paging.ts'
import type { ShadowService } from './shadow.ts'
import { deltaOf, isObject } from './shadow-document.ts'
import type { Thing, ThingRegistry } from './things.ts'

/** Things a page holds at most. [iot: SearchIndex, as used with 100 a page] */
const MAX_PAGE = 100

/**
 * Fleet indexing over AWS_Things with the named shadows it is configured for. The real index is eventually consistent;
 * this one is not behind. The shadow text leaves out metadata, which the index offers only as timestamps.
 */
export class FleetIndex {
  readonly #things: ThingRegistry
  readonly #shadows: ShadowService
  readonly #indexedShadows: readonly string[]

  constructor(sources: { things: ThingRegistry; shadows: ShadowService }, indexedShadows: readonly string[]) {
    this.#things = sources.things
    this.#shadows = sources.shadows
    this.#indexedShadows = indexedShadows
  }

  readonly operations: Operations = {
    SearchIndex: (input: SearchIndexRequest) => {
      if (input.indexName !== undefined && input.indexName !== 'AWS_Things') {
        throw new NotEmulated(`the fleet index ${input.indexName}`)
      }
      const query = parseQuery(input.queryString ?? '', (field) => this.#readerOf(field))
      const { items, nextToken } = pageWhere(this.#things.all(), query, input, { max: MAX_PAGE })
      const shadowText = (thing: string): string | undefined => this.#shadowText(thing)
      return { things: items.map((thing) => new IndexedThing(thing, shadowText)), nextToken }
    },
  }

  #shadowText(thing: string): string | undefined {
    const named: JsonObject = {}
    for (const shadow of this.#indexedShadows) {
      const document = this.#shadows.document(thing, shadow)
      if (document === undefined) continue
      named[shadow] = {
        desired: document.desired,
        reported: document.reported,
        hasDelta: deltaOf(document) !== undefined,
        version: document.version,
      }
    }
    return Object.keys(named).length === 0 ? undefined : JSON.stringify({ name: named })
  }

  #readerOf(field: string): FieldReader {
    if (field === 'thingName') return ({ name }) => [name]
    if (field === 'thingGroupNames') return ({ groups }) => groups
    if (field === 'thingTypeName') return ({ typeName }) => present(typeName)
    if (field === 'connectivity.connected') return ({ connectivity }) => [String(connectivity?.connected ?? false)]
    const [area, ...path] = field.split('.')
    if (area === 'attributes') return ({ attributes }) => present(attributes[path.join('.')])
    if (area === 'shadow' && path[0] === 'name') return this.#shadowReader(path.slice(1), field)
    throw new NotEmulated(`the fleet index field "${field}"`)
  }

  #shadowReader([shadow, section, ...path]: readonly string[], field: string): FieldReader {
    if (shadow === undefined || !this.#indexedShadows.includes(shadow)) {
      throw new NotEmulated(`the fleet index field "${field}" (indexed shadows: ${this.#indexedShadows.join(', ')})`)
    }
    if (section !== 'reported' && section !== 'desired' && section !== 'hasDelta') {
      throw new NotEmulated(`the fleet index field "${field}"`)
    }
    return ({ name }) => {
      const document = this.#shadows.document(name, shadow)
      if (document === undefined) return []
      if (section === 'hasDelta') return [String(deltaOf(document) !== undefined)]
      let value: JsonValue | undefined = document[section]
      for (const key of path) value = isObject(value) ? value[key] : undefined
      return value === undefined || typeof value === 'object' ? [] : [String(value)]
    }
  }
}

/** What the index knows of a thing; each member is made when somebody reads it, the shadow's text above all. */
class IndexedThing implements ThingDocument {
  readonly #thing: Thing
  readonly #shadowText: (thing: string) => string | undefined

  constructor(thing: Thing, shadowText: (thing: string) => string | undefined) {
    this.#thing = thing
    this.#shadowText = shadowText
  }

  get thingName(): string {
    return this.#thing.name
  }

  get thingId(): string {
    return this.#thing.id
  }

  get thingTypeName(): string | undefined {
    return this.#thing.typeName
  }

  get thingGroupNames(): string[] {
    return this.#thing.groups as string[]
  }

  get attributes(): Record<string, string> {
    return this.#thing.attributes
  }

  get connectivity(): ThingDocument['connectivity'] {
    if (this.#thing.connectivity === undefined) return undefined
    const { connected, timestampMs: timestamp, disconnectReason } = this.#thing.connectivity
    return { connected, timestamp, disconnectReason }
  }

  get shadow(): string | undefined {
    return this.#shadowText(this.#thing.name)
  }
}

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])
