import seedrandom from 'seedrandom'
import { expect, it } from 'vitest'
import { chanceOf, firstBreach, type Harm } from '../../../bench/figures/rule-draws.ts'
import { ruleFigures } from '../../../bench/figures/rule-figures.ts'
import { ruleTable } from '../../../bench/figures/text.ts'
import { judgeConnection } from '../../../controller/judge/connection-failure.ts'
import { judgeCycleTime } from '../../../controller/judge/cycle-time.ts'
import { judgeErrorRate } from '../../../controller/judge/error-rate.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'

const STAGE = { stage: 'canary', lines: 17, perLine: 1, controlsPerLine: 19 } as const
const judgeAll = (one: RuleInput) => [judgeErrorRate(one), ...judgeConnection(one), judgeCycleTime(one)]
const first = (harm: Harm) =>
  firstBreach({ ...STAGE, hours: 4, policy: DEFAULT_POLICY, harm }, judgeAll, chanceOf(seedrandom.alea('draws')))

it('draws windows in which the rules find what was done, and nothing where nothing was', () => {
  expect(first({})).toBeNull()
  expect(first({ errors: 4 })?.finding).toMatchObject({ rule: 'error-rate' })
  expect(first({ errors: 30, line: 3 })?.finding).toMatchObject({ rule: 'error-rate', line: 3 })
  expect(first({ failures: 0.1 })?.finding).toMatchObject({ rule: 'connection-failure' })
  const { finding, hours } = first({ cycleTime: 1.3 }) ?? {}
  expect(finding).toMatchObject({ rule: 'cycle-time' })
  expect(hours).toBeLessThan(1)
})

it('draws counts as often as chance lets them come', () => {
  const chance = chanceOf(seedrandom.alea('poisson'))
  for (const mean of [0.3, 5, 200]) {
    const counts = Array.from({ length: 4000 }, () => chance.poisson(mean))
    const found = counts.reduce((sum, count) => sum + count, 0) / counts.length
    expect(Math.abs(found - mean)).toBeLessThan(4 * Math.sqrt(mean / counts.length))
  }
})

it('prints what each rule may find, and what it finds', () => {
  const figures = ruleFigures(1)
  expect(figures).toHaveLength(9)
  const table = ruleTable(figures)
  expect(table).toHaveLength(2 + figures.length)
  // Half of all releases, less what failed deployments have, over three stages and ten streams.
  expect(table[2]).toContain('1.47 %')
})
