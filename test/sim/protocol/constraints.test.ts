import { describe, expect, it } from 'vitest'
import type { AwsError } from '../../../sim/cloud/base/aws-error.ts'
import { OPERATIONS } from '../../../sim/cloud/operations.ts'
import { requireConstraints } from '../../../sim/protocol/constraints/check.ts'
import type { Constraint, ConstraintTable } from '../../../sim/protocol/constraints/constraint.ts'
import { fromJava } from '../../../sim/protocol/constraints/java-pattern.ts'
import { ServiceEndpoint } from '../../../sim/protocol/service-endpoint.ts'
import { loadServiceModel, VALIDATION_ERROR } from '../../../sim/protocol/service-model.ts'

describe('a pattern of Java', () => {
  const matches = (pattern: string, text: string): boolean => new RegExp(`^(?:${fromJava(pattern)})$`, 'u').test(text)

  it.each([
    ['[\\p{Upper}\\p{Digit}_]+', 'A_9', 'a'],
    ['[\\p{Graph}\\x20]*', 'a ~', '\u00e9'],
    ['[^\\p{Cntrl}]*', 'a\u00e9', 'a\n'],
    ['[^\\p{C}]*', 'a\u00e9', '\u0000'],
    ['[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', 'ä 1-', '#'],
    ['[A-Za-z0-9\\_\\-]+', 'a_-', '.'],
    ['[\\w-]*', 'a-b', ' '],
    ['[a-z[]+', 'a[', ']'],
    ['a\\:b', 'a:b', 'ab'],
    ['^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$', '\ta \t b\t', '\t'],
    ['^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$', 'a '.repeat(200), `${'a '.repeat(200)}\n`],
  ])('%s matches %s and not %s', (pattern, text, other) => {
    expect([matches(pattern, text), matches(pattern, other)]).toEqual([true, false])
  })

  it.each(['a*+', '(?i)a', '[a&&[b]]', '\\p{InGreek}', '\\G'])(
    '%s, which JavaScript does not have, is an error',
    (pattern) => {
      expect(() => fromJava(pattern)).toThrow()
    },
  )
})

const TABLE: ConstraintTable = {
  operations: { Make: 'Input' },
  shapes: {
    Input: {
      kind: 'struct',
      members: { Name: 'Name', Tags: 'Tags', Map: 'Map', Size: 'Size', Blob: 'Blob' },
      required: ['Name'],
    },
    Name: { kind: 'string', min: 1, max: 3, pattern: { aws: '[a-c\u{1F480}]+' } },
    Tags: { kind: 'list', item: 'Tag', max: 2 },
    Tag: { kind: 'struct', members: { Key: 'Kind' } },
    Kind: { kind: 'string', enum: ['X', 'Y'] },
    Map: { kind: 'map', key: 'Name', value: 'Secret', max: 1 },
    Secret: { kind: 'string', min: 2, sensitive: true },
    Size: { kind: 'number', min: 1, max: 9, integer: true },
    Blob: { kind: 'blob', max: 2 },
  },
}

