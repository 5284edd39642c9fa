import type { NormalizedSchema } from '@smithy/core/schema'
import type { ServiceRequest } from '../../../sim/protocol/service-endpoint.ts'
import type { OperationModel, ServiceModel } from '../../../sim/protocol/service-model.ts'
import { encodeShape } from '../../../sim/protocol/shapes.ts'

/** Requests as clients write them. */

/** A message as it is before it becomes bytes. */
export interface Parts {
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  /** JSON, bytes, or the fields of a form. */
  readonly body: unknown
}

/** The message that carries this input, as its service's protocol has it. */
export function partsOf(
  { service, protocol }: Pick<ServiceModel, 'service' | 'protocol'>,
  operation: OperationModel,
  input: object,
): Parts {
  if (protocol === 'aws-query') {
    const fields = formOf(encodeShape(operation.input, input), operation.input, '')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = Object.fromEntries([['Action', operation.name], ...fields])
    return { method: 'POST', path: '/', query: [], headers, body }
  }
  if (protocol === 'aws-json') {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${service}.${operation.name}` }
    return { method: 'POST', path: '/', query: [], headers, body: encodeShape(operation.input, input) ?? {} }
  }
  return restParts(operation, input)
}

function restParts(operation: OperationModel, input: object): Parts {
  let { path } = operation
  const query: [string, string][] = []
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  const body: Record<string, unknown> = {}
  let payload: unknown
  for (const [name, member] of operation.input.isUnitSchema() ? [] : operation.input.structIterator()) {
    const value = (input as Record<string, unknown>)[name]
    const traits = member.getMergedTraits()
    if (value === undefined) continue
    if (traits.httpLabel) path = path.replace(`{${name}}`, () => encoded(String(value)))
    else if (traits.httpQuery !== undefined) {
      const parameter = traits.httpQuery
      query.push(...[value].flat().map((one) => [parameter, textOf(one)] as [string, string]))
    } else if (traits.httpHeader !== undefined) headers[traits.httpHeader.toLowerCase()] = String(value)
    else if (traits.httpPayload) payload = value instanceof Uint8Array ? Buffer.from(value) : encodeShape(member, value)
    else body[String(traits.jsonName ?? name)] = encodeShape(member, value)
  }
  return { method: operation.method, path, query, headers, body: payload ?? body }
}

const textOf = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value))

/** Half a surrogate pair has no encoding. */
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

function formOf(value: unknown, schema: NormalizedSchema, prefix: string): [string, string][] {
  const under = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`)
  if (schema.isListSchema()) {
    return (value as unknown[]).flatMap((item, n) => formOf(item, schema.getValueSchema(), under(`member.${n + 1}`)))
  }
  if (schema.isMapSchema()) {
    const [key, item] = [schema.getKeySchema(), schema.getValueSchema()]
    const name = (of: NormalizedSchema, other: string): string => String(of.getMergedTraits().xmlName ?? other)
    return Object.entries(value as object).flatMap(([one, content], n) => [
      [under(`entry.${n + 1}.${name(key, 'key')}`), one] as [string, string],
      ...formOf(content, item, under(`entry.${n + 1}.${name(item, 'value')}`)),
    ])
  }
  if (!schema.isStructSchema()) return [[prefix, String(value)]]
  return [...schema.structIterator()].flatMap(([name, member]) => {
    const one = (value as Record<string, unknown>)[name]
    return one === undefined ? [] : formOf(one, member, under(name))
  })
}

/** A body as bytes; empty where it cannot be a form. */
export function bytesOf(body: unknown, isForm: boolean): Buffer {
  if (Buffer.isBuffer(body)) return body
  if (!isForm) return Buffer.from(JSON.stringify(body) ?? '')
  try {
    return Buffer.from(new URLSearchParams(body as Record<string, string>).toString())
  } catch {
    return Buffer.alloc(0)
  }
}

export const requestOf = ({ method, path, query, headers, body }: Parts, isForm: boolean): ServiceRequest => ({
  method,
  path,
  query: new URLSearchParams(query.map(([name, value]) => [name, value])),
  headers,
  body: bytesOf(body, isForm),
  requestId: 'r',
})
