import {
  ANY_CHARACTERS,
  type Bound,
  type Glyph,
  invalidQuery,
  ONE_CHARACTER,
  type Query,
  type ValueTest,
} from './query.ts'
import { type Token, tokenise, unescaped } from './query-tokens.ts'

/** [source: query-limits] */
const MAX_TERMS = 12
const MAX_LEADING_WILDCARDS = 1
const MAX_LENGTH_WITH_LEADING_WILDCARD = 100
/** Chosen by us, so that no query exhausts the stack: one within the limits of AWS needs far less. */
const MAX_DEPTH = 50

const COMPARISONS = ['<', '>', '<=', '>='] as const
type Comparison = (typeof COMPARISONS)[number]

/** The tree of a query. [source: query-syntax] @throws AwsError InvalidQueryException */
export function parseQuery(text: string): Query {
  const tokens = tokenise(text)
  if (tokens.length === 0) throw invalidQuery(text, 'it is empty')
  return new Parser(text, tokens).parse()
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #terms = 0
  #leadingWildcards = 0
  #depth = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
  }

  parse(): Query {
    const query = this.#or(null)
    if (this.#at < this.#tokens.length) throw this.#invalid('a parenthesis or bracket is closed that was not opened')
    this.#checkLimits()
    return query
  }

  /** `field`: that of the group it is in, as in `field:(a OR b)`. */
  #or(field: string | null): Query {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw this.#invalid('it is nested too deeply')
    const of = [this.#and(field)]
    while (this.#takeWord('OR')) of.push(this.#and(field))
    this.#depth -= 1
    return of.length === 1 ? (of[0] as Query) : { kind: 'or', of }
  }

  /** Terms side by side are joined by AND. */
  #and(field: string | null): Query {
    const of = [this.#unary(field)]
    while (this.#hasNext() && !this.#isWord('OR') && this.#peek() !== ')') {
      this.#takeWord('AND')
      of.push(this.#unary(field))
    }
    return of.length === 1 ? (of[0] as Query) : { kind: 'and', of }
  }

  #unary(field: string | null): Query {
    let isNegated = false
    for (;;) {
      if (this.#takeWord('NOT') || this.#take('-')) isNegated = !isNegated
      else if (!this.#take('+')) break
    }
    const query = this.#primary(field)
    return isNegated ? { kind: 'not', of: query } : query
  }

  #primary(field: string | null): Query {
    if (this.#take('(')) return this.#closed(this.#or(field))
    const token = this.#next()
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      throw this.#invalid(`"${token.kind}" is not expected there`)
    }
    if (token.kind === 'word' && isOperator(token.raw)) throw this.#invalid(`${token.raw} is not expected there`)
    if (!this.#startsValue()) return this.#term(field, this.#wordTest(token))
    if (field !== null) throw this.#invalid(`a field is not allowed in the group of the field "${field}"`)
    return this.#fieldTerm(this.#fieldName(token))
  }

  /** What follows the name of a field. */
  #fieldTerm(field: string): Query {
    if (this.#take(':') && this.#take('(')) return this.#closed(this.#or(field))
    const comparison = this.#takeComparison()
    if (comparison !== null) return this.#term(field, this.#comparisonTest(comparison))
    if (this.#peek() === '[' || this.#peek() === '{') return this.#term(field, this.#rangeTest())
    const token = this.#next()
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      throw this.#invalid(`"${token.kind}" is not a value of the field "${field}"`)
    }
    return this.#term(field, this.#wordTest(token))
  }

  #fieldName(token: Token): string {
    if (token.kind !== 'word') throw this.#invalid('the name of a field is not in quotes')
    if (glyphsOf(token.raw).some(isWildcard)) throw this.#invalid('the name of a field has no wildcards')
    return unescaped(token.raw)
  }

  #term(field: string | null, test: ValueTest): Query {
    if (test.kind === 'exists' && field === null) return { kind: 'all' }
    this.#terms += 1
    return { kind: 'term', field, test }
  }

  /** `*` alone asks whether the field exists; without a field it is every thing. */
  #wordTest(token: Token & { kind: 'word' | 'quoted' }): ValueTest {
    if (token.kind === 'quoted') return phraseTest(token.text)
    const glyphs = glyphsOf(token.raw)
    if (!glyphs.some(isWildcard)) return { kind: 'word', text: unescaped(token.raw).toLowerCase() }
    if (glyphs.every((glyph) => glyph === ANY_CHARACTERS)) return { kind: 'exists' }
    if (isWildcard(glyphs[0] as Glyph)) this.#leadingWildcards += 1
    return { kind: 'pattern', glyphs }
  }

  #comparisonTest(comparison: Comparison): ValueTest {
    const bound = { ...this.#bound(), isIncluded: comparison.endsWith('=') }
    const isLower = comparison.startsWith('>')
    return rangeTest(isLower ? bound : null, isLower ? null : bound)
  }

  /** `[a TO b]`; a brace excludes its bound, and `*` is no bound. */
  #rangeTest(): ValueTest {
    const opening = this.#next().kind
    const from = this.#boundOrOpen(opening === '[')
    if (!this.#takeWord('TO')) throw this.#invalid('TO is missing in a range')
    const to = this.#boundOrOpen(true)
    const closing = this.#next().kind
    if (closing !== ']' && closing !== '}') throw this.#invalid('a range is not closed')
    return rangeTest(from, to === null ? null : { ...to, isIncluded: closing === ']' })
  }

  #boundOrOpen(isIncluded: boolean): BoundOf | null {
    if (this.#takeWord('*')) return null
    return { ...this.#bound(), isIncluded }
  }

  #bound(): { text: string; isQuoted: boolean } {
    const token = this.#next()
    if (token.kind === 'quoted') return { text: token.text, isQuoted: true }
    if (token.kind !== 'word' || isOperator(token.raw)) throw this.#invalid('the bound of a range is missing')
    if (glyphsOf(token.raw).some(isWildcard)) throw this.#invalid('the bound of a range has no wildcards')
    return { text: unescaped(token.raw), isQuoted: false }
  }

  #closed(query: Query): Query {
    if (!this.#take(')')) throw this.#invalid('a parenthesis is not closed')
    return query
  }

  #checkLimits(): void {
    if (this.#terms > MAX_TERMS) throw this.#invalid(`it has ${this.#terms} terms, at most ${MAX_TERMS}`)
    if (this.#leadingWildcards > MAX_LEADING_WILDCARDS) {
      throw this.#invalid(`at most ${MAX_LEADING_WILDCARDS} term may begin with a wildcard`)
    }
    if (this.#leadingWildcards > 0 && this.#text.length > MAX_LENGTH_WITH_LEADING_WILDCARD) {
      throw this.#invalid(`with a leading wildcard it has at most ${MAX_LENGTH_WITH_LEADING_WILDCARD} characters`)
    }
  }

  #startsValue(): boolean {
    const kind = this.#peek()
    return kind === ':' || (COMPARISONS as readonly (string | undefined)[]).includes(kind)
  }

  #takeComparison(): Comparison | null {
    const comparison = COMPARISONS.find((one) => this.#peek() === one)
    if (comparison !== undefined) this.#at += 1
    return comparison ?? null
  }

  #hasNext(): boolean {
    return this.#at < this.#tokens.length
  }

  #peek(): Token['kind'] | undefined {
    return this.#tokens[this.#at]?.kind
  }

  #next(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw this.#invalid('it ends too early')
    this.#at += 1
    return token
  }

  #take(kind: Token['kind']): boolean {
    const isThere = this.#peek() === kind
    if (isThere) this.#at += 1
    return isThere
  }

  #isWord(raw: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'word' && token.raw === raw
  }

  #takeWord(raw: string): boolean {
    const isThere = this.#isWord(raw)
    if (isThere) this.#at += 1
    return isThere
  }

  #invalid(why: string): Error {
    return invalidQuery(this.#text, why)
  }
}

