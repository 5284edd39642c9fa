import type { NormalizedSchema } from '@smithy/core/schema'
import fc, { type Arbitrary } from 'fast-check'
import type { Constraint, ConstraintTable } from '../../../sim/protocol/constraints/constraint.ts'
import type { OperationModel } from '../../../sim/protocol/service-model.ts'

/** Inputs of operations as their schemas and constraints have them, and mutations of them. */

type Of<K extends Constraint['kind']> = Extract<Constraint, { readonly kind: K }>

/** Names of things that exist, so that inputs get beyond the check for them. */
export const KNOWN = [
  'thing-0',
  'canary',
  'health',
  'App',
  '1.0.0',
  'arn:aws:iot:eu-central-1:123456789012:thinggroup/canary',
  'arn:aws:iot:eu-central-1:123456789012:thing/thing-0',
  'arn:aws:greengrass:eu-central-1:123456789012:components:App:versions:1.0.0',
  'arn:aws:sns:eu-central-1:123456789012:topic',
  'arn:aws:lambda:eu-central-1:123456789012:function:analyze',
  'http',
  'http://localhost:1/',
  'rate(5 minutes)',
  'thingName:thing-*',
  '{}',
  '{"source":["a"]}',
  '{"state":{"reported":{"a":1}}}',
]

/** Valid inputs of an operation, of which every member may be absent that is not required. */
export function validInput({ input, name }: OperationModel, table: ConstraintTable): Arbitrary<object> {
  if (input.isUnitSchema()) return fc.constant({})
  return anyOf(input, table, table.operations[name], 0) as Arbitrary<object>
}

function anyOf(
  schema: NormalizedSchema,
  table: ConstraintTable,
  shape: string | undefined,
  depth: number,
): Arbitrary<unknown> {
  const constraint = shape === undefined ? undefined : table.shapes[shape]
  if (schema.isStructSchema()) return structOf(schema, table, constraint as Of<'struct'> | undefined, depth)
  if (schema.isListSchema()) {
    const { item, min = 0, max = 3 } = (constraint ?? {}) as Partial<Of<'list'>>
    const length = { minLength: min, maxLength: depth > 4 ? min : Math.max(min, Math.min(max, 3)) }
    return fc.array(anyOf(schema.getValueSchema(), table, item, depth + 1), length)
  }
  if (schema.isMapSchema()) {
    const { key, value, min = 0, max = 3 } = (constraint ?? {}) as Partial<Of<'map'>>
    const length = { minKeys: min, maxKeys: depth > 4 ? min : Math.max(min, Math.min(max, 3)) }
    const keys = textOf(key === undefined ? undefined : (table.shapes[key] as Of<'string'>))
    return fc.dictionary(keys, anyOf(schema.getValueSchema(), table, value, depth + 1), length)
  }
  return scalarOf(schema, constraint)
}

function structOf(
  schema: NormalizedSchema,
  table: ConstraintTable,
  { members = {}, required = [] }: Partial<Of<'struct'>> = {},
  depth: number,
): Arbitrary<object> {
  const all = [...schema.structIterator()].filter(([name]) => depth < 4 || required.includes(name))
  const values = Object.fromEntries(all.map(([name, member]) => [name, anyOf(member, table, members[name], depth + 1)]))
  return fc.record(values, { requiredKeys: [...required] })
}

function scalarOf(schema: NormalizedSchema, constraint: Constraint | undefined): Arbitrary<unknown> {
  if (schema.isBooleanSchema()) return fc.boolean()
  if (schema.isTimestampSchema()) return fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => new Date(s * 1000))
  const { min, max } = (constraint ?? {}) as Partial<Of<'number'>>
  if (schema.isNumericSchema()) {
    return fc.integer({ min: Math.ceil(min ?? -5), max: Math.max(Math.ceil(min ?? 0), Math.min(max ?? 1e6, 1e9)) })
  }
  if (schema.isBlobSchema()) {
    const known = fc.constantFrom(...KNOWN.map((one) => new Uint8Array(Buffer.from(one))))
    return known.filter(({ length }) => length >= (min ?? 0))
  }
  return textOf(constraint as Of<'string'> | undefined)
}

function textOf(constraint: Of<'string'> | undefined): Arbitrary<string> {
  const { min = 0, max = 300, pattern } = constraint ?? {}
  if (constraint?.enum !== undefined) return fc.constantFrom(...constraint.enum)
  const expression = pattern === undefined ? /^[\s\S]*$/u : new RegExp(`^(?:${pattern.js ?? pattern.aws})$`, 'u')
  const fits = (one: string): boolean => [...one].length >= min && [...one].length <= max && expression.test(one)
  const known = KNOWN.filter(fits)
  const short = { minLength: min, maxLength: Math.min(max, min + 12) }
  const free = pattern === undefined ? fc.string({ ...short, unit: 'binary' }) : matching(expression, short)
  const fitting = free.filter(fits)
  return known.length === 0 ? fitting : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fitting)
}

/** fast-check does not know all of regular expressions, and is slow with classes of Unicode: then plain texts. */
function matching(expression: RegExp, short: { readonly minLength: number; readonly maxLength: number }) {
  if (/\\p|\[\^\\x00/.test(expression.source)) return fc.string(short)
  try {
    return fc.stringMatching(expression, { size: short.minLength > 10 ? 'large' : 'small' })
  } catch {
    return fc.string(short)
  }
}

const EXTREME: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  0.5,
  '',
  ' ',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '\u{1F480}'.repeat(50),
  '__proto__',
  'constructor',
  '$',
  '../..',
  '{"a":',
  '[[',
  'arn:aws:iot:us-east-1:1:x',
  '1970-01-01T00:00:00Z',
  [],
  [null],
  {},
  { constructor: 1 },
  [[[[]]]],
]

/** The same value with one place of it dropped, replaced, repeated or extended. */
export function mutated(value: unknown): Arbitrary<unknown> {
  const change = fc.oneof(
    fc.constantFrom(...EXTREME).map((extreme) => () => extreme),
    fc.constant(() => undefined),
    fc.constant((old: unknown) => [old, old]),
    fc.constant((old: unknown) => ({ ...Object(old), unknown: old, constructor: 1 })),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => () => text),
    fc.constantFrom(...KNOWN).map((text) => () => text),
  )
  return fc.tuple(fc.constantFrom(...placesOf(value, [])), change).map(([place, to]) => replaced(value, place, to))
}

type Place = readonly string[]

function placesOf(value: unknown, at: Place): readonly Place[] {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [at]
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: Place, to: (old: unknown) => unknown): unknown {
  if (key === undefined) return to(value)
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, to)
  return copy
}
