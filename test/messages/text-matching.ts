/** Names under which sentences go. `reasonCode` and the like are other names. */
const SENTENCE = '(?:reason|message|text|answer|title|because|subject|sentence|summary|story|meaning|what|description)'
/** An expression that ends in such a name, or in a call that makes a sentence. */
const SENTENCES = `(?:\\b${SENTENCE}|\\b(?:textOf|reportedLine|\\w+Text)\\((?:[^()]|\\([^()]*\\))*\\))`
const MATCHERS = '(?:includes|startsWith|endsWith|match|matchAll|search|indexOf|lastIndexOf|localeCompare)'
/** A string literal with a blank in it: a sentence rather than a code. */
const PROSE = `(?:'[^'\\n]* [^'\\n]*'|"[^"\\n]* [^"\\n]*"|\`[^\`\\n]* [^\`\\n]*\`)`
/** A call that makes a sentence, compared with anything. */
const MADE = '\\b(?:textOf|reportedLine)\\((?:[^()]|\\([^()]*\\))*\\)'

const PATTERNS: readonly RegExp[] = [
  // reason.includes(...), textOf(reason)?.startsWith(...)
  new RegExp(`${SENTENCES}\\s*[?!]?\\.${MATCHERS}\\(`, 'g'),
  // /.../.test(reason), LIST.includes(error.message)
  new RegExp(`\\.(?:test|exec|includes|has|get)\\(\\s*(?:[\\w.?!]+\\.)?${SENTENCES}\\s*\\)`, 'g'),
  // reason === 'some words', and the same the other way round
  new RegExp(`${SENTENCES}\\s*[!=]==?\\s*${PROSE}`, 'g'),
  new RegExp(`${PROSE}\\s*[!=]==?\\s*(?:[\\w.?!]+\\.)?${SENTENCES}\\b`, 'g'),
  // textOf(a) === anything, switch (textOf(a))
  new RegExp(`${MADE}\\s*[!=]==?`, 'g'),
  new RegExp(`[!=]==?\\s*${MADE}`, 'g'),
  new RegExp(`\\bswitch\\s*\\(\\s*(?:[\\w.?!]+\\.)?${SENTENCES}\\s*\\)`, 'g'),
]

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(])\/\/.*$/gm, '$1')

/** Every place of a source in which a program decides by a sentence, as it is written there. */
export const textMatches = (source: string): readonly string[] => [
  ...new Set(PATTERNS.flatMap((pattern) => [...withoutComments(source).matchAll(pattern)].map(([match]) => match))),
]
