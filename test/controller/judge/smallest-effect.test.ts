import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import type { MetricRule } from '../../../controller/evidence/metric-rules.ts'
import type { Sums } from '../../../controller/evidence/sums.ts'
import { judgeConnection } from '../../../controller/judge/connection-failure.ts'
import { countAt, shiftOf } from '../../../controller/judge/detectable.ts'
import { judgeErrorRate } from '../../../controller/judge/error-rate.ts'
import { judgeEvents } from '../../../controller/judge/metric-events.ts'
import { type PlannedMetric, plannedStrata, plannedWindow } from '../../../controller/judge/planned-window.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { type Stages, smallestEffects } from '../../../controller/judge/smallest-effect.ts'
import type { FindingReason } from '../../../controller/messages/findings.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import { metricTest, ownRule, type Rule } from '../../../controller/policy/rules.ts'
import { STAGES } from '../../seed-stages.ts'
import { baselineOf, HOUR_MS, Plant, policyWith, START_MS, sample } from '../fixtures.ts'
import { reading } from '../rollout/decisions.ts'
import { oneCase } from './one-case.ts'

/** Chance of `k` or fewer events. */
function poissonBelow(k: number, mean: number): number {
  let [term, sum] = [Math.exp(-mean), 0]
  for (let i = 0; i <= k; i++) {
    sum += term
    term *= mean / (i + 1)
  }
  return sum
}

it.each([20, 100, 500])('gives the count that nine of ten of mean %d reach', (mean) => {
  const count = Math.floor(countAt(mean, -1.2815515655446004))
  expect(1 - poissonBelow(count - 1, mean)).toBeGreaterThan(0.87)
  expect(1 - poissonBelow(count, mean)).toBeLessThan(0.91)
})

const plant = new Plant(START_MS - 8 * 24 * HOUR_MS, { passShare: () => 0.99 })
const stages: Stages = {
  baseline: baselineOf(plant, policyWith()),
  members: { canary: plant.canaries, early: plant.things.slice(17, 34), production: plant.things.slice(34) },
  held: [],
  lineOf: plant.lineOf,
  readings: plant.things.map((thing) => reading(thing)),
}
const windowOf = (hours: number): Policy => policyWith({ windowMs: hours * HOUR_MS })
const found = (hours: number, over: Partial<Stages> = {}) => smallestEffects({ ...stages, ...over }, windowOf(hours))
type Code = FindingReason['code']
const sizeOf = (findings: ReturnType<typeof found>, code: Code, stage = 'canary', isOneLine = false) =>
  findings.find(
    ({ reason, line }) =>
      reason.code === code &&
      'stage' in reason.data &&
      reason.data.stage === stage &&
      (line !== undefined || code.endsWith('_ON_LINE')) === (isOneLine || code.endsWith('_ON_LINE')),
  )?.observed as number

it('is found for every stage, as healthy findings', () => {
  const findings = found(24)
  for (const { outcome, rule } of findings) expect([rule, outcome]).toEqual(['smallest-effect', 'healthy'])
  for (const stage of STAGES) {
    const codes = findings.filter(({ reason: { data } }) => 'stage' in data && data.stage === stage)
    expect(codes.map(({ reason: { code } }) => code)).toEqual(
      expect.arrayContaining([
        'SMALLEST_ERROR_INCREASE',
        'SMALLEST_ERROR_INCREASE_ON_LINE',
        'SMALLEST_FAILED_SHARE',
        'SMALLEST_CYCLE_TIME_INCREASE',
        'SMALLEST_CYCLE_TIME_DRIFT',
        'SMALLEST_LEAK',
        'SMALLEST_CRASH_RATE',
        'SMALLEST_OUTPUT_DECREASE',
        'SMALLEST_METRIC_CHANGE',
      ]),
    )
  }
})

it('has nothing on rules that the raw thresholds have not', () => {
  const codes = smallestEffects(stages, policyWith({ profile: 'raw-thresholds' })).map(({ reason: { code } }) => code)
  expect(codes).not.toContain('SMALLEST_OUTPUT_DECREASE')
  expect(codes).not.toContain('SMALLEST_CYCLE_TIME_DRIFT')
})

it.each<Code>([
  'SMALLEST_ERROR_INCREASE',
  'SMALLEST_ERROR_INCREASE_ON_LINE',
  'SMALLEST_CYCLE_TIME_DRIFT',
  'SMALLEST_LEAK',
])('is more in a shorter window: %s', (code) => {
  expect(sizeOf(found(4), code)).toBeGreaterThan(sizeOf(found(24), code) * 1.2)
})

it('is more on one line than on all', () => {
  const findings = found(24)
  expect(sizeOf(findings, 'SMALLEST_ERROR_INCREASE_ON_LINE')).toBeGreaterThan(
    sizeOf(findings, 'SMALLEST_ERROR_INCREASE') * 2,
  )
})

