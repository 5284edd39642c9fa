import { createHash } from 'node:crypto'

/** Syllables that no English word has. */
const SYLLABLES = ['xuq', 'zow', 'qix', 'vuj', 'jaq', 'wuz', 'kyx', 'fuq', 'zij', 'quv', 'xoj', 'gwex']

/** What decides the words: `REWORD_SEED`, or 1. */
export const seed = process.env.REWORD_SEED ?? '1'

/** A meaningless sentence for a code: the same for the same seed and code, another one for every code. */
function sentence(code) {
  const bytes = createHash('sha256').update(`${seed}/${code}`).digest()
  const syllable = (index) => SYLLABLES[bytes[index] % SYLLABLES.length]
  const word = (_, index) => `${syllable(2 * index)}${syllable(2 * index + 1)}`
  return Array.from({ length: 4 }, word).join(' ')
}

/** Replaces the text of every message. The definitions are shared, so that every registry that holds them changes. */
export function reword(messages) {
  const originals = Object.values(messages).map(({ text, meaning }) => `${text} ${meaning}`.toLowerCase())
  for (const [code, definition] of Object.entries(messages)) {
    const words = sentence(code)
    if (words.split(' ').some((word) => originals.some((original) => original.includes(word)))) {
      throw new Error(`"${words}" has a word of the registry; take other syllables`)
    }
    definition.text = () => words
  }
}
