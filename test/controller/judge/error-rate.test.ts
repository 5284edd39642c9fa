import { describe, expect, it } from 'vitest'
import type { StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import { judgeErrorRate } from '../../../controller/judge/error-rate.ts'
import { policyWith } from '../fixtures.ts'
import { oneCase } from './one-case.ts'

const judged = (errors: number, ofControls = 38, options = {}) =>
  judgeErrorRate(oneCase({ stage: () => ({ errors }), controls: () => ({ errors: ofControls }), ...options }))

it('is healthy where errors are as expected, and a breach where they triple', () => {
  expect(judged(2).outcome).toBe('healthy')
  expect(judged(6)).toStrictEqual({
    rule: 'error-rate',
    metric: 'errorRateIncreasePct',
    outcome: 'breach',
    observed: 200,
    baseline: 0,
    limit: 5,
    n: 1020,
    statistic: { name: 'maxsprt', value: expect.closeTo(39.31, 2), boundary: expect.closeTo(12.48, 2) },
    interval: { low: expect.closeTo(67.0, 1), high: expect.closeTo(406, 1) },
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 102,
        expectedErrors: 34,
        increase: 200,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
      },
    },
  })
})

it('records where it had history only', () => {
  expect(judged(18, 38, { hasControls: false })).toMatchObject({
    outcome: 'breach',
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 306,
        expectedErrors: 34,
        increase: 800,
        controlsIncrease: null,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
      },
    },
  })
})

it('is inconclusive without controls where it may be a bad hour of the plant', () => {
  expect(judged(6, 38, { hasControls: false })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'common-mode' })
  expect(judged(2, 38, { hasControls: false }).outcome).toBe('healthy')
})

it('needs no statistic where the rise is not above the limit', () => {
  const { limits } = policyWith()
  const judgedBy = (errorRateIncreasePct: number) =>
    judgeErrorRate({
      ...oneCase({ stage: () => ({ errors: 30, expectedErrors: 20 }) }),
      policy: policyWith({ limits: { ...limits, errorRateIncreasePct } }),
    })
  expect(judgedBy(50)).toMatchObject({ outcome: 'healthy', observed: 50, limit: 50 })
  expect(judgedBy(50)).not.toHaveProperty('statistic')
  expect(judgedBy(50)).not.toHaveProperty('inconclusive')
  expect(judgedBy(50)).not.toHaveProperty('line')
  // Significantly more than nothing, but not more than the limit: neither promoted nor rolled back.
  expect(judgedBy(49.9)).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'gate',
    statistic: { name: 'maxsprt' },
  })
  expect(judgedBy(35)).toMatchObject({ outcome: 'breach', statistic: { name: 'maxsprt' } })
})

it('is inconclusive where the controls triple as well', () => {
  expect(judged(6, 114)).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'common-mode',
    statistic: { name: 'maxsprt' },
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 102,
        expectedErrors: 34,
        increase: 200,
        controlsIncrease: 200,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
      },
    },
  })
})

/** One control a line, and a rolling window in which all is well again. */
function afterwards(
  errors: (line: number) => number,
  ofControls: (line: number) => number,
  now: (line: number) => number = () => 2,
) {
  const few = { minutes: 60, countedMinutes: 60, expectedErrors: 2, expectedReadings: 1 }
  const controls = (errorsOf: (line: number) => number) => (line: number) => ({ ...few, errors: errorsOf(line) })
  const one = oneCase({ stage: (line) => ({ errors: errors(line) }), controls: controls(ofControls) })
  const { evidence } = oneCase({ stage: (line) => ({ errors: now(line) }), controls: controls(() => 2) })
  return judgeErrorRate({ ...one, evidence: { ...one.evidence, evaluations: evidence.evaluations } })
}

describe('what the controls have shown as well', () => {
  const [normal, raised] = [() => 2, () => 4.5]
  const line4 = (line: number) => (line === 4 ? 20 : 2)

  it('holds no more once it is past', () => {
    expect(afterwards(raised, raised).outcome).toBe('healthy')
    expect(afterwards(raised, raised, () => 2.2)).toMatchObject({ inconclusive: 'common-mode' })
  })

  it('holds on where they have not shown as much', () => {
    expect(afterwards(raised, () => 2.4)).toMatchObject({
      inconclusive: 'common-mode',
      reason: { data: { segment: { span: 'since-update' } } },
    })
  })

  it('holds no more for a line of which a single control has shown it, and on where that has not shown as much', () => {
    expect(afterwards(line4, line4).outcome).toBe('healthy')
    expect(afterwards(line4, (line) => (line === 4 ? 5 : 2))).toMatchObject({ inconclusive: 'common-mode', line: 4 })
    // By chance a line is above its control.
    const chance = (line: number) => (line === 4 ? 16 : 12)
    expect(afterwards(chance, chance).outcome).toBe('healthy')
    expect(afterwards(normal, normal).outcome).toBe('healthy')
  })
})

