import { invalidQuery } from './query.ts'

export type Token =
  /** `raw` is as written, with its escapes. */
  | { readonly kind: 'word'; readonly raw: string }
  /** `text` is what is between the quotes, without escapes. */
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: Mark }

type Mark = '(' | ')' | '[' | ']' | '{' | '}' | ':' | '<' | '>' | '<=' | '>=' | '-' | '+'

const SPACE = /\s+/y
const MARK = /<=|>=|[()[\]{}:<>]/y
const QUOTED = /"((?:\\.|[^"\\])*)"/sy
const WORD = /(?:\\.|[^\s()[\]{}:<>"\\])+/sy

/** Characters that the syntax does not support, unless they are escaped or in quotes. [source: query-characters] */
const UNSUPPORTED = /[`@#%/';,^~!&|]/

/** @throws AwsError InvalidQueryException */
export function tokenise(query: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(query)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  for (match(SPACE); at < query.length; match(SPACE)) {
    const prefix = query[at]
    if ((prefix === '-' || prefix === '+') && mayPrefix(tokens.at(-1))) {
      tokens.push({ kind: prefix })
      at += 1
      continue
    }
    const mark = match(MARK)?.[0]
    const quoted = mark === undefined ? match(QUOTED)?.[1] : undefined
    const raw = mark === undefined && quoted === undefined ? match(WORD)?.[0] : undefined
    if (mark !== undefined) tokens.push({ kind: mark as Mark })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unescaped(quoted) })
    else if (raw !== undefined) tokens.push(wordOf(raw, query))
    else throw invalidQuery(query, query[at] === '"' ? 'a quote is not closed' : 'it ends with an escape')
  }
  return tokens
}

const BEFORE_A_VALUE: readonly Token['kind'][] = [':', '<', '>', '<=', '>=', '[', '{']

/** Signs are prefixes where a term begins; where a value is due they belong to a number. */
function mayPrefix(before: Token | undefined): boolean {
  if (before === undefined) return true
  return !BEFORE_A_VALUE.includes(before.kind) && !(before.kind === 'word' && before.raw === 'TO')
}

export const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1')

function wordOf(raw: string, text: string): Token {
  const [character] = UNSUPPORTED.exec(raw.replace(/\\./gs, '')) ?? []
  if (character !== undefined) throw invalidQuery(text, `${character} must be escaped or in quotes`)
  return { kind: 'word', raw }
}