describe('of rules on metrics', () => {
  const quality = { name: 'quality', limit: policyWith().limits.qualityFailureIncreasePoints }
  const changesOf = (rule: string, findings: ReturnType<typeof found>) =>
    findings.flatMap(({ reason, line }) =>
      reason.code === 'SMALLEST_METRIC_CHANGE' && reason.data.rule === rule && reason.data.stage === 'canary'
        ? [{ change: reason.data.change, isOneLine: line !== undefined }]
        : [],
    )

  it('is above the limit, more on one line and more in a shorter window', () => {
    const [all, one] = changesOf(quality.name, found(24))
    expect([all?.isOneLine, one?.isOneLine]).toEqual([false, true])
    expect(all?.change).toBeGreaterThan(quality.limit)
    expect(one?.change).toBeGreaterThan(all?.change as number)
    expect(changesOf(quality.name, found(4))[0]?.change).toBeGreaterThan(all?.change as number)
  })

  it('is what the rule finds in nine of ten draws', () => {
    const change = changesOf(quality.name, found(24))[0]?.change as number
    const rule = policyWith().rules.find(({ name }) => name === quality.name) as MetricRule
    const window = plannedWindow(stages, 'canary', windowOf(24), 'since-update')
    const chance = seedrandom.alea('quality')
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
    const draws = 1_000
    let breaches = 0
    for (let i = 0; i < draws; i++) {
      const one = window((lines) => {
        for (const { metrics } of lines) {
          const { stage } = metrics.quality as PlannedMetric
          const mean = stage.count + (stage.exposure * change) / 100
          stage.count = Math.max(Math.round(mean + Math.sqrt(mean) * normal()), 0)
        }
      })
      if (judgeEvents(rule, one).outcome === 'breach') breaches += 1
    }
    expect(breaches / draws).toBeGreaterThan(0.86)
    expect(breaches / draws).toBeLessThan(0.95)
  })

  it('is also of rules of the plant itself, in their own direction; of a trend there is none', () => {
    const own = (name: string, test: Rule['metricTest']) => ownRule(name, test as MetricRule['metricTest'])
    const rules = [
      own('cycles-made', metricTest('output', 'cycles', { limit: 5 })),
      own('cycle-mean', metricTest('mean', 'cycleTimeMs', { limit: 5 })),
      own('cycle-trend', metricTest('trend', 'cycleTimeMs', { limit: 5 })),
      own('operations', metricTest('count', 'operations', { limit: 5, direction: 'decrease' })),
    ]
    const policy = { ...windowOf(24), rules: [...policyWith().rules, ...rules] }
    const findings = smallestEffects({ ...stages, baseline: baselineOf(plant, policy) }, policy)
    for (const rule of ['cycles-made', 'cycle-mean', 'operations']) {
      const change = changesOf(rule, findings)[0]?.change
      expect(change, rule).toBeGreaterThan(5)
      expect(change, rule).toBeLessThan(30)
    }
    expect(changesOf('cycle-trend', findings)).toEqual([])
    expect(changesOf('cycles-made', findings)).toHaveLength(1)
  })
})

it('takes no lasting difference for one that every rolling window has anew', () => {
  const [look] = [{ middle: 2, spread: 0.5, lasting: 1.28 }]
  expect(shiftOf({ variance: 0.04, lastingVariance: 0 }, look)).toBeCloseTo(0.2 * 1.5, 9)
  expect(shiftOf({ variance: 0.04, lastingVariance: 0.04 }, look)).toBeCloseTo(-0.2 * 1.28, 9)
  expect(shiftOf({ variance: 0.05, lastingVariance: 0.01 }, { middle: 0, spread: 1, lasting: 1 })).toBeCloseTo(
    -Math.sqrt(0.05),
    9,
  )
  // Above the limit by its bound, which chance may hide: never less than the limit itself.
  expect(sizeOf(found(24), 'SMALLEST_CYCLE_TIME_INCREASE')).toBeGreaterThan(10)
})

it('is the crash rate that a window without a crash rules out', () => {
  expect(sizeOf(found(24), 'SMALLEST_CRASH_RATE')).toBeCloseTo(0.176, 3) // [source: rule-of-three]
  expect(sizeOf(found(4), 'SMALLEST_CRASH_RATE')).toBeCloseTo(1.06, 2)
})

it('is more where counts vary more than by chance, and where the baseline allows fewer false rollbacks', () => {
  const { baseline } = stages
  const normal = sizeOf(found(24), 'SMALLEST_ERROR_INCREASE')
  const strict = { ...baseline, falseRollbackShare: 0.00001 }
  expect(sizeOf(found(24, { baseline: strict }), 'SMALLEST_ERROR_INCREASE')).toBeGreaterThan(normal)
  const dispersed = { ...baseline, dispersion: { connection: 4, errors: 4 } }
  expect(sizeOf(found(24, { baseline: dispersed }), 'SMALLEST_FAILED_SHARE')).toBeGreaterThan(
    sizeOf(found(24), 'SMALLEST_FAILED_SHARE'),
  )
})

