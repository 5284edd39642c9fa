import { FAULT_KINDS } from './fault-arbitraries.ts'
import { SOMETIMES, SOMETIMES_CODES, type SometimesCode } from './sometimes.ts'
import type { Tally } from './tally.ts'

const YEAR_MS = 365 * 86_400_000

/** Scenarios from which on a campaign must have reached everything. */
export const ENOUGH_SCENARIOS = 2_000

/** What a campaign should have reached and did not. */
export interface Gaps {
  readonly kinds: readonly string[]
  readonly rows: readonly SometimesCode[]
}

export const gapsOf = ({ acted, hit }: Tally): Gaps => ({
  kinds: FAULT_KINDS.filter((kind) => acted[kind] === undefined),
  rows: SOMETIMES_CODES.filter((code) => hit[code] === undefined),
})

/** A campaign for people. */
export function renderTally(tally: Tally, wallS: number): string {
  const { scenarios, deviceMs, outcomes, undecided, acted, hit } = tally
  const years = deviceMs / YEAR_MS
  const gaps = gapsOf(tally)
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  const width = Math.max(...SOMETIMES_CODES.map((code) => SOMETIMES[code].meaning.length))
  const missing = [...gaps.rows.map((code) => SOMETIMES[code].meaning), ...gaps.kinds]
  return [
    `${scenarios} scenarios, ${years.toFixed(1)} device-years in ${wallS.toFixed(1)} s (${(scenarios / wallS).toFixed(1)} scenarios per second)`,
    `  outcomes   ${list(outcomes)}`,
    `  undecided  ${list(undecided)}`,
    `  faults     ${list(acted)}`,
    '',
    `    ${'reached at least once'.padEnd(width)}  scenarios`,
    ...SOMETIMES_CODES.map(
      (code) =>
        `  ${hit[code] === undefined ? '!' : ' '} ${SOMETIMES[code].meaning.padEnd(width)}  ${hit[code] ?? 'never'}`,
    ),
    ...(missing.length === 0 ? [] : ['', gapText(missing, scenarios >= ENOUGH_SCENARIOS)]),
  ].join('\n')
}

const gapText = (missing: readonly string[], isEnough: boolean): string =>
  isEnough
    ? `  NEVER REACHED: ${missing.join(', ')}; the campaign was long enough and has not tested what it should`
    : `  not reached yet: ${missing.join(', ')}; from ${ENOUGH_SCENARIOS} scenarios on this fails the campaign`
