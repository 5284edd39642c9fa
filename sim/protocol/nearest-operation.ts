import { distance } from 'fastest-levenshtein'

/** Verbs that do nearly the same, by AWS's habits. */
const VERBS: readonly (readonly string[])[] = [
  ['Get', 'Describe', 'List', 'Search', 'BatchGet'],
  ['Create', 'Put', 'Add', 'Register', 'Start'],
  ['Update', 'Set', 'Modify', 'Put', 'Tag'],
  ['Delete', 'Remove', 'Deregister', 'Cancel', 'Untag'],
]

/** The emulated operation that is most like the one asked for: by its verb and the words that follow; null if none. */
export function nearestOperation(name: string, emulated: readonly string[]): string | null {
  const [verb = '', ...words] = wordsOf(name)
  const scored = emulated.map((other) => {
    const [otherVerb = '', ...otherWords] = wordsOf(other)
    const shared = words.filter((word) => otherWords.includes(word)).length
    const likeness = (2 * shared) / Math.max(1, words.length + otherWords.length)
    return { other, score: 2 * likeness + likenessOfVerbs(verb, otherVerb), letters: distance(name, other) }
  })
  scored.sort((a, b) => b.score - a.score || a.letters - b.letters)
  return scored[0]?.other ?? null
}

function likenessOfVerbs(one: string, other: string): number {
  if (one === other) return 1
  return VERBS.some((verbs) => verbs.includes(one) && verbs.includes(other)) ? 0.5 : 0
}

/** `ListThingGroups` -> List, Thing, Group: words in the singular. */
const wordsOf = (name: string): readonly string[] =>
  name.split(/(?=[A-Z])/).map((word) => (word.length > 3 ? word.replace(/s$/, '') : word))
