import { expect, it } from 'vitest'
import type { CellSums } from '../../../controller/baseline.ts'
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
  const none = { errors: 0, countedMinutes: 2400 }
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
  // As little time before as now: they would have had to show hardly any of them.
  expect(unexpected(0.6, { errors: 0, countedMinutes: 60 }).outcome).toBe('healthy')
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

// Sparse counts, of which another judge says nothing. [detection B6: kayenta #426: 0 1 2 1 0 0 where there were none]
it('is a breach where four errors come in a line that never had one', () => {
  const none = { errors: 0, expectedErrors: 0 }
  const stage = (line: number) => (line === 3 ? { errors: 4, expectedErrors: 0 } : none)
  const one = oneCase({ stage, controls: () => none, cell: { errors: 0 } })
  expect(judgeErrorRate(one)).toMatchObject({ outcome: 'breach', n: 60 * 17 })
})

it('is a breach of the one line that errs six times as often, which the stage hardly shows', () => {
  const finding = judgeErrorRate(oneCase({ stage: (line) => ({ errors: line === 7 ? 24 : 2 }) }))
  expect(finding).toMatchObject({ outcome: 'breach' })
  const quiet = judgeErrorRate(oneCase({ stage: (line) => ({ errors: line === 7 ? 24 : 1 }) }))
  expect(quiet).toMatchObject({ outcome: 'breach', line: 7, statistic: { name: 'maxsprt' } })
})

it('asks for more where errors vary more from day to day than chance does', () => {
  const one = oneCase({ stage: () => ({ errors: 6 }) })
  const dispersion = { connection: 1, errors: 5 }
  expect(judgeErrorRate({ ...one, baseline: { ...one.baseline, dispersion } }).outcome).toBe('healthy')
})

it('counts by the operating hour, so that slower work is no excuse', () => {
  const slow = { errors: 6, operations: 120 }
  const fast = { errors: 6, operations: 12_000 }
  for (const stage of [slow, fast]) expect(judgeErrorRate(oneCase({ stage: () => stage })).observed).toBe(200)
})

it('takes points of the operations where the policy says so', () => {
  const { limits } = policyWith()
  const policy = policyWith({ limits: { ...limits, errorRateMode: 'points' } })
  const judgedBy = (errors: number) => judgeErrorRate({ ...oneCase({ stage: () => ({ errors }) }), policy })
  expect(judgedBy(6)).toMatchObject({ outcome: 'healthy', metric: 'errorRateIncreasePoints' })
  expect(judgedBy(6).observed).toBeCloseTo(100 * (4 / 1200), 9)
  expect(judgedBy(74).outcome).toBe('breach')
})

it('is inconclusive without operating time', () => {
  expect(judgeErrorRate(oneCase({ stage: () => ({ countedMinutes: 0 }) })).outcome).toBe('inconclusive')
})

it('knows no more of a shift than its own baseline has, whatever the others had', () => {
  const one = oneCase({ stage: (line) => ({ errors: line === 5 ? 15 : 1, expectedErrors: 1 }), cell: { errors: 1 } })
  const rich = { ...one.baseline.devices['line-5-0']?.['second/weekday'], errors: 400 } as CellSums
  const devices = Object.fromEntries(
    Object.entries(one.baseline.devices).map(([thing, cells]) => [thing, { ...cells, 'third/weekday': rich }]),
  )
  const judgedOver = (cells: readonly string[], lines = one.evidence.lines) =>
    judgeErrorRate({ ...one, baseline: { ...one.baseline, devices }, evidence: { ...one.evidence, cells, lines } })
  expect(judgedOver(['second/weekday', 'third/weekday'], []).outcome).toBe('healthy')
})