it('is a breach where errors are tenfold although the controls are 8 % up', () => {
  expect(judged(20, 41).outcome).toBe('breach')
})

it('is a breach where errors come that the baseline never had', () => {
  const none = { errors: 0, countedMinutes: 2400 }
  const unexpected = (errors: number, stratum = none) =>
    judgeErrorRate(
      oneCase({
        stage: () => ({ errors, expectedErrors: 0 }),
        controls: () => ({ errors: 0, expectedErrors: 0 }),
        stratum,
      }),
    )
  expect(unexpected(2)).toMatchObject({
    outcome: 'breach',
    observed: null,
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 34,
        expectedErrors: 0,
        increase: null,
        controlsIncrease: null,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
      },
    },
  })
  expect(unexpected(0).outcome).toBe('healthy')
  // As little time before as now: they would have had to show hardly any of them.
  expect(unexpected(0.6, { errors: 0, countedMinutes: 60 }).outcome).toBe('healthy')
})

it('is a breach where errors come that only the controls ever had', () => {
  const none = { errors: 0, countedMinutes: 2400 }
  const stage = (errors: number) => () => ({ errors, expectedErrors: 0 })
  expect(judgeErrorRate(oneCase({ stage: stage(6), stratum: none })).outcome).toBe('breach')
  // Two an hour is what they have as well.
  expect(judgeErrorRate(oneCase({ stage: stage(2), stratum: none })).outcome).toBe('inconclusive')
})

it('sees a doubling of the last hour that many healthy hours dilute', () => {
  const one = oneCase({ stage: () => ({ errors: 5 }) })
  const { stage, controls } = one.evidence.total
  const healthy = { ...stage, errors: 816, expectedErrors: 800 }
  const evidence = { ...one.evidence, total: { stage: healthy, controls } }
  const finding = judgeErrorRate({ ...one, evidence })
  expect(finding).toMatchObject({
    outcome: 'breach',
    observed: 150,
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 85,
        expectedErrors: 34,
        increase: 150,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'rolling-window' },
      },
    },
  })
})

it('ignores a rise that chance explains, but not in profile raw-thresholds', () => {
  const one = oneCase({ stage: (line) => ({ errors: line <= 5 ? 3 : 2 }) })
  expect(judgeErrorRate(one)).toMatchObject({ outcome: 'healthy' })
  expect(judgeErrorRate(one)).not.toHaveProperty('statistic')
  expect(judgeErrorRate({ ...one, policy: policyWith({ profile: 'raw-thresholds' }) }).outcome).toBe('breach')
})

// Sparse counts, which another judge ignores. The counts are 0 1 2 1 0 0 where there were none.
// [source: judge-blind-spots]
it('is a breach where four errors come in a line that never had one, and ignores three', () => {
  const none = { errors: 0, expectedErrors: 0 }
  const sparse = (errors: number, expectedErrors = 0) => {
    const stage = (line: number) => (line === 3 ? { errors, expectedErrors } : none)
    return judgeErrorRate(oneCase({ stage, controls: () => none, stratum: { errors: 0 } }))
  }
  expect(sparse(4)).toMatchObject({ outcome: 'breach', n: 60 * 17 })
  expect(sparse(3)).toMatchObject({ outcome: 'healthy', n: 60 * 17 })
  expect(sparse(3)).not.toHaveProperty('statistic')
  expect(sparse(4, 0.01)).toMatchObject({ outcome: 'healthy' })
  expect(sparse(5, 0.01)).toMatchObject({ outcome: 'breach' })
})

it('is a breach of the one line that errs six times as often, which the stage hardly shows', () => {
  const finding = judgeErrorRate(oneCase({ stage: (line) => ({ errors: line === 7 ? 24 : 2 }) }))
  expect(finding).toMatchObject({ outcome: 'breach' })
  const quiet = judgeErrorRate(oneCase({ stage: (line) => ({ errors: line === 7 ? 24 : 1 }) }))
  expect(quiet).toMatchObject({
    outcome: 'breach',
    line: 7,
    n: 60,
    // 15.5 for an endless count; 336 are expected within a week.
    statistic: { name: 'maxsprt', boundary: expect.closeTo(15.5 - 0.48, 2) },
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 24,
        expectedErrors: 2,
        increase: 1100,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update', line: 7 },
      },
    },
  })
})

it('asks for more where errors vary more from day to day than chance does', () => {
  const one = oneCase({ stage: () => ({ errors: 6 }) })
  const judgedWith = (device: number) => {
    const parts = { device, line: 0, plant: 0 }
    const errorVariation = { shiftMinutes: 480, ofShift: parts, ofDay: parts }
    return judgeErrorRate({ ...one, baseline: { ...one.baseline, errorVariation } }).outcome
  }
  expect(judgedWith(0.05)).toBe('breach')
  // Of an hour it is eight times as much, of 17 devices a seventeenth.
  expect(judgedWith(0.4)).toBe('healthy')
})

