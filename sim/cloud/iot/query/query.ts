import { AwsError } from '../../base/aws-error.ts'

/** One query as a tree. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | Term

/** A test of one field; of every field when `field` is null. */
export interface Term {
  readonly kind: 'term'
  readonly field: string | null
  readonly test: ValueTest
}

/** What a value is compared with; text is in lower case, because search ignores case. */
export type ValueTest =
  | { readonly kind: 'exists' }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'phrase'; readonly words: readonly string[] }
  | { readonly kind: 'pattern'; readonly glyphs: readonly Glyph[] }
  | { readonly kind: 'range'; readonly from: Bound | null; readonly to: Bound | null; readonly isNumeric: boolean }

export interface Bound {
  readonly text: string
  readonly isIncluded: boolean
}

/** One character of a pattern, or a wildcard. */
export type Glyph = { readonly character: string } | typeof ANY_CHARACTERS | typeof ONE_CHARACTER

export const ANY_CHARACTERS = '*'
export const ONE_CHARACTER = '?'

/** A query that AWS refuses. `text` is cut: it may be as long as a request. */
export function invalidQuery(text: string, why: string): AwsError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text
  return new AwsError('InvalidQueryException', 400, `The query "${shown}" is not valid: ${why}`)
}
