import { readFileSync } from 'node:fs'
import { closest } from 'fastest-levenshtein'
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { renamedText } from './renamed.ts'

/** A file is invalid; every problem is `file:line:column: what is wrong`. */
export class InvalidScenario extends Error {
  override readonly name = 'InvalidScenario'
  readonly exitCode = 64
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

export type Path = readonly PropertyKey[]

/** Valid values are listed up to this number; the nearest is named in any case. */
const MAX_LISTED = 20

/** A parsed YAML file, with positions. */
export interface YamlFile {
  readonly file: string
  readonly document: Document
  readonly raw: unknown
  /** `file:line:column` of the key at the path, or of the nearest existing node above it. */
  where(path: Path): string
}

/** @throws InvalidScenario */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidScenario([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
}

/** @throws InvalidScenario if it is not YAML */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0])
    throw new InvalidScenario([`${file}:${line}:${col}: ${syntax.message.split('\n')[0]}`])
  }
  const where = (path: Path): string => {
    const { line, col } = lines.linePos(offsetOf(document, path))
    return `${file}:${line}:${col}`
  }
  return { file, document, raw: document.toJS() as unknown, where }
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents
    const items =
      (parent as { items?: { key?: { value?: unknown; range?: number[] }; range?: number[] }[] }).items ?? []
    const key = path[length - 1]
    const found = items.find((item, index) => item.key?.value === key || (item.key === undefined && index === key))
    const offset = found?.key?.range?.[0] ?? found?.range?.[0]
    if (offset !== undefined) return offset
  }
  return 0
}

/** The problems that the schema has found, a line each, with the new name of an old word, or the nearest valid one. */
export function problemsOf(
  schema: z.ZodType,
  { issues }: { readonly issues: readonly z.core.$ZodIssue[] },
  raw: unknown,
  where: (path: Path) => string,
  what: string,
): string[] {
  return issues.flatMap((issue) => describe(schema as unknown as SchemaNode, issue, raw, where, what))
}

function describe(
  schema: SchemaNode,
  issue: z.core.$ZodIssue,
  raw: unknown,
  where: (path: Path) => string,
  what: string,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path)
    return issue.keys.map((key) => `${where([...issue.path, key])}: unknown key "${key}"${hint(key, known)}`)
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined) {
    const kinds = discriminators(schema, issue.path)
    const given = valueAt(raw, issue.path)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    return [`${where(issue.path)}: ${issue.path.join('.')} ${message}${hint(String(given), kinds)}`]
  }
  if (issue.code === 'invalid_union') {
    const meant = closestVariant(issue)
    if (meant !== null) return meant.flatMap((one) => describe(schema, one, raw, where, what))
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(raw, issue.path)
    const valid = issue.values.map(String)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    const list = valid.length > MAX_LISTED ? '' : `; one of ${valid.join(', ')}`
    return [`${where(issue.path)}: ${issue.path.join('.')} ${message}${list}${hint(String(given), valid)}`]
  }
  const message = valueAt(raw, issue.path) === undefined && issue.code === 'invalid_type' ? 'is missing' : issue.message
  return [`${where(issue.path)}: ${issue.path.join('.') || what}: ${message}`]
}

/** The issues of the variant of a union that matches the value best; null if none matches its keys. */
function closestVariant({ path, errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | null {
  const isInside = (issue: z.core.$ZodIssue): boolean => issue.path.length > 0 || issue.code === 'unrecognized_keys'
  const meant = errors.find((issues) => issues.length > 0 && issues.every(isInside))
  return meant?.map((issue) => ({ ...issue, path: [...path, ...issue.path] })) ?? null
}

/** `; did you mean "canary"?` */
export const nearest = (given: string, known: readonly string[]): string =>
  known.length === 0 ? '' : `; did you mean "${closest(given, [...known])}"?`

/** The new name of an old word, or the nearest valid one. */
const hint = (given: string, known: readonly string[]): string => renamedText(given, known) ?? nearest(given, known)

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)

interface SchemaNode {
  readonly def: {
    readonly innerType?: SchemaNode
    readonly in?: SchemaNode
    readonly element?: SchemaNode
    readonly options?: readonly SchemaNode[]
    readonly shape?: Readonly<Record<string, SchemaNode>>
    readonly values?: readonly string[]
  }
}

/** Keys of the schema at a path, of all variants of a union. */
const knownKeys = (schema: SchemaNode, path: Path): string[] => [
  ...new Set(nodesAt(schema, path).flatMap(({ def }) => Object.keys(def.shape ?? {}))),
]

/** Values of the discriminator at the path. */
const discriminators = (schema: SchemaNode, path: Path): string[] =>
  nodesAt(schema, path).flatMap(({ def }) => def.values ?? [])

function nodesAt(schema: SchemaNode, path: Path): readonly SchemaNode[] {
  let nodes = unwrap(schema)
  for (const key of path) {
    nodes = nodes.flatMap(({ def }) => unwrap(typeof key === 'number' ? def.element : def.shape?.[String(key)]))
  }
  return nodes
}

function unwrap(node: SchemaNode | undefined): readonly SchemaNode[] {
  if (node === undefined) return []
  const { innerType, in: input, options } = node.def
  if (innerType !== undefined) return unwrap(innerType)
  if (input !== undefined) return unwrap(input)
  return options === undefined ? [node] : options.flatMap(unwrap)
}

/** Top-level keys of a schema. */
export const keysOf = (schema: z.ZodType): readonly string[] => knownKeys(schema as unknown as SchemaNode, [])