it('does not mind what a line and the plant have in common, where there are controls', () => {
  const parts = { device: 0, line: 0.3, plant: 0.3 }
  const errorVariation = { shiftMinutes: 480, ofShift: parts, ofDay: parts }
  const judgedAt = (hasControls: boolean) => {
    const one = oneCase({ stage: () => ({ errors: 18 }), hasControls })
    return judgeErrorRate({ ...one, baseline: { ...one.baseline, errorVariation } }).outcome
  }
  expect(judgedAt(true)).toBe('breach')
  expect(judgedAt(false)).toBe('healthy')
})

it('counts by the operating hour, so that slower work is no excuse', () => {
  const slow = { errors: 6, operations: 120 }
  const fast = { errors: 6, operations: 12_000 }
  for (const stage of [slow, fast]) expect(judgeErrorRate(oneCase({ stage: () => stage })).observed).toBe(200)
})

it('takes points of the operations where the policy demands it', () => {
  const { limits } = policyWith()
  const policy = policyWith({ limits: { ...limits, errorRateMode: 'points' } })
  const judgedBy = (errors: number) => judgeErrorRate({ ...oneCase({ stage: () => ({ errors }) }), policy })
  expect(judgedBy(6)).toMatchObject({ outcome: 'healthy', metric: 'errorRateIncreasePoints' })
  expect(judgedBy(6).observed).toBeCloseTo(100 * (4 / 1200), 9)
  expect(judgedBy(62)).toMatchObject({ outcome: 'healthy', observed: 5 })
  expect(judgedBy(74)).toMatchObject({
    outcome: 'breach',
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 1258,
        expectedErrors: 34,
        increase: expect.closeTo(6, 9),
        controlsIncrease: 0,
        allowed: 5,
        unit: 'points',
        segment: { span: 'since-update' },
      },
    },
  })
})

it('knows no points of a stage without operations, in which any error is above the limit', () => {
  const { limits } = policyWith()
  const policy = policyWith({ limits: { ...limits, errorRateMode: 'points' } })
  const idle = (errors: number) => judgeErrorRate({ ...oneCase({ stage: () => ({ errors, operations: 0 }) }), policy })
  expect(idle(0)).toMatchObject({ outcome: 'healthy', observed: null })
  expect(idle(6)).toMatchObject({ outcome: 'breach', observed: null })
})

it('counts the chance in what was before, too', () => {
  // 70 where 34 were expected for certain are beyond chance; where those 34 come from 170 in the week they are not.
  const stage = (line: number) => ({ errors: line <= 2 ? 5 : 4 })
  const judgedOf = (errors: number) => judgeErrorRate(oneCase({ stage, stratum: { errors } }))
  expect(judgedOf(4000).outcome).toBe('breach')
  expect(judgedOf(10)).toMatchObject({ outcome: 'healthy', statistic: { value: expect.closeTo(10.94, 2) } })
})

it('takes no exception to a device or a shift that the week did not have', () => {
  const one = oneCase({ stage: () => ({ errors: 6 }) })
  const { 'line-1-0': _, ...known } = one.baseline.devices
  const devices = { ...known, 'line-2-0': {} }
  expect(judgeErrorRate({ ...one, baseline: { ...one.baseline, devices } })).toMatchObject({
    outcome: 'breach',
    // Of 1,200 errors instead of 1,360, which makes it a little less certain.
    statistic: { value: expect.closeTo(39.12, 2) },
  })
})

it('is inconclusive without operating time', () => {
  expect(judgeErrorRate(oneCase({ stage: () => ({ countedMinutes: 0 }) }))).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'insufficient',
    n: 0,
    reason: { code: 'NO_OPERATING_TIME', data: {} },
  })
})

it('in profile raw-thresholds judges the last evaluation alone, against the limit alone', () => {
  const literal = (...looksOf: readonly (readonly [errors: number, expectedErrors: number])[]) => {
    const evaluations = looksOf.flatMap(
      ([errors, expectedErrors]) => oneCase({ stage: () => ({ errors, expectedErrors }) }).evidence.evaluations,
    )
    const one = oneCase()
    const policy = policyWith({ profile: 'raw-thresholds' })
    return judgeErrorRate({ ...one, policy, evidence: { ...one.evidence, evaluations } })
  }
  expect(literal([2, 2])).toMatchObject({ outcome: 'healthy', observed: 0 })
  expect(literal([3, 2])).toStrictEqual({
    rule: 'error-rate',
    metric: 'errorRateIncreasePct',
    outcome: 'breach',
    observed: 50,
    baseline: 0,
    limit: 5,
    n: 1020,
    reason: {
      code: 'ERROR_RATE',
      data: {
        errors: 51,
        expectedErrors: 34,
        increase: 50,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'latest-evaluation' },
      },
    },
  })
  expect(literal([20, 2], [2, 2])).toMatchObject({ outcome: 'healthy', observed: 0 })
  expect(literal([0, 0])).toMatchObject({ outcome: 'healthy', observed: null })
  expect(literal([1, 0])).toMatchObject({ outcome: 'breach', observed: null })
  expect(literal()).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
})

