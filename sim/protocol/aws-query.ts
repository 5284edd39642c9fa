import { XmlNode } from '@aws-sdk/xml-builder'
import type { NormalizedSchema } from '@smithy/core/schema'
import type { AwsError } from '../cloud/base/aws-error.ts'
import { queryError, textOfXml } from './error-response.ts'
import type { HttpResponse } from './rest-json.ts'
import type { OperationModel, ServiceModel } from './service-model.ts'
import { decodeText, MalformedRequest } from './shapes.ts'

/** The XML namespace of every response. [source: sns-namespace] */
const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/'
/** Parameters of the protocol, which are no members of the input. [source: aws-query] */
const OF_PROTOCOL = new Set(['Action', 'Version'])

const UNKNOWN = 'is not a parameter of this action'

/** A parameter's text, or its members: what follows the next dot of its name. */
type Node = string | Branch
interface Branch extends Map<string, Node> {}

/**
 * The SDK's input of a form: lists are `X.member.1`, maps `X.entry.1.key` and `X.entry.1.value`, or as their schema names
 * these. @throws MalformedRequest naming the parameter
 */
export const decodeAwsQuery = ({ input }: OperationModel, form: URLSearchParams): Record<string, unknown> =>
  input.isUnitSchema() ? {} : decodeStruct(input, branchOf(form), '')

function branchOf(form: URLSearchParams): Branch {
  const root: Branch = new Map()
  for (const [name, text] of form) {
    if (OF_PROTOCOL.has(name)) continue
    const steps = name.split('.')
    const last = steps.pop() as string
    let branch = root
    for (const step of steps) {
      const next = branch.get(step) ?? new Map()
      if (typeof next === 'string')
        throw new MalformedRequest(name, 'has a value although other parameters name members of it')
      branch.set(step, next)
      branch = next
    }
    if (branch.has(last)) throw new MalformedRequest(name, 'is given twice')
    branch.set(last, text)
  }
  return root
}

function decode(schema: NormalizedSchema, node: Node, path: string): unknown {
  if (schema.isStructSchema()) return decodeStruct(schema, membersOf(node, path), path)
  if (schema.isListSchema()) return decodeList(schema, node, path)
  if (schema.isMapSchema()) return decodeMap(schema, node, path)
  if (typeof node !== 'string') throw new MalformedRequest(path, 'expected a value')
  return schema.isBlobSchema() ? new Uint8Array(Buffer.from(node, 'base64')) : decodeText(schema, node, path)
}

function decodeStruct(schema: NormalizedSchema, members: Branch, path: string): Record<string, unknown> {
  const known = new Map(
    [...schema.structIterator()].map(([name, member]) => [wireName(member, name), { name, member }]),
  )
  const decoded: Record<string, unknown> = {}
  for (const [key, node] of members) {
    const own = under(path, key)
    const found = known.get(key)
    if (found === undefined) throw new MalformedRequest(own, UNKNOWN)
    decoded[found.name] = decode(found.member, node, own)
  }
  return decoded
}

/** An empty list is the parameter with an empty value. */
function decodeList(schema: NormalizedSchema, node: Node, path: string): unknown[] {
  if (node === '') return []
  const item = schema.getValueSchema()
  return numbered(node, path, wireName(item, 'member')).map(([own, one]) => decode(item, one, own))
}

function decodeMap(schema: NormalizedSchema, node: Node, path: string): object {
  const [keySchema, item] = [schema.getKeySchema(), schema.getValueSchema()]
  const [keyName, valueName] = [wireName(keySchema, 'key'), wireName(item, 'value')]
  const entries = numbered(node, path, 'entry').map(([own, entry]) => {
    const [key, value] = exactly([keyName, valueName], entry, own)
    return [decode(keySchema, key, under(own, keyName)), decode(item, value, under(own, valueName))]
  })
  return Object.fromEntries(entries)
}

/** The items `<stemName>.1`, `<stemName>.2` and so on, in that order, each with its path. */
function numbered(node: Node, path: string, stemName: string): readonly [string, Node][] {
  const stem = under(path, stemName)
  const [items] = exactly([stemName], node, path)
  const names = Array.from({ length: membersOf(items, stem).size }, (_, index) => String(index + 1))
  const inOrder = exactly(names, items, stem)
  return names.map((name, index) => [under(stem, name), inOrder[index] as Node])
}

/** The members of these names. @throws MalformedRequest where one is missing or there is another one */
function exactly<const Names extends readonly string[]>(
  names: Names,
  node: Node,
  path: string,
): { [Index in keyof Names]: Node } {
  const members = membersOf(node, path)
  for (const key of members.keys()) {
    if (!names.includes(key)) throw new MalformedRequest(under(path, key), UNKNOWN)
  }
  const missing = names.find((name) => !members.has(name))
  if (missing !== undefined) throw new MalformedRequest(under(path, missing), 'is required')
  return names.map((name) => members.get(name)) as { [Index in keyof Names]: Node }
}

function membersOf(node: Node, path: string): Branch {
  if (typeof node === 'string') throw new MalformedRequest(path, 'expected members')
  return node
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

const wireName = (schema: NormalizedSchema, name: string): string => String(schema.getMergedTraits().xmlName ?? name)

/** The response to an SDK output. */
export function encodeAwsQuery({ name, output }: OperationModel, value: object, requestId: string): HttpResponse {
  const result = output.isUnitSchema() ? [] : [encode(output, value, `${name}Result`)]
  const metadata = new XmlNode('ResponseMetadata', [XmlNode.of('RequestId', requestId)])
  return respond(200, new XmlNode(`${name}Response`, [...result, metadata]))
}

/** The code of an error is not always the name of its exception. [source: aws-query-error] */
export const encodeQueryError = ({ errorCodes }: ServiceModel, error: AwsError, requestId: string): HttpResponse =>
  respond(error.statusCode, queryError(error, errorCodes.get(error.name) ?? error.name, requestId))

function respond(statusCode: number, root: XmlNode): HttpResponse {
  const xml = root.addAttribute('xmlns', NAMESPACE)
  return { statusCode, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml.toString()) }
}

function encode(schema: NormalizedSchema, value: unknown, name: string): XmlNode {
  if (schema.isListSchema()) {
    const item = schema.getValueSchema()
    return new XmlNode(
      name,
      (value as unknown[]).map((one) => encode(item, one, wireName(item, 'member'))),
    )
  }
  if (schema.isMapSchema()) {
    const [key, item] = [schema.getKeySchema(), schema.getValueSchema()]
    const entries = Object.entries(value as object).map(
      ([own, one]) =>
        new XmlNode('entry', [encode(key, own, wireName(key, 'key')), encode(item, one, wireName(item, 'value'))]),
    )
    return new XmlNode(name, entries)
  }
  if (!schema.isStructSchema()) return XmlNode.of(name, textOfXml(String(value)))
  const members = [...schema.structIterator()].flatMap(([own, member]) => {
    const one = (value as Record<string, unknown>)[own]
    return one === undefined || one === null ? [] : [encode(member, one, wireName(member, own))]
  })
  return new XmlNode(name, members)
}
