import { ANY_CHARACTERS, type Bound, type Glyph, ONE_CHARACTER, type ValueTest } from './query.ts'

/** A value of a field; an object counts only as something that exists. */
export type FieldValue = string | number | boolean | object

/** The test as a function of one value. */
export function valueTestOf(test: ValueTest): (value: FieldValue) => boolean {
  switch (test.kind) {
    case 'exists':
      return () => true
    case 'word':
      return wordTest(test.text)
    case 'phrase':
      return (value) => typeof value === 'string' && hasPhrase(wordsOf(value), test.words)
    case 'pattern':
      return (value) =>
        typeof value !== 'object' && wordsOf(String(value)).some((word) => matchesGlyphs(word, test.glyphs))
    case 'range':
      return rangeTest(test.from, test.to, test.isNumeric)
  }
}

/** The hot path of the index: equal text is decided before anything is made of it. */
function wordTest(wanted: string): (value: FieldValue) => boolean {
  const number = wanted.trim() === '' ? Number.NaN : Number(wanted)
  return (value) => {
    if (typeof value === 'string') {
      if (value === wanted) return true
      if (value.length === wanted.length) return value.toLowerCase() === wanted
      return value.length > wanted.length && /\s/.test(value) && wordsOf(value).includes(wanted)
    }
    return typeof value === 'number' ? value === number : String(value) === wanted
  }
}

function rangeTest(from: Bound | null, to: Bound | null, isNumeric: boolean): (value: FieldValue) => boolean {
  const isWithin = <T extends string | number>(value: T, low: T | null, high: T | null): boolean =>
    (low === null || value > low || (value === low && from?.isIncluded === true)) &&
    (high === null || value < high || (value === high && to?.isIncluded === true))
  const [low, high] = [from?.text ?? null, to?.text ?? null]
  if (!isNumeric) return (value) => typeof value === 'string' && isWithin(value.toLowerCase(), low, high)
  const [least, most] = [low === null ? null : Number(low), high === null ? null : Number(high)]
  return (value) => {
    const number = numberOf(value)
    return number !== null && isWithin(number, least, most)
  }
}

/** A number, or text that is one: attributes are text. */
export function numberOf(value: FieldValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

const wordsOf = (value: string): readonly string[] => value.toLowerCase().split(/\s+/)

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, at) => phrase.every((word, i) => words[at + i] === word))
}

/** Linear in the word for each wildcard: back to the last `*` only. */
function matchesGlyphs(word: string, glyphs: readonly Glyph[]): boolean {
  let at = 0
  let glyphAt = 0
  let star: { readonly glyphAt: number; at: number } | null = null
  while (at < word.length) {
    const glyph = glyphs[glyphAt]
    if (glyph === ANY_CHARACTERS) {
      star = { glyphAt, at }
      glyphAt += 1
    } else if (glyph === ONE_CHARACTER || (typeof glyph === 'object' && word.startsWith(glyph.character, at))) {
      at += typeof glyph === 'object' ? glyph.character.length : 1
      glyphAt += 1
    } else if (star !== null) {
      star.at += 1
      at = star.at
      glyphAt = star.glyphAt + 1
    } else return false
  }
  return glyphs.slice(glyphAt).every((glyph) => glyph === ANY_CHARACTERS)
}
