import type { JsonObject } from '../base/json.ts'
import { type PageRequest, pageWhere } from '../base/paging.ts'
import { deltaOf } from '../shadow/shadow-delta.ts'
import type { ShadowService } from '../shadow/shadow-service.ts'
import { type IndexView, ThingFields } from './index-fields.ts'
import { IndexedThing } from './indexed-thing.ts'
import { compileQuery, type ItemTest } from './query/compile-query.ts'
import { parseQuery } from './query/query-parser.ts'
import type { Thing, ThingRegistry } from './things.ts'

/** [source: search-results] */
const MAX_PAGE = 500
const DEFAULT_PAGE = 100

/** Queries that are kept ready: the controller asks the same one at every evaluation, a page at a time. */
const MAX_KEPT_QUERIES = 20

type ThingTest = ItemTest<Thing, IndexView>

/**
 * Fleet indexing over AWS_Things with the named shadows it is configured for. The real index is eventually consistent;
 * this one lags only where a fault makes it lag. The shadow text leaves out metadata, which the index offers only as
 * timestamps.
 */
export class FleetIndex {
  readonly fields: ThingFields
  readonly #things: ThingRegistry
  readonly #shadows: ShadowService
  readonly #queries = new Map<string, ThingTest>()
  /** What queries are answered from instead of the present; null: the present. */
  #past: () => IndexView | null = () => null

  constructor(sources: { things: ThingRegistry; shadows: ShadowService }, indexedShadows: readonly string[]) {
    this.#things = sources.things
    this.#shadows = sources.shadows
    this.fields = new ThingFields(indexedShadows)
  }

  /** A page of the things that match. @throws AwsError InvalidQueryException and of `pageWhere`; NotEmulated */
  search(
    queryString: string,
    { maxResults = DEFAULT_PAGE, nextToken: token }: PageRequest,
  ): { things: readonly IndexedThing[]; nextToken: string | undefined } {
    const test = this.#testOf(queryString)
    const past = this.#past()
    const view = past ?? this.#present
    const isWanted = (thing: Thing): boolean => test(thing, view)
    const { items, nextToken } = pageWhere(view.things, isWanted, { maxResults, nextToken: token }, { max: MAX_PAGE })
    const shadowText = (thing: string): string | undefined => this.#shadowText(thing, view)
    const isPresent = past === null
    return { things: items.map((thing) => new IndexedThing(thing, shadowText, isPresent)), nextToken }
  }

  /** Every thing that matches, and what it is read from. @throws AwsError InvalidQueryException; NotEmulated */
  select(queryString: string): { readonly things: readonly Thing[]; readonly view: IndexView } {
    const test = this.#testOf(queryString)
    const view = this.#past() ?? this.#present
    return { things: view.things.filter((thing) => test(thing, view)), view }
  }

  /** From now on queries are answered from what `past` returns, called each time; null is the present. */
  answerFrom(past: () => IndexView | null): void {
    this.#past = past
  }

  /** The present as a later query may be answered from it. */
  snapshot(): IndexView {
    const things = this.#things.all().map((thing) => ({ ...thing }))
    const shadows = new Map(
      this.fields.indexedShadows.map((shadow) => [
        shadow,
        new Map(things.map(({ name }) => [name, this.#shadows.document(name, shadow)] as const)),
      ]),
    )
    return { things, shadow: (thing, shadow) => shadows.get(shadow)?.get(thing) }
  }

  get #present(): IndexView {
    return { things: this.#things.all(), shadow: (thing, shadow) => this.#shadows.document(thing, shadow) }
  }

  #testOf(queryString: string): ThingTest {
    const kept = this.#queries.get(queryString)
    if (kept !== undefined) return kept
    const test = compileQuery(parseQuery(queryString), this.fields)
    const [oldest] = this.#queries.keys()
    if (this.#queries.size >= MAX_KEPT_QUERIES && oldest !== undefined) this.#queries.delete(oldest)
    this.#queries.set(queryString, test)
    return test
  }

  #shadowText(thing: string, view: IndexView): string | undefined {
    const named: JsonObject = {}
    for (const shadow of this.fields.indexedShadows) {
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
}
