import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AwsError } from '../../../../../sim/cloud/base/aws-error.ts'
import { compileQuery } from '../../../../../sim/cloud/iot/query/compile-query.ts'
import { parseQuery } from '../../../../../sim/cloud/iot/query/query-parser.ts'

const REFUSED = expect.objectContaining({ name: 'InvalidQueryException', statusCode: 400 })
const terms = (count: number): string => Array.from({ length: count }, (_, i) => `a:${i}`).join(' ')

it.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['(a:b', 'not closed'],
  ['a:b)', 'not opened'],
  ['a:', 'too early'],
  ['a:b AND', 'too early'],
  ['AND a:b', 'AND is not expected'],
  ['a:b OR OR c:d', 'OR is not expected'],
  ['a:"b', 'quote'],
  ['a:b\\', 'escape'],
  ['a:b:c', '":"'],
  ['"a":b', 'not in quotes'],
  ['a*:b', 'no wildcards'],
  ['a:[1 TO', 'too early'],
  ['a:[1 2]', 'TO is missing'],
  ['a:[1 TO 2', 'too early'],
  ['a:[1* TO 2]', 'no wildcards'],
  ['a:[TO 2]', 'TO is missing'],
  ['[1 TO 2]', 'not expected'],
  ['a:(b c:d)', 'group of the field'],
  ['a:b/c', '/ must be escaped'],
  ['a@b', '@ must be escaped'],
  ['a && b', '& must be escaped'],
  ['a:b~2', '~ must be escaped'],
  ['a<', 'too early'],
  ['NOT', 'too early'],
  ['()', '")" is not expected'],
  [terms(13), '13 terms'],
  ['a:*x b:*y', 'begin with a wildcard'],
  [`a:*x b:${'y'.repeat(100)}`, '100 characters'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'nested too deeply'],
])('%j is refused', (text, why) => {
  expect(() => parseQuery(text)).toThrow(REFUSED)
  expect(() => parseQuery(text)).toThrow(why)
})

/** Whether an item with this one value of the field `f` matches. */
const matches = (query: string, value: string | number | boolean): boolean => {
  const read = (item: typeof value): (typeof value)[] => [item]
  return compileQuery<typeof value, null>(parseQuery(query), { readerOf: () => read, readAll: read })(value, null)
}

describe('a value', () => {
  it.each([
    ['f:a\\*b', 'a*b', true],
    ['f:a\\*b', 'axb', false],
    ['f:a\\/b', 'a/b', true],
    ['f:"a/b"', 'a/b', true],
    ['f:"A  b"', 'x a B y', true],
    ['f:"a b"', 'a x b', false],
    ['f:a*b*c', 'aXbYc', true],
    ['f:a*b*c', 'aXbY', false],
    ['f:a**', 'a', true],
    ['f:"say \\"hi\\""', 'say "hi"', true],
    ['f:abc', 'aBc', true],
    ['f:"A b"', 'A B', true],
    ['f:2', 2, true],
    ['f:2.0', 2, true],
    ['f:true', true, true],
    ['f:TRUE', true, true],
    ['f:[a TO c]', 'B', true],
    ['f:[1 TO 2]', 'b', false],
    ['f:[1 TO 10]', '9', true],
    ['f:["1" TO "10"]', '9', false],
    ['f<=5 f>=5', 5, true],
    ['f:>4', 5, true],
    ['NOT NOT f:a', 'a', true],
    ['a b OR c', 'c', true],
    [terms(12), '1', false],
  ])('%s of %j: %j', (query, value, expected) => {
    expect(matches(query, value)).toBe(expected)
  })

  it('with many wildcards is found or not without delay', () => {
    expect(matches(`f:a${'*a'.repeat(40)}b`, 'a'.repeat(800))).toBe(false)
  })
})

it('reads any text or refuses it as AWS does', () => {
  const piece = fc.constantFrom(
    'a',
    ':',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\\',
    '*',
    '?',
    ' ',
    '-',
    '+',
    '<',
    '>=',
    'TO',
  )
  const operator = fc.constantFrom(' AND ', ' OR ', ' NOT ', 'f:', 'é', '\u0000', '𝒳')
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, operator), { maxLength: 30 }), fc.string(), (pieces, value) => {
      try {
        matches(pieces.join(''), value)
      } catch (error) {
        if (!(error instanceof AwsError && error.name === 'InvalidQueryException')) throw error
      }
    }),
    { numRuns: 2000, seed: 1 },
  )
})
