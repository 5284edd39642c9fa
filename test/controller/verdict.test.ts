import { describe, expect, it } from 'vitest'
import { judge } from '../../controller/judge.ts'
import { type Finding, verdictOf } from '../../controller/verdict.ts'
import { policyWith } from './fixtures.ts'
import { oneCase } from './rules/one-case.ts'

const finding = (rule: string, outcome: Finding['outcome'], isDryRun = false): Finding => ({
  rule,
  metric: 'm',
  outcome,
  observed: 1,
  baseline: 0,
  limit: 2,
  n: 3,
  reason: '1',
  ...(isDryRun && { isDryRun }),
})

describe('a verdict', () => {
  it('is its worst finding, which comes first', () => {
    const verdict = verdictOf([finding('a', 'healthy'), finding('b', 'breach'), finding('c', 'inconclusive')])
    expect(verdict.kind).toBe('breach')
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(['b', 'c', 'a'])
  })

  it('reports what a dry rule finds, last, and does not heed it', () => {
    const verdict = verdictOf([finding('a', 'breach', true), finding('b', 'healthy')])
    expect(verdict.kind).toBe('healthy')
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(['b', 'a'])
  })

  it('of dry rules only is none', () => {
    expect(verdictOf([finding('a', 'healthy', true)]).kind).toBe('inconclusive')
    expect(verdictOf([]).kind).toBe('inconclusive')
  })
})

it('keeps the rules that the policy names dry', () => {
  const slow = oneCase({ stage: () => ({ cycleMs: 7_200_000 }) })
  expect(judge(slow).findings[0]).toMatchObject({ rule: 'cycle-time', outcome: 'breach' })
  const dry = judge({ ...slow, policy: policyWith({ dryRun: ['cycle-time'] }) })
  expect(dry.kind).not.toBe('breach')
  expect(dry.findings.find(({ rule }) => rule === 'cycle-time')).toMatchObject({ outcome: 'breach', isDryRun: true })
})