type BoundOf = Bound & { readonly isQuoted: boolean }

const isOperator = (raw: string): boolean => raw === 'AND' || raw === 'OR' || raw === 'NOT'
const isWildcard = (glyph: Glyph): boolean => glyph === ANY_CHARACTERS || glyph === ONE_CHARACTER

/** The characters of a word in lower case; those that are escaped are no wildcards. */
function glyphsOf(raw: string): readonly Glyph[] {
  return [...raw.matchAll(/\\(.)|(.)/gsu)].map(([, escaped, plain]): Glyph => {
    if (plain === ANY_CHARACTERS || plain === ONE_CHARACTER) return plain
    return { character: (escaped ?? plain ?? '').toLowerCase() }
  })
}

function phraseTest(text: string): ValueTest {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return words.length === 1 ? { kind: 'word', text: words[0] as string } : { kind: 'phrase', words }
}

/** Numbers are compared as numbers, unless a bound is in quotes or is no number. */
function rangeTest(from: BoundOf | null, to: BoundOf | null): ValueTest {
  const isNumeric = [from, to].every((bound) => bound === null || (!bound.isQuoted && isNumber(bound.text)))
  const plain = (bound: BoundOf | null): Bound | null =>
    bound === null ? null : { text: bound.text.toLowerCase(), isIncluded: bound.isIncluded }
  return { kind: 'range', from: plain(from), to: plain(to), isNumeric }
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))
