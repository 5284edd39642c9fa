import { expect, it } from 'vitest'
import { judgeQuality } from '../../../controller/judge/quality.ts'
import type { Finding } from '../../../controller/judge/verdict.ts'
import { type CaseOptions, oneCase } from './one-case.ts'

const judged = (stage: CaseOptions['stage'], options: CaseOptions = {}) =>
  judgeQuality(oneCase({ ...(stage !== undefined && { stage }), ...options }))[0] as Finding

it('is healthy where as many checks fail as ever', () => {
  expect(judged(() => ({ qualityChecks: 100, qualityFailures: 1 }))).toMatchObject({
    rule: 'quality',
    metric: 'qualityFailurePct',
    outcome: 'healthy',
    observed: 1,
    baseline: 1,
    limit: 2,
  })
})

it('is a breach where far more fail, of the stage or of one line', () => {
  expect(judged(() => ({ qualityFailures: 5 }))).toMatchObject({ outcome: 'breach', observed: 20 })
  expect(judged((line) => ({ qualityFailures: line === 3 ? 8 : 0 }))).toMatchObject({ outcome: 'breach', line: 3 })
})

it('is healthy where the rise is within the limit, however certain', () => {
  expect(judged(() => ({ qualityChecks: 100_000, qualityFailures: 1_900 }))).toMatchObject({ outcome: 'healthy' })
})

it('is common mode where the controls fail as often', () => {
  expect(judged(() => ({ qualityFailures: 5 }), { controls: () => ({ qualityFailures: 95 }) })).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'common-mode',
  })
})

it('is stale without a check where there were some, and says nothing where there never were', () => {
  expect(judged(() => ({ qualityChecks: 0 }))).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'stale',
    reason: { code: 'NO_QUALITY_CHECKS' },
  })
  const never = oneCase({ stratum: { qualityChecks: 0, qualityFailures: 0 } })
  expect(judgeQuality(never)).toEqual([])
})
