import { FAULT_KINDS } from './fault-arbitraries.ts'
import { SOMETIMES_ROWS } from './sometimes.ts'
import type { Tally } from './tally.ts'

const YEAR_MS = 365 * 86_400_000

/** Worlds from which on a campaign must have met everything. */
export const ENOUGH_WORLDS = 2_000

/** What a campaign should have met and did not. */
export interface Gaps {
  readonly kinds: readonly string[]
  readonly rows: readonly string[]
}

export const gapsOf = ({ acted, hit }: Tally): Gaps => ({
  kinds: FAULT_KINDS.filter((kind) => acted[kind] === undefined),
  rows: SOMETIMES_ROWS.filter((row) => hit[row] === undefined),
})

/** A campaign as people read it. */
export function renderTally(tally: Tally, wallS: number): string {
  const { worlds, deviceMs, outcomes, undecided, acted, hit } = tally
  const years = deviceMs / YEAR_MS
  const gaps = gapsOf(tally)
  const width = Math.max(...SOMETIMES_ROWS.map(({ length }) => length))
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  const isEnough = worlds >= ENOUGH_WORLDS
  const missing = [...gaps.rows, ...gaps.kinds]
  return [
    `${worlds} worlds, ${years.toFixed(1)} device-years in ${wallS.toFixed(1)} s (${(worlds / wallS).toFixed(1)} worlds a second)`,
    `  outcomes   ${list(outcomes)}`,
    `  undecided  ${list(undecided)}`,
    `  faults     ${list(acted)}`,
    '',
    '  met at least once                                worlds',
    ...SOMETIMES_ROWS.map(
      (row) => `  ${hit[row] === undefined ? '!' : ' '} ${row.padEnd(width)}  ${hit[row] ?? 'never'}`,
    ),
    ...(missing.length === 0 ? [] : ['', gapText(missing, isEnough)]),
  ].join('\n')
}

const gapText = (missing: readonly string[], isEnough: boolean): string =>
  isEnough
    ? `  NEVER MET: ${missing.join(', ')}; the campaign was long enough, so it has not tested what it should`
    : `  not met yet: ${missing.join(', ')}; from ${ENOUGH_WORLDS} worlds on that fails the campaign`
