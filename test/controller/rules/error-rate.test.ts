import { expect, it } from 'vitest'
import { judgeErrorRate } from '../../../controller/rules/error-rate.ts'
import { policyWith } from '../fixtures.ts'
import { oneCase } from './one-case.ts'

const judged = (errors: number, ofControls = 38, options = {}) =>
  judgeErrorRate(oneCase({ stage: () => ({ errors }), controls: () => ({ errors: ofControls }), ...options }))

it('is healthy where errors are as expected, and a breach where they triple', () => {
  expect(judged(2).outcome).toBe('healthy')
  expect(judged(6)).toMatchObject({ outcome: 'breach', observed: 200 })
})

it('is inconclusive where the controls triple as well', () => {
  expect(judged(6, 114).outcome).toBe('inconclusive')
})

it('is a breach where errors are tenfold although the controls are 8 % up', () => {
  expect(judged(20, 41).outcome).toBe('breach')
})

it('is a breach where errors come that the baseline never had', () => {
  const none = { errors: 0, operations: 48_000 }
  const unexpected = (errors: number, cell = none) =>
    judgeErrorRate(
      oneCase({
        stage: () => ({ errors, expectedErrors: 0 }),
        controls: () => ({ errors: 0, expectedErrors: 0 }),
        cell,
      }),
    )
  expect(unexpected(2)).toMatchObject({ outcome: 'breach', observed: null })
  expect(unexpected(0).outcome).toBe('healthy')
  // As few operations before as now: they would have had to show hardly any of them.
  expect(unexpected(0.6, { errors: 0, operations: 1200 }).outcome).toBe('healthy')
})

it('sees a doubling of the last hour that many healthy hours dilute', () => {
  const one = oneCase({ stage: () => ({ errors: 5 }) })
  const { stage, controls } = one.evidence.total
  const healthy = { ...stage, errors: 816, expectedErrors: 800 }
  const evidence = { ...one.evidence, total: { stage: healthy, controls } }
  const finding = judgeErrorRate({ ...one, evidence })
  expect(finding).toMatchObject({ outcome: 'breach', observed: 150 })
  expect(finding.reason).toContain('lately')
})

it('ignores a rise that chance explains, but not in the seed’s own words', () => {
  const one = oneCase({ stage: (line) => ({ errors: line <= 5 ? 3 : 2 }) })
  expect(judgeErrorRate(one).outcome).toBe('healthy')
  expect(judgeErrorRate({ ...one, policy: policyWith({ profile: 'seed-literal' }) }).outcome).toBe('breach')
})

it('is inconclusive without operations', () => {
  expect(judgeErrorRate(oneCase({ stage: () => ({ operations: 0 }) })).outcome).toBe('inconclusive')
})
