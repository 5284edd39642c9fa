import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { Thing } from './things.ts'

/** How one field of a thing is read: its values, as text. */
export type FieldReader = (thing: Thing) => readonly string[]
export type Query = (thing: Thing) => boolean

const TOKEN = /\s*(?:(\()|(\))|([^\s():]+):("[^"]*"|\([^)]*\)|[^\s()]+)|(\S+))/gy

type Token = { kind: '(' | ')' | 'AND' | 'OR' | 'NOT' } | { kind: 'term'; field: string; value: string }

/**
 * The subset of the fleet indexing query language that is emulated: `field:value`, a trailing `*`, quoted values, AND,
 * OR, NOT and parentheses.
 * `readerOf` returns how a field is read. @throws AwsError InvalidQueryException; NotEmulated for ranges and free text
 */
export function parseQuery(text: string, readerOf: (field: string) => FieldReader): Query {
  const tokens = tokensOf(text)
  let at = 0
  const peek = (): string | undefined => tokens[at]?.kind
  const or = (): Query => {
    let left = and()
    while (peek() === 'OR') {
      at += 1
      const [a, b] = [left, and()]
      left = (thing) => a(thing) || b(thing)
    }
    return left
  }
  const and = (): Query => {
    let left = unary()
    // Terms side by side are joined by AND.
    while (peek() !== undefined && peek() !== 'OR' && peek() !== ')') {
      if (peek() === 'AND') at += 1
      const [a, b] = [left, unary()]
      left = (thing) => a(thing) && b(thing)
    }
    return left
  }
  const unary = (): Query => {
    const token = tokens[at++]
    if (token === undefined) throw invalid(text, 'it ends too early')
    if (token.kind === 'term') return term(token.field, token.value, readerOf)
    if (token.kind === 'NOT') {
      const inner = unary()
      return (thing) => !inner(thing)
    }
    if (token.kind !== '(') throw invalid(text, `"${token.kind}" is not expected there`)
    const inner = or()
    if (tokens[at++]?.kind !== ')') throw invalid(text, 'a parenthesis is not closed')
    return inner
  }
  const query = or()
  if (at < tokens.length) throw invalid(text, 'a parenthesis is closed that was not opened')
  return query
}

function term(field: string, value: string, readerOf: (field: string) => FieldReader): Query {
  if (/^[[{(<>]/.test(value)) throw new NotEmulated(`the range or group "${field}:${value}" of a fleet index query`)
  const valuesOf = readerOf(field)
  const wanted = value.startsWith('"') ? value.slice(1, -1) : value
  if (value.endsWith('*')) {
    const prefix = wanted.slice(0, -1)
    return (thing) => valuesOf(thing).some((actual) => actual.startsWith(prefix))
  }
  if (wanted.includes('*') || wanted.includes('?')) throw new NotEmulated(`the wildcard in "${field}:${value}"`)
  return (thing) => valuesOf(thing).includes(wanted)
}

/** The last query: its pages are requested one after another. */
let last: { readonly text: string; readonly tokens: readonly Token[] } | null = null

function tokensOf(text: string): readonly Token[] {
  if (last?.text !== text) last = { text, tokens: tokenise(text) }
  return last.tokens
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  for (const [whole, open, close, field, value, word] of text.trim().matchAll(TOKEN)) {
    if (open !== undefined) tokens.push({ kind: '(' })
    else if (close !== undefined) tokens.push({ kind: ')' })
    else if (field !== undefined) tokens.push({ kind: 'term', field, value: value as string })
    else if (word === 'AND' || word === 'OR' || word === 'NOT') tokens.push({ kind: word })
    else if (whole.trim() !== '') throw new NotEmulated(`the free text "${whole.trim()}" in a fleet index query`)
  }
  if (tokens.length === 0) throw invalid(text, 'it is empty')
  return tokens
}

const invalid = (text: string, why: string): AwsError =>
  new AwsError('InvalidQueryException', 400, `The query "${text}" is not valid: ${why}`)
