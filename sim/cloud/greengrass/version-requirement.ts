import { compareVersions } from './semantic-version.ts'

/** Whether a version is one of those that a requirement allows. */
export type VersionTest = (version: string) => boolean

interface Bound {
  readonly operator: '<' | '<=' | '>' | '>=' | '='
  readonly version: string
}

/** A version whose last numbers may be missing: `1`, `1.2`, `1.x`, `*`. */
interface Partial {
  readonly numbers: readonly number[]
  readonly preRelease: string
}

const VERSION = /^v?(\d+|[*xX])(?:\.(\d+|[*xX]))?(?:\.(\d+|[*xX]))?(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
const COMPARATOR = /^(>=|<=|[<>=~^]?)(.*)$/s
/** More than any constraint needs: a longer text is none. */
const MAX_CHARACTERS = 1_000
const NOTHING: readonly Bound[] = [{ operator: '<', version: '0.0.0' }]

/**
 * A version constraint in NPM's style: `1.2.3`, `>=1.0.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.x`, `1.0.0 - 2.0.0`, `a || b`.
 * Null for text that is none. [source: version-requirements]
 */
export function parseRequirement(text: string): VersionTest | null {
  if (text.length > MAX_CHARACTERS) return null
  const sets = text.split('||').map((set) => boundsOfSet(set.trim()))
  return sets.every((set) => set !== null) ? (version) => sets.some((set) => isWithin(version, set)) : null
}

function boundsOfSet(set: string): readonly Bound[] | null {
  const [from, to] = set.split(/\s+-\s+/)
  if (from !== undefined && to !== undefined) return bothOf(boundsOf(`>=${from}`), boundsOf(`<=${to}`))
  const comparators = set.replaceAll(/([<>=~^])\s+/g, '$1').split(/\s+/)
  return comparators.reduce<readonly Bound[] | null>((bounds, one) => bothOf(bounds, boundsOf(one || '*')), [])
}

const bothOf = (a: readonly Bound[] | null, b: readonly Bound[] | null): readonly Bound[] | null =>
  a === null || b === null ? null : [...a, ...b]

function boundsOf(comparator: string): readonly Bound[] | null {
  const [, operator = '', text = ''] = COMPARATOR.exec(comparator) ?? []
  const version = parsePartial(text)
  if (version === null) return null
  const { numbers } = version
  const least: Bound = { operator: '>=', version: textOf(version) }
  if (numbers.length === 0) return operator === '<' || operator === '>' ? NOTHING : []
  const isWhole = numbers.length === 3
  const below = (places: number): Bound => ({
    operator: '<',
    version: textOf({ numbers: next(numbers, places), preRelease: '' }),
  })
  switch (operator) {
    case '>=':
      return [least]
    case '>':
      return isWhole ? [{ ...least, operator }] : [{ ...below(numbers.length), operator: '>=' }]
    case '<':
      return [{ ...least, operator }]
    case '<=':
      return isWhole ? [{ ...least, operator }] : [below(numbers.length)]
    case '~':
      return [least, below(Math.min(numbers.length, 2))]
    case '^':
      return [least, below(caretPlaces(numbers))]
    default:
      return isWhole ? [{ ...least, operator: '=' }] : [least, below(numbers.length)]
  }
}

/** Null for text that is no version. */
function parsePartial(version: string): Partial | null {
  const found = VERSION.exec(version)
  if (found === null) return null
  const places = found.slice(1, 4).map((place) => (place === undefined || /[*xX]/.test(place) ? null : Number(place)))
  const known = places.indexOf(null)
  const numbers = (known === -1 ? places : places.slice(0, known)) as number[]
  return { numbers, preRelease: numbers.length === 3 ? (found[4] ?? '') : '' }
}

const textOf = ({ numbers, preRelease }: Partial): string =>
  `${[0, 1, 2].map((place) => numbers[place] ?? 0).join('.')}${preRelease}`

/** The first version that differs in one of the first `places` numbers and is above. */
const next = (numbers: readonly number[], places: number): readonly number[] =>
  numbers.slice(0, places).map((number, place) => (place === places - 1 ? number + 1 : number))

/** `^` keeps the first number that is not zero. */
function caretPlaces(numbers: readonly number[]): number {
  const first = numbers.findIndex((number) => number !== 0)
  return first === -1 ? numbers.length : first + 1
}

/** A pre-release is allowed only by a bound that names a pre-release of the same version. */
function isWithin(version: string, bounds: readonly Bound[]): boolean {
  const [release = '', preRelease] = version.replace(/\+.*$/s, '').split(/-(.*)/s)
  const isNamed = bounds.some((bound) => bound.version.startsWith(`${release}-`))
  return (preRelease === undefined || isNamed) && bounds.every((bound) => holds(version, bound))
}

function holds(version: string, bound: Bound): boolean {
  const order = compareVersions(version, bound.version)
  if (order === 0) return bound.operator.endsWith('=')
  return bound.operator.startsWith(order < 0 ? '<' : '>')
}