describe('an input', () => {
  const violation = (input: object): string | null => {
    try {
      requireConstraints(TABLE, 'Make', input)
      return null
    } catch (error) {
      return (error as Error).message
    }
  }
  const one = (what: string): string => `1 validation error detected: ${what}`

  it.each([
    [{}, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
    [
      { Name: '' },
      "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { Name: 'aaaa' },
      "Value 'aaaa' at 'name' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [
      { Name: 'd' },
      "Value 'd' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-c\u{1F480}]+",
    ],
    [
      { Name: 'a', Tags: [{ Key: 'Z' }] },
      "Value 'Z' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [X, Y]",
    ],
    [
      { Name: 'a', Tags: [{}, {}, {}] },
      "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      { Name: 'a', Map: { d: 'xx' } },
      "Value at 'map' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-c\u{1F480}]+]",
    ],
    [
      { Name: 'a', Map: { a: 'x' } },
      "Value at 'map.a.member' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { Name: 'a', Size: 0 },
      "Value '0' at 'size' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [{ Name: 'a', Size: 1.5 }, "Value '1.5' at 'size' failed to satisfy constraint: Member must be an integer"],
    [
      { Name: 'a', Blob: new Uint8Array(3) },
      "Value at 'blob' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
  ])('%j is refused in AWS’s words', (input, what) => expect(violation(input)).toBe(one(what)))

  it('is told all that is wrong with it', () => {
    expect(violation({ Name: '', Size: 10 })).toMatch(/^2 validation errors detected: Value '' at .+; Value '10' at /)
  })

  it('is counted in code points', () => {
    expect(violation({ Name: '\u{1F480}\u{1F480}\u{1F480}' })).toBeNull()
    expect(violation({ Name: '\u{1F480}\u{1F480}\u{1F480}\u{1F480}' })).not.toBeNull()
  })
})

/** Values that break a constraint, one for each that it has. */
function violating(shape: Constraint): readonly unknown[] {
  if (shape.kind === 'number')
    return [...(shape.min === undefined ? [] : [shape.min - 1]), ...(shape.max === undefined ? [] : [shape.max + 1])]
  if (shape.kind !== 'string') return []
  const { min = 0, max, pattern } = shape
  return [
    ...(min > 0 ? ['x'.repeat(min - 1)] : []),
    ...(max === undefined ? [] : ['x'.repeat(max + 1)]),
    ...(shape.enum === undefined ? [] : ['no such value']),
    ...(pattern === undefined
      ? []
      : ['\u0000 ~'].filter((text) => !new RegExp(`^(?:${pattern.js ?? pattern.aws})$`, 'u').test(text))),
  ]
}

it('covers every emulated operation: a violation of any of its members is 400', async () => {
  let tried = 0
  const accepted: string[] = []
  for (const service of Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]) {
    const model = await loadServiceModel(service)
    const { operations, shapes } = model.constraints
    for (const name of Object.keys(OPERATIONS[service])) {
      const input = shapes[operations[name] ?? ''] as Extract<Constraint, { kind: 'struct' }> | undefined
      const endpoint = new ServiceEndpoint(model, { [name]: () => ({}) })
      for (const [member, shape] of Object.entries(input?.members ?? {})) {
        for (const value of violating(shapes[shape] as Constraint)) {
          tried += 1
          const caller = { admit: () => undefined, onBug: () => undefined }
          const answer = endpoint.call(name, { [member]: value }, caller) as AwsError
          if (answer.statusCode !== 400 || answer.name !== VALIDATION_ERROR[service])
            accepted.push(`${name} ${member} ${value}`)
        }
      }
      for (const member of input?.required ?? []) {
        tried += 1
        const answer = endpoint.call(name, {}, { admit: () => undefined, onBug: () => undefined }) as AwsError
        if (answer.statusCode !== 400) accepted.push(`${name} without ${member}`)
      }
    }
  }
  expect(accepted).toEqual([])
  expect(tried).toBeGreaterThan(300)
})

it('has no pattern whose repeated groups repeat within themselves in emulated operations', async () => {
  const found: string[] = []
  for (const service of Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]) {
    const { constraints } = await loadServiceModel(service)
    const reached = new Set<string>()
    const reach = (name: string | undefined): void => {
      if (name === undefined || reached.has(name)) return
      reached.add(name)
      const shape = constraints.shapes[name] as Constraint
      if (shape.kind === 'struct') for (const member of Object.values(shape.members ?? {})) reach(member)
      if (shape.kind === 'list') reach(shape.item)
      if (shape.kind === 'map') for (const inner of [shape.key, shape.value]) reach(inner)
      if (shape.kind !== 'string' || shape.pattern === undefined) return
      if (/[*+}]\)[*+{]/.test(shape.pattern.js ?? shape.pattern.aws))
        found.push(`${service} ${name} ${shape.pattern.aws} (max ${shape.max})`)
    }
    for (const name of Object.keys(OPERATIONS[service])) reach(constraints.operations[name])
  }
  // Each repetition of this one begins with a character that the one before cannot hold.
  expect(found).toEqual([expect.stringContaining('events RedshiftSecretManagerArn ')])
})
