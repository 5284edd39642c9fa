import type { NormalizedSchema } from '@smithy/core/schema'

/** A request has a member that its schema does not know, or a text that is none of its type. */
export class MalformedRequest extends Error {
  override readonly name: string = 'MalformedRequest'
  readonly member: string

  constructor(member: string, why: string) {
    super(`${member}: ${why}`)
    this.member = member
  }
}

/** A body that cannot be read: it is no JSON, or a value has the wrong type. */
export class UnreadableBody extends MalformedRequest {
  override readonly name = 'UnreadableBody'
}

/** JSON -> the SDK's value: timestamps become Dates, blobs bytes; unknown members are refused. @throws MalformedRequest */
export function decodeShape(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === null || value === undefined) return undefined
  if (schema.isStructSchema()) return decodeStruct(schema, value, path)
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw new UnreadableBody(path, 'expected a list')
    return value.map((item, index) => decodePresent(schema.getValueSchema(), item, `${path}[${index}]`))
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(objectOr(value, path))
    return Object.fromEntries(
      entries.map(([key, item]) => [key, decodePresent(schema.getValueSchema(), item, `${path}.${key}`)]),
    )
  }
  return decodeScalar(schema, value, path)
}

/** Lists and maps have no absent values. */
function decodePresent(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === null) throw new UnreadableBody(path, 'must not be null')
  return decodeShape(schema, value, path)
}

/** The input of an operation, whose members may all be absent. @throws MalformedRequest */
export const decodeInput = (schema: NormalizedSchema, value: unknown): Record<string, unknown> =>
  (schema.isUnitSchema() ? objectOr(value, '') : decodeStruct(schema, value, '')) as Record<string, unknown>

function decodeStruct(schema: NormalizedSchema, value: unknown, path: string): object {
  const members = schema.getMemberSchemas()
  const decoded: Record<string, unknown> = {}
  for (const [wireName, item] of Object.entries(objectOr(value, path))) {
    const name = Object.hasOwn(members, wireName) ? wireName : memberOf(schema, wireName)
    const member = name === undefined ? undefined : members[name]
    if (name === undefined || member === undefined) {
      throw new MalformedRequest(path === '' ? wireName : `${path}.${wireName}`, 'is not a member of this request')
    }
    decoded[name] = decodeShape(member, item, path === '' ? name : `${path}.${name}`)
  }
  return decoded
}

const memberOf = (schema: NormalizedSchema, wireName: string): string | undefined =>
  Object.entries(schema.getMemberSchemas()).find(([, member]) => member.getMergedTraits().jsonName === wireName)?.[0]

function decodeScalar(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(expectType(value, 'string', path) as string, 'base64'))
  if (schema.isTimestampSchema()) return decodeTime(value, path)
  if (schema.isStringSchema()) return expectType(value, 'string', path)
  if (schema.isBooleanSchema()) return expectType(value, 'boolean', path)
  if (schema.isNumericSchema()) return expectType(value, 'number', path)
  return value
}

/** Seconds since the epoch. */
function decodeTime(value: unknown, path: string): Date {
  const time = new Date((expectType(value, 'number', path) as number) * 1000)
  if (Number.isNaN(time.getTime())) throw new UnreadableBody(path, 'expected a time')
  return time
}

function expectType(value: unknown, type: 'string' | 'number' | 'boolean', path: string): unknown {
  if (typeof value !== type) throw new UnreadableBody(path, `expected a ${type}`)
  return value
}

function objectOr(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new UnreadableBody(path === '' ? 'body' : path, 'expected an object')
}

/** Text of a path, query or header -> the value of its schema's type. @throws MalformedRequest */
export function decodeText(schema: NormalizedSchema, text: string, path: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') throw new MalformedRequest(path, 'expected true or false')
    return text === 'true'
  }
  if (schema.isTimestampSchema()) return timeOf(text, path)
  if (!schema.isNumericSchema()) return text
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new MalformedRequest(path, 'expected a number')
  return number
}

/** RFC 3339, or seconds since the epoch. */
function timeOf(written: string, path: string): Date {
  const time = new Date(/^\d+(\.\d+)?$/.test(written) ? Number(written) * 1000 : written)
  if (Number.isNaN(time.getTime())) throw new MalformedRequest(path, 'expected a time')
  return time
}

/** The SDK's value -> JSON: Dates become epoch seconds, bytes base64; undefined members are left out. */
export function encodeShape(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (schema.isTimestampSchema()) return value instanceof Date ? value.getTime() / 1000 : value
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64')
  if (schema.isListSchema()) return (value as unknown[]).map((item) => encodeShape(schema.getValueSchema(), item))
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return Object.fromEntries(entries.map(([key, item]) => [key, encodeShape(schema.getValueSchema(), item)]))
  }
  if (!schema.isStructSchema()) return value
  const encoded: Record<string, unknown> = {}
  for (const [name, member] of schema.structIterator()) {
    const item = encodeShape(member, (value as Record<string, unknown>)[name])
    if (item !== undefined) encoded[String(member.getMergedTraits().jsonName ?? name)] = item
  }
  return encoded
}
