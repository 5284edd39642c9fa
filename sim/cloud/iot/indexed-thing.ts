import type { ThingDocument } from '@aws-sdk/client-iot'
import type { Thing } from './things.ts'

/** What the index knows of a thing; each member is made when it is read, because the shadow's text is expensive. */
export class IndexedThing implements ThingDocument {
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
    return this.#thing.connectivity ?? NEVER_CONNECTED
  }

  get shadow(): string | undefined {
    return this.#shadowText(this.#thing.name)
  }
}

/** [source: thing-connectivity] */
const NEVER_CONNECTED = { connected: false }

/** Whether a document shows the present state of its thing, which can be read without the shadow's text. */
export const isPresent = (document: ThingDocument): boolean => IndexedThing.isPresent(document)
