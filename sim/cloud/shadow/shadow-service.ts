import type { CloudContext } from '../base/cloud-context.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { acceptedMessage, documentsMessage, sections } from './shadow-answers.ts'
import { deltaOf } from './shadow-delta.ts'
import { applyUpdate, NO_DOCUMENT, type ShadowDocument } from './shadow-document.ts'
import {
  asAwsError,
  isRejection,
  parseClientToken,
  parseUpdate,
  type ShadowRejection,
  type ShadowUpdate,
} from './shadow-request.ts'

/** A deleted shadow recreated within this time continues its version. [source: shadow-version-kept] */
const VERSION_KEPT_S = 48 * 3600

/** What is kept of one shadow. */
interface Shadow {
  document: ShadowDocument
  /** Where its updates are announced: made once, because every sample needs them. */
  readonly topics: Readonly<Record<'accepted' | 'delta' | 'documents', string>>
}

export type ShadowVerb = 'get' | 'update' | 'delete'

type ReportedListener = (thing: string, shadow: string | null, reported: JsonObject) => void

/**
 * The device shadow service over MQTT and HTTP. The service answers every request at once, so the limit of 10 requests
 * in flight per thing cannot be reached here.
 */
export class ShadowService {
  readonly #ctx: CloudContext
  readonly #things: { exists(thing: string): boolean }
  /** By thing, then by shadow name; the classic shadow has the empty name. */
  readonly #shadows = new Map<string, Map<string, Shadow>>()
  readonly #maxStateBytes: number
  readonly #listeners: ReportedListener[] = []
  #beforeUse: (thing: string, shadow: string | null) => void = () => undefined

  constructor(ctx: CloudContext, things: { exists(thing: string): boolean }) {
    this.#ctx = ctx
    this.#things = things
    this.#maxStateBytes = ctx.quotas.shadowDocumentBytes
  }

  /** `listener` is called for every accepted update that has a reported section. */
  onReported(listener: ReportedListener): void {
    this.#listeners.push(listener)
  }

  /** `listener` runs before a document is read or changed, so that deferred updates can be applied first. */
  onBeforeUse(listener: (thing: string, shadow: string | null) => void): void {
    this.#beforeUse = listener
  }

