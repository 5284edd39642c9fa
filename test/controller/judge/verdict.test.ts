import { describe, expect, it } from 'vitest'
import type { Baseline } from '../../../controller/evidence/baseline.ts'
import { judge } from '../../../controller/judge/judge.ts'
import { type Finding, verdictOf } from '../../../controller/judge/verdict.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import type { Profile } from '../../../controller/policy/policy.ts'
import { MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { oneCase, withMetricRules } from './one-case.ts'

const finding = (rule: string, outcome: Finding['outcome'], isDryRun = false): Finding => ({
  rule,
  metric: 'm',
  outcome,
  observed: 1,
  baseline: 0,
  limit: 2,
  n: 3,
  reason: { code: 'NO_CYCLES', data: {} },
  ...(isDryRun && { isDryRun }),
})

describe('a verdict', () => {
  it('is its worst finding, which comes first', () => {
    const verdict = verdictOf([finding('a', 'healthy'), finding('b', 'breach'), finding('c', 'inconclusive')])
    expect(verdict.kind).toBe('breach')
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(['b', 'c', 'a'])
  })

  it('reports what a dry rule finds, last, and ignores it', () => {
    const verdict = verdictOf([finding('a', 'breach', true), finding('b', 'healthy')])
    expect(verdict.kind).toBe('healthy')
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(['b', 'a'])
  })

  it('of dry rules only is none', () => {
    expect(verdictOf([finding('a', 'healthy', true)]).kind).toBe('inconclusive')
    expect(verdictOf([]).kind).toBe('inconclusive')
  })
})

describe('the judge', () => {
  const RULES = [
    'component-crash',
    'deployment-failure',
    'silent-fallback',
    'lost-device',
    'connection-failure',
    'cycle-time',
    'error-rate',
  ]
  const slow = oneCase({ stage: () => ({ cycleMs: 7_200_000 }) })
  const rulesOf = (profile: Profile, given = withMetricRules(oneCase())): readonly string[] =>
    judge({ ...given, policy: policyWith({ profile }) })
      .findings.map(({ rule }) => rule)
      .sort()

  it('applies every rule, and in the profile raw-thresholds none that the seed does not have', () => {
    const added = [...RULES, 'connection-loss', 'memory-leak', 'output', 'spill-over']
    expect(rulesOf('default')).toEqual([...added, 'quality', 'cycle-time-spread'].sort())
    // A baseline that is older than the rules on metrics knows nothing of what they read.
    expect(rulesOf('default', oneCase())).toEqual(added.sort())
    expect(rulesOf('raw-thresholds')).toEqual([...RULES].sort())
  })

  it.each([
    [0, 'first/weekday'],
    [2.5, 'second/weekday'],
    [5, 'second/weekday'],
  ])('names the stratum in which most of the evaluation lies: %d min after the shift began', (minutes, stratum) => {
    const { findings } = judge({ ...oneCase(), nowMs: START_MS + minutes * MINUTE_MS })
    expect(new Set(findings.map((finding) => finding.stratum))).toEqual(new Set([stratum]))
  })

  it('keeps the rules that the policy names dry', () => {
    expect(judge(slow).findings[0]).toMatchObject({ rule: 'cycle-time', outcome: 'breach' })
    const dry = judge({ ...slow, policy: parsePolicy({ dryRun: ['cycle-time'] }) })
    expect(dry.kind).not.toBe('breach')
    expect(dry.findings.find(({ rule }) => rule === 'cycle-time')).toMatchObject({ outcome: 'breach', isDryRun: true })
  })

  it('needs stronger evidence after a noisy week', () => {
    const boundaryOf = (baseline: Baseline) => judge({ ...slow, baseline }).findings[0]?.statistic?.boundary
    // ln of 5 ways x 168 hours of a week, over a 30th of what failed deployments leave of the share of false rollbacks.
    const part = (1 - 0.118) / 30
    expect(boundaryOf(slow.baseline)).toBeCloseTo(Math.log((5 * 168) / part / 0.01), 9)
    expect(boundaryOf({ ...slow.baseline, falseRollbackShare: 0.0001 })).toBeCloseTo(
      Math.log((5 * 168) / part / 0.0001),
      9,
    )
  })
})