it('compares a line with its own devices before, and with no others', () => {
  const one = oneCase({ stage: (line) => ({ errors: line === 7 ? 24 : 1 }) })
  const judgedWith = (errors: number) => {
    const strata = {
      'second/weekday': { ...one.baseline.devices['line-7-0']?.['second/weekday'], errors } as StratumSums,
    }
    const devices = { ...one.baseline.devices, 'line-7-0': strata }
    return judgeErrorRate({ ...one, baseline: { ...one.baseline, devices } })
  }
  // Where it had but two errors in all, little is known of what to expect.
  expect(judgedWith(80)).toMatchObject({ outcome: 'breach', line: 7 })
  expect(judgedWith(2).outcome).toBe('healthy')
})

it('does not take it for a rise that a shift of few counted minutes had no error by chance', () => {
  const one = (third: number, errors: number, hasControls: boolean) =>
    oneCase({
      // 17 devices for 200 minutes, nearly all of them in the shift without any; by the other one 1 error is expected.
      stage: () => ({ errors, expectedErrors: 1 / 17, countedMinutes: 200 }),
      controls: () => ({ errors: 95, expectedErrors: 80, countedMinutes: 3800 }),
      stratum: { errors: third, countedMinutes: 5 },
      hasControls,
    })
  const judgedOf = (second: number, third: number, errors: number, hasControls = true) => {
    const given = one(third, errors, hasControls)
    const devices = Object.fromEntries(
      Object.entries(given.baseline.devices).map(([thing, strata]) => {
        const sums = strata['second/weekday'] as StratumSums
        return [thing, { 'second/weekday': { ...sums, errors: second }, 'third/weekday': sums }]
      }),
    )
    const evidence = { ...given.evidence, strata: ['second/weekday', 'third/weekday'] }
    return judgeErrorRate({ ...given, evidence, baseline: { ...given.baseline, devices } })
  }
  expect(judgedOf(0, 1 / 17, 5)).toMatchObject({ outcome: 'healthy', observed: 8400 })
  expect(judgedOf(0, 1 / 17, 5, false)).toMatchObject({ outcome: 'healthy' })
  // The controls do not explain a hundred times as many.
  expect(judgedOf(0, 1 / 17, 500).outcome).toBe('breach')
  // Where both shifts had some, it is known that the one has next to none.
  expect(judgedOf(1, 1, 5)).toMatchObject({ outcome: 'breach' })
})

it('knows no more of a shift than its own baseline has, whatever the others had', () => {
  const one = oneCase({ stage: (line) => ({ errors: line === 5 ? 15 : 1, expectedErrors: 1 }), stratum: { errors: 1 } })
  const rich = { ...one.baseline.devices['line-5-0']?.['second/weekday'], errors: 400 } as StratumSums
  const devices = Object.fromEntries(
    Object.entries(one.baseline.devices).map(([thing, strata]) => [thing, { ...strata, 'third/weekday': rich }]),
  )
  const judgedOver = (strata: readonly string[], lines = one.evidence.lines) =>
    judgeErrorRate({ ...one, baseline: { ...one.baseline, devices }, evidence: { ...one.evidence, strata, lines } })
  expect(judgedOver(['second/weekday', 'third/weekday'], []).outcome).toBe('healthy')
})

it('finds at the end of its window a line that errs twice as often, which needs more before', () => {
  const hoursOf = (hours: number) => (line: number) => ({
    minutes: 60 * hours,
    countedMinutes: 60 * hours,
    expectedErrors: 2 * hours,
    errors: line === 7 ? 4 * hours : 2 * hours,
  })
  const controls = (hours: number) => () => ({
    minutes: 1140 * hours,
    countedMinutes: 1140 * hours,
    expectedErrors: 38 * hours,
    errors: 38 * hours,
  })
  const after = (hours: number) => {
    const one = oneCase({
      stage: hoursOf(hours),
      controls: controls(hours),
      stratum: { errors: 400, countedMinutes: 12_000, minutes: 12_000 },
    })
    return judgeErrorRate({ ...one, evidence: { ...one.evidence, evaluations: [] } })
  }
  expect(after(24)).toMatchObject({ outcome: 'breach', line: 7, statistic: { name: 'planned' } })
  expect(after(16)).toMatchObject({ outcome: 'healthy' })
})
