import type { NormalizedSchema } from '@smithy/core/schema'
import type { Route } from './router.ts'
import { decodeInput, decodeShape, decodeText, encodeShape, MalformedRequest, UnreadableBody } from './shapes.ts'

/** A request as it was received; header names are lower case. */
export interface HttpRequest {
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface HttpResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The SDK's input of a REST-JSON request. @throws MalformedRequest naming the member */
export function decodeRestJson(route: Route, request: HttpRequest): Record<string, unknown> {
  const { input } = route.operation
  const decoded: Record<string, unknown> = {}
  if (input.isUnitSchema()) return decoded
  const inBody: string[] = []
  const known = new Set(['x-id'])
  for (const [name, member] of input.structIterator()) {
    const traits = member.getMergedTraits()
    if (traits.httpLabel) decoded[name] = decodeText(member, route.labels[name] as string, name)
    else if (traits.httpQuery !== undefined) decoded[name] = decodeQuery(member, name, traits.httpQuery, request, known)
    else if (traits.httpHeader !== undefined) decoded[name] = decodeHeader(member, name, traits.httpHeader, request)
    else if (traits.httpPayload) decoded[name] = decodePayload(member, name, request.body)
    else inBody.push(name)
  }
  for (const key of request.query.keys()) {
    if (!known.has(key)) throw new MalformedRequest(key, 'is not a query parameter of this operation')
  }
  if (inBody.length > 0) Object.assign(decoded, decodeBody(input, inBody, request.body))
  return decoded
}

/** The input as it would arrive in a message: clients accept text for the blob of a payload, and send its bytes. */
export function withPayloadBytes(
  input: NormalizedSchema,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (input.isUnitSchema()) return values
  for (const [name, member] of input.structIterator()) {
    const value = values[name]
    const isPayload = typeof value === 'string' && member.isBlobSchema() && member.getMergedTraits().httpPayload
    if (isPayload) return { ...values, [name]: new Uint8Array(Buffer.from(value)) }
  }
  return values
}

/** The response to an SDK output. */
export function encodeRestJson(route: Route, output: object): HttpResponse {
  const { output: schema, statusCode } = route.operation
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (schema.isUnitSchema()) return { statusCode, headers, body: Buffer.from('{}') }
  const rest: Record<string, unknown> = {}
  let payload: Buffer | null = null
  for (const [name, member] of schema.structIterator()) {
    const value = (output as Record<string, unknown>)[name]
    if (value === undefined || value === null) continue
    const traits = member.getMergedTraits()
    if (traits.httpHeader !== undefined) headers[traits.httpHeader] = String(value)
    else if (traits.httpPayload) payload = toPayload(member, value)
    else rest[name] = value
  }
  const body = payload ?? Buffer.from(JSON.stringify(encodeShape(schema, rest)))
  return { statusCode, headers, body: statusCode === 204 ? Buffer.alloc(0) : body }
}

const toPayload = (member: NormalizedSchema, value: unknown): Buffer =>
  member.isBlobSchema() ? Buffer.from(value as Uint8Array) : Buffer.from(JSON.stringify(encodeShape(member, value)))

function decodeQuery(
  member: NormalizedSchema,
  name: string,
  parameter: string,
  { query }: HttpRequest,
  known: Set<string>,
): unknown {
  known.add(parameter)
  if (!query.has(parameter)) return undefined
  if (!member.isListSchema()) return decodeText(member, query.get(parameter) as string, name)
  return query.getAll(parameter).map((text) => decodeText(member.getValueSchema(), text, name))
}

function decodeHeader(member: NormalizedSchema, name: string, header: string, { headers }: HttpRequest): unknown {
  const text = headers[header.toLowerCase()]
  return typeof text === 'string' ? decodeText(member, text, name) : undefined
}

const decodePayload = (member: NormalizedSchema, name: string, body: Buffer): unknown =>
  member.isBlobSchema() ? new Uint8Array(body) : decodeShape(member, parseBody(body), name)

function decodeBody(input: NormalizedSchema, names: readonly string[], body: Buffer): object {
  const decoded = decodeInput(input, parseBody(body))
  for (const name of Object.keys(decoded)) {
    if (!names.includes(name)) throw new MalformedRequest(name, 'does not belong in the body')
  }
  return decoded
}

/** Deeper JSON than any input has. It must not reach code that follows it by recursion. */
const MAX_DEPTH = 100

/** @throws UnreadableBody */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {}
  const text = body.toString()
  if (depthOf(text) > MAX_DEPTH) throw new UnreadableBody('body', `is nested more than ${MAX_DEPTH} levels deep`)
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadableBody('body', 'is not JSON')
  }
}

/** The most brackets that are open at once, outside of strings. */
function depthOf(json: string): number {
  let depth = 0
  let most = 0
  for (const [bracket] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (bracket === '{' || bracket === '[') most = Math.max(most, ++depth)
    else if (bracket === '}' || bracket === ']') depth -= 1
  }
  return most
}
