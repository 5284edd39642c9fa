import type {
  DeleteThingShadowRequest,
  GetThingShadowRequest,
  ListNamedShadowsForThingRequest,
  UpdateThingShadowRequest,
} from '@aws-sdk/client-iot-data-plane'
import { AwsError } from '../base/aws-error.ts'
import type { CloudContext, JsonObject, Operations } from '../base/cloud-context.ts'
import { page } from '../base/paging.ts'
import {
  applyUpdate,
  deltaOf,
  isObject,
  isRejection,
  metadataOf,
  NO_DOCUMENT,
  parseClientToken,
  parseUpdate,
  type ShadowDocument,
  type ShadowRejection,
  type ShadowUpdate,
  sentMetadata,
} from './shadow-document.ts'
import type { ThingRegistry } from './things.ts'

/** A deleted shadow recreated within this time continues its version. [iot: device-shadow-data-flow] */
const VERSION_KEPT_S = 48 * 3600

/** What is kept of one shadow. */
interface Shadow {
  document: ShadowDocument
  /** Where its updates are announced: made once, since they are asked for at every sample. */
  readonly topics: Readonly<Record<'accepted' | 'delta' | 'documents', string>>
}

type ReportedListener = (thing: string, shadow: string | null, reported: JsonObject) => void

/**
 * The device shadow service over MQTT and HTTP. The service answers every request at once, so the limit of 10 requests
 * in flight per thing cannot be reached here.
 */
export class ShadowService {
  readonly #ctx: CloudContext
  readonly #things: ThingRegistry
  /** By thing, then by shadow name; the classic shadow has the empty name. */
  readonly #shadows = new Map<string, Map<string, Shadow>>()
  readonly #listeners: ReportedListener[] = []
  #beforeUse: (thing: string, shadow: string | null) => void = () => undefined

  constructor(ctx: CloudContext, things: ThingRegistry) {
    this.#ctx = ctx
    this.#things = things
  }

  /** Told of every accepted update that has a reported section. */
  onReported(listener: ReportedListener): void {
    this.#listeners.push(listener)
  }

  /** `listener` runs before a document is read or changed, so that who defers updates can bring them. */
  onBeforeUse(listener: (thing: string, shadow: string | null) => void): void {
    this.#beforeUse = listener
  }

