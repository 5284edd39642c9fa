import type { ThingDocument } from '@aws-sdk/client-iot'
import { NotEmulated } from '../base/aws-error.ts'
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts'
import { defineOperations } from '../base/operations.ts'
import { type PageRequest, pageWhere } from '../base/paging.ts'
import { deltaOf } from '../shadow/shadow-delta.ts'
import type { ShadowDocument } from '../shadow/shadow-document.ts'
import type { ShadowService } from '../shadow/shadow-service.ts'
import { type FieldReader, parseQuery } from './fleet-query.ts'
import type { Thing, ThingRegistry } from './things.ts'

/** Things per page at most. [source: search-page] */
const MAX_PAGE = 100

/** What the index knows at an instant. */
export interface IndexView {
  readonly things: readonly Thing[]
  shadow(thing: string, shadow: string): ShadowDocument | undefined
}

/**
 * Fleet indexing over AWS_Things with the named shadows it is configured for. The real index is eventually consistent;
 * this one lags only where a fault makes it lag. The shadow text leaves out metadata, which the index offers only as
 * timestamps.
 */
export class FleetIndex {
  readonly #things: ThingRegistry
  readonly #shadows: ShadowService
  readonly #indexedShadows: readonly string[]
  /** What queries are answered from instead of the present; null: the present. */
  #past: () => IndexView | null = () => null

  constructor(sources: { things: ThingRegistry; shadows: ShadowService }, indexedShadows: readonly string[]) {
    this.#things = sources.things
    this.#shadows = sources.shadows
    this.#indexedShadows = indexedShadows
  }

  /** A page of the things that match. @throws AwsError InvalidQueryException and of `pageWhere`; NotEmulated */
  search(
    queryString: string,
    request: PageRequest,
  ): { things: readonly IndexedThing[]; nextToken: string | undefined } {
    const past = this.#past()
    const view = past ?? this.#present
    const query = parseQuery(queryString, (field) => this.#readerOf(field, view))
    const { items, nextToken } = pageWhere(view.things, query, request, { max: MAX_PAGE })
    const shadowText = (thing: string): string | undefined => this.#shadowText(thing, view)
    const isPresent = past === null
    return { things: items.map((thing) => new IndexedThing(thing, shadowText, isPresent)), nextToken }
  }

  /** From now on queries are answered from what `past` returns, called each time; null is the present. */
  answerFrom(past: () => IndexView | null): void {
    this.#past = past
  }

  /** The present as a later query may be answered from it. */
  snapshot(): IndexView {
    const things = this.#things.all().map((thing) => ({ ...thing }))
    const shadows = new Map(
      this.#indexedShadows.map((shadow) => [
        shadow,
        new Map(things.map(({ name }) => [name, this.#shadows.document(name, shadow)] as const)),
      ]),
    )
    return { things, shadow: (thing, shadow) => shadows.get(shadow)?.get(thing) }
  }

  get #present(): IndexView {
    return { things: this.#things.all(), shadow: (thing, shadow) => this.#shadows.document(thing, shadow) }
  }

  #shadowText(thing: string, view: IndexView): string | undefined {
    const named: JsonObject = {}
    for (const shadow of this.#indexedShadows) {
      const document = view.shadow(thing, shadow)
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

  #readerOf(field: string, view: IndexView): FieldReader {
    if (field === 'thingName') return ({ name }) => [name]
    if (field === 'thingGroupNames') return ({ groups }) => groups
    if (field === 'thingTypeName') return ({ typeName }) => present(typeName)
    if (field === 'connectivity.connected') return ({ connectivity }) => [String(connectivity?.connected ?? false)]
    const [area, ...path] = field.split('.')
    if (area === 'attributes') return ({ attributes }) => present(attributes[path.join('.')])
    if (area === 'shadow' && path[0] === 'name') return this.#shadowReader(path.slice(1), field, view)
    throw new NotEmulated(`the fleet index field "${field}"`)
  }

  #shadowReader([shadow, section, ...path]: readonly string[], field: string, view: IndexView): FieldReader {
    if (shadow === undefined || !this.#indexedShadows.includes(shadow)) {
      throw new NotEmulated(`the fleet index field "${field}" (indexed shadows: ${this.#indexedShadows.join(', ')})`)
    }
    if (section !== 'reported' && section !== 'desired' && section !== 'hasDelta') {
      throw new NotEmulated(`the fleet index field "${field}"`)
    }
    return ({ name }) => {
      const document = view.shadow(name, shadow)
      if (document === undefined) return []
      if (section === 'hasDelta') return [String(deltaOf(document) !== undefined)]
      let value: JsonValue | undefined = document[section]
      for (const key of path) value = isObject(value) ? value[key] : undefined
      return value === undefined || typeof value === 'object' ? [] : [String(value)]
    }
  }
}

/** What the index knows of a thing; each member is made when it is read, because the shadow's text is expensive. */
class IndexedThing implements ThingDocument {
  readonly #thing: Thing
  readonly #shadowText: (thing: string) => string | undefined
  readonly #isPresent: boolean

  constructor(thing: Thing, shadowText: (thing: string) => string | undefined, isPresent: boolean) {
    this.#thing = thing
    this.#shadowText = shadowText
    this.#isPresent = isPresent
  }

  static isPresent(document: ThingDocument): boolean {
    return document instanceof IndexedThing && document.#isPresent
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
    return this.#thing.connectivity
  }

  get shadow(): string | undefined {
    return this.#shadowText(this.#thing.name)
  }
}

/** Whether a document shows the present state of its thing, which can be read without the shadow's text. */
export const isPresent = (document: ThingDocument): boolean => IndexedThing.isPresent(document)

/** Queries over the things, their shadows and their connectivity. */
export const fleetIndexOperations = defineOperations<'iot', { readonly index: FleetIndex }>()({
  SearchIndex: (input, { index }) => {
    if (input.indexName !== undefined && input.indexName !== 'AWS_Things') {
      throw new NotEmulated(`the fleet index ${input.indexName}`)
    }
    return index.search(input.queryString ?? '', input)
  },
})

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])
