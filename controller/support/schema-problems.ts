import { closest } from 'fastest-levenshtein'
import type { z } from 'zod'
import { renamedText } from './renamed.ts'

export type Path = readonly PropertyKey[]

/** What a schema has against a document, at one place. */
export interface SchemaProblem {
  /** Keys from the top of the document; the unknown key is the last of them. */
  readonly path: Path
  /** An unknown key, with a hint at the nearest known one; else the whole sentence, which names the path. */
  readonly is: { readonly unknownKey: string; readonly hint: string } | { readonly sentence: string }
}

/** More valid values than this are not listed; the nearest is named all the same. */
const MAX_LISTED = 20

/** Every problem of a document, in the order of the schema; `what` names the document itself. */
export function problemsOf(
  schema: z.ZodType,
  { issues }: { readonly issues: readonly z.core.$ZodIssue[] },
  raw: unknown,
  what: string,
): readonly SchemaProblem[] {
  return issues.flatMap((issue) => describe(schema as unknown as SchemaNode, issue, raw, what))
}

/** The problem as one line that names its place by the path: `limits.crashs: unknown key; did you mean "crashes"?` */
export const problemLine = ({ path, is }: SchemaProblem): string =>
  'sentence' in is ? is.sentence : `${path.join('.')}: unknown key${is.hint}`

function describe(schema: SchemaNode, issue: z.core.$ZodIssue, raw: unknown, what: string): SchemaProblem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path)
    return issue.keys.map((key) => ({ path: [...path, key], is: { unknownKey: key, hint: hintOf(key, known) } }))
  }
  const sentence = (text: string): SchemaProblem[] => [{ path, is: { sentence: text } }]
  if (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined) {
    const kinds = discriminators(schema, path)
    const given = valueAt(raw, path)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    return sentence(`${path.join('.')} ${message}${hintOf(String(given), kinds)}`)
  }
  if (issue.code === 'invalid_union') {
    const meant = closestVariant(issue)
    if (meant !== null) return meant.flatMap((one) => describe(schema, one, raw, what))
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(raw, path)
    const valid = issue.values.map(String)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    const list = valid.length > MAX_LISTED ? '' : `; one of ${valid.join(', ')}`
    return sentence(`${path.join('.')} ${message}${list}${hintOf(String(given), valid)}`)
  }
  const message = valueAt(raw, path) === undefined && issue.code === 'invalid_type' ? 'is missing' : issue.message
  return sentence(`${path.join('.') || what}: ${message}`)
}

/** Of a union's variants the one that got furthest into the value, with its issues; null if none got into it. */
function closestVariant({ path, errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | null {
  const isInside = (issue: z.core.$ZodIssue): boolean => issue.path.length > 0 || issue.code === 'unrecognized_keys'
  const meant = errors.find((issues) => issues.length > 0 && issues.every(isInside))
  return meant?.map((issue) => ({ ...issue, path: [...path, ...issue.path] })) ?? null
}

/** A hint at the nearest of the known names; empty if none is known. */
export const nearest = (given: string, known: readonly string[]): string =>
  known.length === 0 ? '' : `; did you mean "${closest(given, [...known])}"?`

/** The new name of an old word, or the nearest valid one. */
const hintOf = (given: string, known: readonly string[]): string => renamedText(given, known) ?? nearest(given, known)

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value)

interface SchemaNode {
  readonly def: {
    readonly innerType?: SchemaNode
    readonly in?: SchemaNode
    readonly element?: SchemaNode
    readonly options?: readonly SchemaNode[]
    readonly shape?: Readonly<Record<string, SchemaNode>>
    /** Of a record. */
    readonly valueType?: SchemaNode
    readonly values?: readonly string[]
  }
}

/** Keys that the schema has at a path, over all variants of a union. */
const knownKeys = (schema: SchemaNode, path: Path): string[] => [
  ...new Set(nodesAt(schema, path).flatMap(({ def }) => Object.keys(def.shape ?? {}))),
]

/** Values of the key that tells the variants of a union apart, which stands at the path. */
const discriminators = (schema: SchemaNode, path: Path): string[] =>
  nodesAt(schema, path).flatMap(({ def }) => def.values ?? [])

function nodesAt(schema: SchemaNode, path: Path): readonly SchemaNode[] {
  let nodes = unwrap(schema)
  for (const key of path) {
    nodes = nodes.flatMap(({ def }) =>
      unwrap(typeof key === 'number' ? def.element : (def.shape?.[String(key)] ?? def.valueType)),
    )
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
