import { exactShareOf, type Share } from '../../reports/numbers/statistics.ts'
import type { Family } from './families.ts'
import type { Result } from './result.ts'

/** What became of the releases of a family, or of several. */
export interface FamilyFigures {
  readonly name: string
  readonly group: Family['group'] | 'total'
  readonly rolledBack: Share
  readonly refused: Share
  readonly held: Share
  readonly promoted: Share
  /** Releases that were found in time, where machines stand. */
  readonly found: Share | null
  /** Rules that decided, the most frequent first. */
  readonly by: Readonly<Record<string, number>>
  /** Rehearsals that could not be run. */
  readonly failed: number
}

/** Figures by family in the order of the families, and over all healthy releases of each group and of all. */
export function falseAlarmFigures(families: readonly Family[], results: readonly Result[]): readonly FamilyFigures[] {
  const of = (names: ReadonlySet<string>): Result[] => results.filter(({ family }) => names.has(family))
  const rows = families.map((family) => figuresOf(family, of(new Set([family.name]))))
  const groups = (['preset', 'setting', 'doubled', 'event'] as const).map((group): FamilyFigures => {
    const names = new Set(families.filter((one) => one.group === group).map(({ name }) => name))
    return { ...figuresOf({ name: `all of group ${group}`, group }, of(names)), group: 'total' }
  })
  const healthy = new Set(families.filter(({ group }) => group !== 'standstill').map(({ name }) => name))
  const all: FamilyFigures = {
    ...figuresOf({ name: 'all healthy releases', group: 'event' }, of(healthy)),
    group: 'total',
  }
  return [...rows, ...groups.filter(({ promoted }) => promoted.of > 0), all]
}

function figuresOf(
  { name, group, foundWithinMinutes }: Pick<Family, 'name' | 'group' | 'foundWithinMinutes'>,
  results: readonly Result[],
): FamilyFigures {
  const ran = results.filter(({ outcome }) => outcome !== 'failed')
  const share = (...outcomes: readonly Result['outcome'][]): Share =>
    exactShareOf(ran.filter(({ outcome }) => outcomes.includes(outcome)).length, ran.length)
  // A preflight that refuses lets no machine stand.
  const started = ran.filter(({ outcome }) => outcome !== 'refused')
  const found = started.filter(({ foundMinutes }) => foundMinutes !== null && foundMinutes <= (foundWithinMinutes ?? 0))
  const by: Record<string, number> = {}
  for (const result of ran) if (result.outcome !== 'promoted') by[reasonOf(result)] = (by[reasonOf(result)] ?? 0) + 1
  return {
    name,
    group,
    rolledBack: share('rolled-back'),
    refused: share('refused'),
    held: share('halted', 'inconclusive'),
    promoted: share('promoted'),
    found: foundWithinMinutes === undefined ? null : exactShareOf(found.length, started.length),
    by: Object.fromEntries(Object.entries(by).toSorted(([, a], [, b]) => b - a)),
    failed: results.length - ran.length,
  }
}

const reasonOf = ({ outcome, by, caughtIn }: Result): string =>
  [outcome, by, caughtIn].filter((part) => part !== null).join(' ')