it('is any error where none was counted, and no leak where no memory was reported', () => {
  const { baseline } = oneCase({ stratum: { errors: 0 } })
  const things = Object.keys(baseline.devices)
  const findings = smallestEffects(
    {
      ...stages,
      baseline,
      members: { canary: things.slice(0, 17), early: things.slice(17, 34), production: things.slice(34) },
      lineOf: oneCase().watch.lineOf,
      readings: [],
    },
    windowOf(24),
  )
  expect(findings.find(({ reason }) => reason.code === 'SMALLEST_ERROR_INCREASE')?.observed).toBe(null)
  expect(findings.find(({ reason }) => reason.code === 'SMALLEST_LEAK')).toMatchObject({ observed: null, n: 0 })
})

it('is a faster leak where less memory is left unused by healthy processes, and with less left until it is exhausted', () => {
  const withMemory = (memoryMiB: (i: number) => number, memoryLimitMiB = 512) =>
    plant.things.map((thing, i) => ({
      ...reading(thing),
      sample: sample({ gauges: { ...sample().gauges, memoryMiB: memoryMiB(i), memoryLimitMiB } }),
    }))
  const leak = (hours: number, readings: Stages['readings']) => sizeOf(found(hours, { readings }), 'SMALLEST_LEAK')
  // What healthy processes use at most is what a leak has to exceed in a short window.
  const [calm, noisy] = [withMemory((i) => 150 + (i % 7)), withMemory((i) => 150 + 10 * (i % 7))]
  expect(leak(4, noisy)).toBeGreaterThan(leak(4, calm) * 1.5)
  // 362 MiB are used up within 72 h at 5.03 MiB/h, and within 95 h at 3.80: a day of the leak has passed by then.
  expect(
    leak(
      24,
      withMemory(() => 150),
    ),
  ).toBeCloseTo(362 / (72 + 23.33), 1)
})

describe('the window that the rules are asked with', () => {
  it('has the shifts that the calendar leads to', () => {
    // On Monday 2 March 14:00 the canary starts with the second shift.
    const strata = plannedStrata(stages, 'canary', windowOf(24))
    expect(Object.values(strata).reduce((sum, minutes) => sum + minutes, 0)).toBe(24 * 60)
    expect(Object.keys(plannedStrata(stages, 'canary', windowOf(4))).length).toBeLessThan(Object.keys(strata).length)
  })

  /** Of each code: what harms a line, and which of its counts varies by chance. */
  const RULES = {
    SMALLEST_ERROR_INCREASE: {
      judge: (one: RuleInput) => [judgeErrorRate(one)],
      count: 'errors',
      meanOf: ({ errors }: Sums, size: number) => errors * (1 + size / 100),
    },
    SMALLEST_FAILED_SHARE: {
      judge: judgeConnection,
      count: 'failures',
      meanOf: ({ attempts }: Sums, size: number) => (attempts * size) / 100,
    },
  } as const

  it.each([
    ['SMALLEST_ERROR_INCREASE', 24, false],
    ['SMALLEST_ERROR_INCREASE', 4, false],
    ['SMALLEST_ERROR_INCREASE', 24, true],
    ['SMALLEST_FAILED_SHARE', 24, false],
    ['SMALLEST_FAILED_SHARE', 24, true],
  ] as const)(
    'is found in nine of ten draws of what is printed: %s in %i h, one line: %j',
    (code, hours, isOneLine) => {
      const { judge, count, meanOf } = RULES[code]
      const isErrors = code === 'SMALLEST_ERROR_INCREASE'
      const printed = found(hours).find(
        ({ reason, line }) =>
          reason.code === (isErrors && isOneLine ? 'SMALLEST_ERROR_INCREASE_ON_LINE' : code) &&
          reason.data.stage === 'canary' &&
          (line !== undefined) === isOneLine,
      )
      const window = plannedWindow(stages, 'canary', windowOf(hours), 'since-update')
      const chance = seedrandom.alea(`${code}/${hours}/${isOneLine}`)
      const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
      const draws = 1_000
      let breaches = 0
      for (let i = 0; i < draws; i++) {
        const one = window((lines) => {
          for (const { line, stage } of lines) {
            const isHarmed = printed?.line === undefined || printed.line === line
            const mean = isHarmed ? meanOf(stage, printed?.observed as number) : stage[count]
            stage[count] = Math.max(Math.round(mean + Math.sqrt(mean) * normal()), 0)
          }
        })
        if (judge(one).some(({ outcome }) => outcome === 'breach')) breaches += 1
      }
      expect(breaches / draws).toBeGreaterThan(0.86)
      expect(breaches / draws).toBeLessThan(0.95)
    },
  )
})