  /**
   * Takes `count` updates of a device together, which all report the same members; the last one came at `atMs`. Nobody is
   * told: for deferred updates only, to which nobody listens.
   */
  absorb(thing: string, shadow: string, reported: JsonObject, { count, atMs }: { count: number; atMs: number }): void {
    const update: ShadowUpdate = { state: { reported }, version: undefined, clientToken: undefined }
    const own = this.#shadowOf(thing, shadow)
    const after = applyUpdate(this.#current(own), update, Math.floor(atMs / 1000))
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
   * not JSON. [iot: device-shadow-mqtt]
   */
  handleMessage(thing: string, shadow: string | null, verb: 'get' | 'update' | 'delete', payload: unknown): void {
    const clientToken = isObject(payload) ? parseClientToken(payload.clientToken) : undefined
    const answer = this.#answer(thing, shadow, verb, payload)
    const suffix = isRejection(answer) ? 'rejected' : 'accepted'
    if (verb === 'update' && suffix === 'accepted') return
    this.#publish(`${topicOf(thing, shadow)}/${verb}/${suffix}`, () => ({
      ...answer,
      ...(suffix === 'rejected' && { timestamp: this.#nowS() }),
      ...(typeof clientToken === 'string' && { clientToken }),
    }))
  }

  readonly operations: Operations = {
    GetThingShadow: ({ thingName, shadowName }: GetThingShadowRequest) =>
      this.#http(thingName, shadowName, 'get', undefined),
    UpdateThingShadow: ({ thingName, shadowName, payload }: UpdateThingShadowRequest) =>
      this.#http(thingName, shadowName, 'update', parseJson(payload as Uint8Array)),
    DeleteThingShadow: ({ thingName, shadowName }: DeleteThingShadowRequest) =>
      this.#http(thingName, shadowName, 'delete', undefined),
    ListNamedShadowsForThing: ({ thingName, nextToken, pageSize }: ListNamedShadowsForThingRequest) => {
      const names = [...(this.#shadows.get(thingName ?? '')?.keys() ?? [])]
        .filter((name) => name !== '' && this.document(thingName as string, name) !== undefined)
        .sort()
      const { items, nextToken: next } = page(names, { maxResults: pageSize ?? 25, nextToken }, { max: 100 })
      return { results: items, nextToken: next, timestamp: this.#nowS() }
    },
  }

  #http(thing: string | undefined, shadow: string | undefined, verb: 'get' | 'update' | 'delete', body: unknown) {
    const answer = this.#answer(thing ?? '', shadow ?? null, verb, body)
    if (isRejection(answer)) throw httpError(answer)
    return { payload: Buffer.from(JSON.stringify(answer)) }
  }

  #answer(
    thing: string,
    shadow: string | null,
    verb: 'get' | 'update' | 'delete',
    payload: unknown,
  ): object | ShadowRejection {
    if (!this.#things.exists(thing)) return { code: 404, message: 'Thing not found' }
    if (verb === 'update') return this.#update(thing, shadow, payload)
    const document = this.document(thing, shadow)
    if (document === undefined) return { code: 404, message: `No shadow exists with name: ${shadow ?? thing}` }
    return verb === 'get' ? this.#accepted(document) : this.#delete(thing, shadow, document)
  }

  #accepted(document: ShadowDocument): object {
    return { ...sections(document), version: document.version, timestamp: this.#nowS() }
  }

  #delete(thing: string, shadow: string | null, document: ShadowDocument): object {
    this.#shadowOf(thing, shadow).document = { ...NO_DOCUMENT, version: document.version, deletedAtS: this.#nowS() }
    return { version: document.version, timestamp: this.#nowS() }
  }

  #update(thing: string, shadow: string | null, payload: unknown): object | ShadowRejection {
    const update = parseUpdate(payload)
    if (isRejection(update)) return update
    const own = this.#shadowOf(thing, shadow)
    const before = this.#current(own)
    const after = applyUpdate(before, update, this.#nowS())
    if (isRejection(after)) return after
    own.document = after
    const reported = update.state?.reported
    if (isObject(reported)) for (const listener of this.#listeners) listener(thing, shadow, reported)
    return this.#announce(own.topics, before, after, update)
  }

  /** Publishes accepted, delta and documents as far as anybody listens, and returns what the HTTP caller gets. */
  #announce(topics: Shadow['topics'], before: ShadowDocument, after: ShadowDocument, update: ShadowUpdate): object {
    const timestamp = this.#nowS()
    const common = { timestamp, ...(update.clientToken !== undefined && { clientToken: update.clientToken }) }
    const accepted = (): object => ({
      state: update.state,
      metadata:
        update.state === null
          ? { timestamp }
          : {
              ...(update.state.desired !== undefined && { desired: sentMetadata(update.state.desired, timestamp) }),
              ...(update.state.reported !== undefined && { reported: sentMetadata(update.state.reported, timestamp) }),
            },
      version: after.version,
      ...common,
    })
    this.#publish(topics.accepted, accepted)
    const delta = deltaOf(after)
    if (delta !== undefined) this.#publish(topics.delta, () => ({ ...delta, version: after.version, ...common }))
    this.#publish(topics.documents, () => ({
      previous: { ...sectionsWithoutDelta(before), version: before.version },
      current: { ...sectionsWithoutDelta(after), version: after.version },
      ...common,
    }))
    return LazyAnswer.of(accepted)
  }

  /** What an update applies to: after a deletion only the version is left, and that for 48 hours. */
  #current({ document }: Shadow): ShadowDocument {
    const isExpired = document.deletedAtS !== null && this.#nowS() - document.deletedAtS > VERSION_KEPT_S
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

  #nowS(): number {
    return Math.floor(this.#ctx.clock.nowMs() / 1000)
  }
}

/** An update's answer, made only if the caller serialises it: over MQTT nobody does. */
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

/** State and metadata as `get` gives them; empty sections vanish. */
function sections(document: ShadowDocument): { state: object; metadata: object } {
  const delta = deltaOf(document)
  const { state, metadata } = sectionsWithoutDelta(document)
  return { state: { ...state, ...(delta !== undefined && { delta: delta.state }) }, metadata }
}

function sectionsWithoutDelta(document: ShadowDocument): { state: object; metadata: object } {
  const { desired, reported, desiredStamps, reportedStamps } = document
  return {
    state: { ...(desired && { desired }), ...(reported && { reported }) },
    metadata: {
      ...(desiredStamps !== undefined && { desired: metadataOf(desiredStamps, desired) }),
      ...(reportedStamps !== undefined && { reported: metadataOf(reportedStamps, reported) }),
    },
  }
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString())
  } catch {
    return undefined
  }
}

const HTTP_ERRORS: Readonly<Record<number, string>> = {
  400: 'InvalidRequestException',
  404: 'ResourceNotFoundException',
  409: 'ConflictException',
  413: 'RequestEntityTooLargeException',
}

const httpError = ({ code, message }: ShadowRejection): AwsError =>
  new AwsError(HTTP_ERRORS[code] ?? 'InternalFailureException', code, message)
