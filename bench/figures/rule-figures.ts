import seedrandom from 'seedrandom'
import { judgeConnection } from '../../controller/judge/connection-failure.ts'
import { judgeCycleTime } from '../../controller/judge/cycle-time.ts'
import { judgeErrorRate } from '../../controller/judge/error-rate.ts'
import type { RuleInput } from '../../controller/judge/rule-input.ts'
import type { Finding } from '../../controller/judge/verdict.ts'
import { DEFAULT_POLICY, type Policy } from '../../controller/policy/policy.ts'
import { streamAlpha } from '../../controller/statistics/budget.ts'
import { exactShareOf, type Share } from '../../reports/numbers/statistics.ts'
import { chanceOf, type DrawnStage, firstBreach, type Harm } from './rule-draws.ts'

type Rule = (one: RuleInput) => readonly Finding[]

const RULES: Readonly<Record<string, Rule>> = {
  errors: (one) => [judgeErrorRate(one)],
  connections: judgeConnection,
  'cycle time': (one) => [judgeCycleTime(one)],
}

const CANARY: DrawnStage = { stage: 'canary', lines: 17, perLine: 1, controlsPerLine: 19 }
const HOURS = 24
/** A chance of one in thousands cannot be counted: the stream is given this much, and what it makes of it is what counts. */
const INFLATED = 0.5

interface Effect {
  readonly name: string
  readonly rule: keyof typeof RULES
  readonly harm: Harm
}

const EFFECTS: readonly Effect[] = [
  { name: 'errors +15 %', rule: 'errors', harm: { errors: 1.15 } },
  { name: 'errors +20 %', rule: 'errors', harm: { errors: 1.2 } },
  { name: 'errors x2, one line', rule: 'errors', harm: { errors: 2, line: 3 } },
  { name: 'errors x2.5, one line', rule: 'errors', harm: { errors: 2.5, line: 3 } },
  { name: 'connections 1.5 % (limit 2 %)', rule: 'connections', harm: { failures: 0.015 } },
  { name: 'cycle time +8 % (limit 10 %)', rule: 'cycle time', harm: { cycleTime: 1.08 } },
]

/** How often a rule by itself finds something in a canary of a day. */
export interface RuleFigure {
  readonly name: string
  /** What it may be by the budget; null where there is an effect. */
  readonly nominal: number | null
  readonly found: Share
  /** By the statistic and the part of the time that it was found with. */
  readonly by: Readonly<Record<string, number>>
}

/** Real size of the rules, with a budget that is large enough to be counted, and their power. */
export function ruleFigures(
  draws: number,
  onFigure: (figure: RuleFigure) => void = () => undefined,
): readonly RuleFigure[] {
  const inflated: Policy = {
    ...DEFAULT_POLICY,
    evidence: { ...DEFAULT_POLICY.evidence, falseRollbackShare: INFLATED },
  }
  const healthy = Object.keys(RULES).map((rule) => ({
    ...{ name: `healthy: ${rule}`, rule, harm: {} },
    ...{ policy: inflated, nominal: streamAlpha(inflated) },
  }))
  const harmed = EFFECTS.map((effect) => ({ ...effect, policy: DEFAULT_POLICY, nominal: null }))
  return [...healthy, ...harmed].map(({ name, rule, harm, policy, nominal }) => {
    const chance = chanceOf(seedrandom.alea(name))
    const by: Record<string, number> = {}
    let count = 0
    for (let i = 0; i < draws; i++) {
      const found = firstBreach({ ...CANARY, hours: HOURS, policy, harm }, RULES[rule] as Rule, chance)
      if (found === null) continue
      count += 1
      const way = wayOf(found.finding)
      by[way] = (by[way] ?? 0) + 1
    }
    const figure = { name, nominal, found: exactShareOf(count, draws), by }
    onFigure(figure)
    return figure
  })
}

function wayOf({ statistic, reason, line }: Finding): string {
  const span = (reason.data as { readonly segment?: { readonly span: string } }).segment?.span ?? ''
  return `${statistic?.name ?? ''} ${span}${line === undefined ? '' : ', one line'}`
}