  /**
   * Applies `count` updates of a device at once, which all report the same members; the last one arrived at `atMs`. For
   * deferred updates only: no listener is called and nothing is published.
   */
  absorb(thing: string, shadow: string, reported: JsonObject, { count, atMs }: { count: number; atMs: number }): void {
    const update: ShadowUpdate = { state: { reported }, version: undefined, clientToken: undefined }
    const own = this.#shadowOf(thing, shadow)
    const after = applyUpdate(this.#current(own), update, Math.floor(atMs / 1000), this.#maxStateBytes)
    if (isRejection(after)) throw new Error(`invariant: a sample of ${thing} was rejected: ${after.message}`)
    own.document = { ...after, version: after.version + count - 1 }
  }

  /** The document, if it exists and was not deleted. */
  document(thing: string, shadow: string | null): ShadowDocument | undefined {
    this.#beforeUse(thing, shadow)
    const found = this.#shadows.get(thing)?.get(shadow ?? '')?.document
    return found === undefined || found.version === 0 || found.deletedAtS !== null ? undefined : found
  }

  /**
   * One request over MQTT; any authorised subscriber gets the answer, not only the publisher. `payload` undefined: it was
   * not JSON. [source: shadow-topics]
   */
  handleMessage(thing: string, shadow: string | null, verb: ShadowVerb, payload: unknown): void {
    const clientToken = isObject(payload) ? parseClientToken(payload.clientToken) : undefined
    const answer = this.request(thing, shadow, verb, payload)
    const suffix = isRejection(answer) ? 'rejected' : 'accepted'
    if (verb === 'update' && suffix === 'accepted') return
    this.#publish(`${topicOf(thing, shadow)}/${verb}/${suffix}`, () => ({
      ...answer,
      ...(suffix === 'rejected' && { timestamp: this.nowS() }),
      ...(typeof clientToken === 'string' && { clientToken }),
    }))
  }

  /**
   * Writes the desired section, for another service of the cloud.
   * @throws AwsError for a thing that does not exist, or a section that no shadow can hold
   */
  writeDesired(thing: string, shadow: string, desired: JsonObject): void {
    const answer = this.request(thing, shadow, 'update', { state: { desired } })
    if (isRejection(answer)) throw asAwsError(answer)
  }

  /** One request, over MQTT or HTTP: the accepted answer, made when it is serialised, or why it is rejected. */
  request(thing: string, shadow: string | null, verb: ShadowVerb, payload: unknown): object | ShadowRejection {
    if (!this.#things.exists(thing)) return { code: 404, message: 'Thing not found' }
    if (verb === 'update') return this.#update(thing, shadow, payload)
    const document = this.document(thing, shadow)
    if (document === undefined) return { code: 404, message: `No shadow exists with name: ${shadow ?? thing}` }
    return verb === 'get' ? this.#accepted(document) : this.#delete(thing, shadow, document)
  }

  /** The named shadows of a thing that exist, sorted. */
  namesOf(thing: string): readonly string[] {
    return [...(this.#shadows.get(thing)?.keys() ?? [])]
      .filter((name) => name !== '' && this.document(thing, name) !== undefined)
      .sort()
  }

  /** Epoch seconds, as every answer of the service carries them. */
  nowS(): number {
    return Math.floor(this.#ctx.clock.nowMs() / 1000)
  }

  #accepted(document: ShadowDocument): object {
    return { ...sections(document), version: document.version, timestamp: this.nowS() }
  }

  #delete(thing: string, shadow: string | null, document: ShadowDocument): object {
    this.#shadowOf(thing, shadow).document = { ...NO_DOCUMENT, version: document.version, deletedAtS: this.nowS() }
    return { version: document.version, timestamp: this.nowS() }
  }

  #update(thing: string, shadow: string | null, payload: unknown): object | ShadowRejection {
    const update = parseUpdate(payload)
    if (isRejection(update)) return update
    const own = this.#shadowOf(thing, shadow)
    const before = this.#current(own)
    const after = applyUpdate(before, update, this.nowS(), this.#maxStateBytes)
    if (isRejection(after)) return after
    own.document = after
    const reported = update.state?.reported
    if (isObject(reported)) for (const listener of this.#listeners) listener(thing, shadow, reported)
    return this.#announce(own.topics, before, after, update)
  }

  /** Publishes accepted, delta and documents where there are subscribers; returns the answer for the HTTP caller. */
  #announce(topics: Shadow['topics'], before: ShadowDocument, after: ShadowDocument, update: ShadowUpdate): object {
    const timestamp = this.nowS()
    const common = { timestamp, ...(update.clientToken !== undefined && { clientToken: update.clientToken }) }
    const accepted = (): object => ({ ...acceptedMessage(update, after.version, timestamp), ...common })
    this.#publish(topics.accepted, accepted)
    const delta = deltaOf(after)
    if (delta !== undefined) this.#publish(topics.delta, () => ({ ...delta, version: after.version, ...common }))
    this.#publish(topics.documents, () => ({ ...documentsMessage(before, after), ...common }))
    return LazyAnswer.of(accepted)
  }

  /** What an update applies to: after a deletion only the version is left, for 48 hours. */
  #current({ document }: Shadow): ShadowDocument {
    const isExpired = document.deletedAtS !== null && this.nowS() - document.deletedAtS > VERSION_KEPT_S
    return isExpired ? NO_DOCUMENT : document
  }

  /** The shadow that is about to be written, made if this is the first time. */
  #shadowOf(thing: string, name: string | null): Shadow {
    this.#beforeUse(thing, name)
    let shadows = this.#shadows.get(thing)
    if (shadows === undefined) {
      shadows = new Map()
      this.#shadows.set(thing, shadows)
    }
    let shadow = shadows.get(name ?? '')
    if (shadow === undefined) {
      const topic = `${topicOf(thing, name)}/update`
      const topics = { accepted: `${topic}/accepted`, delta: `${topic}/delta`, documents: `${topic}/documents` }
      shadow = { document: NO_DOCUMENT, topics }
      shadows.set(name ?? '', shadow)
    }
    return shadow
  }

  #publish(topic: string, make: () => object): void {
    if (this.#ctx.messaging.hasSubscribers(topic)) this.#ctx.messaging.publish(topic, make())
  }
}

/** An update's answer, made only if the caller serialises it, which MQTT does not. */
class LazyAnswer {
  readonly #make: () => object
  private constructor(make: () => object) {
    this.#make = make
  }
  static of(make: () => object): object {
    return new LazyAnswer(make)
  }
  toJSON(): object {
    return this.#make()
  }
}

const topicOf = (thing: string, shadow: string | null): string =>
  `$aws/things/${thing}/shadow${shadow === null ? '' : `/name/${shadow}`}`
