import { expect, it } from 'vitest'
import type { StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import { judgeSpillOver } from '../../../controller/judge/spill-over.ts'
import { policyWith } from '../fixtures.ts'
import { oneCase } from './one-case.ts'

const judged = (ofControls: number, options = {}) =>
  judgeSpillOver(oneCase({ controls: () => ({ errors: ofControls }), ...options }))

const FINDING = { rule: 'spill-over', metric: 'errorRateIncreasePct', baseline: 0, limit: 5 }

it('is healthy where the devices without the release fail as often as before', () => {
  expect(judged(38)).toStrictEqual([
    {
      ...FINDING,
      outcome: 'healthy',
      observed: 0,
      n: 19_380,
      interval: { low: expect.closeTo(-21.52, 2), high: expect.closeTo(25.24, 2) },
      reason: { code: 'LINE_PEER_ERRORS', data: { errors: 646, expectedErrors: 646, version: '2.3.1' } },
    },
  ])
})

it('holds a release whose line peers fail twice as often, and rolls nothing back', () => {
  expect(judged(76)).toStrictEqual([
    {
      ...FINDING,
      outcome: 'inconclusive',
      inconclusive: 'common-mode',
      observed: 100,
      n: 19_380,
      statistic: { name: 'maxsprt', value: expect.closeTo(241.7, 1), boundary: expect.closeTo(17.16, 2) },
      interval: { low: expect.closeTo(68.51, 2), high: expect.closeTo(135.4, 1) },
      reason: { code: 'LINE_PEER_ERRORS', data: { errors: 1292, expectedErrors: 646, version: '2.3.1' } },
    },
  ])
})

it('ignores a rise that chance explains', () => {
  const [finding] = judged(40)
  expect(finding).toMatchObject({ outcome: 'healthy', statistic: { name: 'maxsprt', value: expect.closeTo(0.86, 2) } })
  expect(finding).not.toHaveProperty('inconclusive')
})

it('needs more where errors vary more from day to day than chance does', () => {
  const one = oneCase({ controls: () => ({ errors: 76 }) })
  const judgedWith = (plant: number) => {
    const parts = { device: 0, line: 0, plant }
    const errorVariation = { shiftMinutes: 480, ofShift: parts, ofDay: parts }
    return judgeSpillOver({ ...one, baseline: { ...one.baseline, errorVariation } })
  }
  expect(judgedWith(0.0005)).toMatchObject([{ outcome: 'inconclusive' }])
  // In an hour the plant's rate has a standard deviation of a fifth.
  expect(judgedWith(0.005)).toMatchObject([{ outcome: 'healthy' }])
})

it('needs no statistic up to the limit, or up to fewer extra errors than the policy needs', () => {
  const { limits } = policyWith()
  const ofOneLine = (errors: number, expectedErrors: number, errorRateIncreasePct = 5) => {
    const one = oneCase({ lines: 1, controls: () => ({ errors, expectedErrors }) })
    const policy = policyWith({ limits: { ...limits, errorRateIncreasePct } })
    return judgeSpillOver({ ...one, policy })[0]
  }
  expect(ofOneLine(57, 38, 50)).not.toHaveProperty('statistic')
  expect(ofOneLine(57, 38, 49)).toHaveProperty('statistic')
  expect(ofOneLine(4, 1)).not.toHaveProperty('statistic')
  expect(ofOneLine(5, 1)).toHaveProperty('statistic')
})

it('is healthy where no errors were expected to compare with', () => {
  const controls = () => ({ errors: 76, expectedErrors: 0 })
  expect(judgeSpillOver(oneCase({ controls }))).toMatchObject([{ outcome: 'healthy', observed: null }])
})

it('compares with the same devices in the same shifts, not with the stage or another shift', () => {
  const one = oneCase({ controls: () => ({ errors: 48 }) })
  const withErrors = (isOfStage: boolean, stratum: string, errors: number) => {
    const devices = Object.fromEntries(
      Object.entries(one.baseline.devices).map(([thing, strata]) => {
        const sums = { ...strata['second/weekday'], errors } as StratumSums
        return [thing, thing.endsWith('-0') === isOfStage ? { ...strata, [stratum]: sums } : strata]
      }),
    )
    return judgeSpillOver({ ...one, baseline: { ...one.baseline, devices } })[0]?.statistic?.value
  }
  const usual = judgeSpillOver(one)[0]?.statistic?.value as number
  expect(withErrors(true, 'second/weekday', 8000)).toBe(usual)
  expect(withErrors(false, 'third/weekday', 8000)).toBe(usual)
  // The more errors they had, the better it is known what to expect.
  expect(withErrors(false, 'second/weekday', 8000)).toBeGreaterThan(usual)
})

it('finds nothing where no device stays on the previous version', () => {
  expect(judged(38, { hasControls: false })).toStrictEqual([])
})
