import { FAULT_KINDS } from './fault-arbitraries.ts'
import { SOMETIMES, SOMETIMES_CODES, type SometimesCode } from './sometimes.ts'
import type { Tally } from './tally.ts'

const YEAR_MS = 365 * 86_400_000

/** Scenarios from which on a campaign must have reached everything. */
export const ENOUGH_SCENARIOS = 2_000

/** Of releases with nothing wrong, so many may be rolled back. [source: false-rollback-budget] */
const FALSE_ROLLBACK_SHARE = 0.01
/** A campaign with more of them than all but one in a thousand would have within the budget has exceeded it. */
const DOUBT = 0.001

/** Whether more healthy releases were rolled back than the budget explains: the upper tail of the binomial distribution. */
export function isBudgetExceeded({ healthy, falseRollbacks }: Tally): boolean {
  if (falseRollbacks === 0) return false
  let chance = (1 - FALSE_ROLLBACK_SHARE) ** healthy
  let below = 0
  for (let count = 0; count < falseRollbacks; count++) {
    below += chance
    chance *= ((healthy - count) / (count + 1)) * (FALSE_ROLLBACK_SHARE / (1 - FALSE_ROLLBACK_SHARE))
  }
  return 1 - below < DOUBT
}

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
  const { scenarios, deviceMs, outcomes, undecided, acted, hit, played, withFault, healthy, falseRollbacks } = tally
  const actedPct = ((100 * withFault) / Math.max(played, 1)).toFixed(0)
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
    `             a fault acted in ${withFault} of ${played} scenarios that were played (${actedPct} %)`,
    `  healthy    ${falseRollbacks} of ${healthy} rollouts with nothing wrong on any device were rolled back${
      isBudgetExceeded(tally) ? `: MORE THAN THE BUDGET OF ${100 * FALSE_ROLLBACK_SHARE} %` : ''
    }`,
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
