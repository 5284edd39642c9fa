import { expect, it } from 'vitest'
import { judgeCycleTime } from '../../../controller/judge/cycle-time.ts'
import { policyWith } from '../fixtures.ts'
import { type CaseOptions, oneCase } from './one-case.ts'

const NORMAL_MS = 3_600_000
const judged = (factorOf: (line: number) => number, options: CaseOptions = {}) =>
  judgeCycleTime(oneCase({ stage: (line) => ({ cycleMs: NORMAL_MS * factorOf(line) }), ...options }))

const FINDING = { rule: 'cycle-time', metric: 'cycleTimeIncreasePct', baseline: 0, limit: 10, n: 17 }

it('is healthy where all is as ever', () => {
  expect(judged(() => 1)).toStrictEqual({
    ...FINDING,
    outcome: 'healthy',
    observed: 0,
    statistic: { name: 'msprt', value: 0, boundary: expect.closeTo(14.87, 2) },
    interval: { low: expect.closeTo(-2.93, 2), high: expect.closeTo(3.02, 2) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(0, 6),
        allowedPct: 10,
        segment: { span: 'rolling-window' },
        lines: 17,
        hasControls: true,
      },
    },
  })
})

it('is a breach where every line is 12 % slower, and stays one when a line is much slower still', () => {
  expect(judged(() => 1.12)).toStrictEqual({
    ...FINDING,
    outcome: 'breach',
    observed: expect.closeTo(12, 9),
    statistic: { name: 'msprt', value: expect.closeTo(255.6, 1), boundary: expect.closeTo(14.87, 2) },
    interval: { low: expect.closeTo(8.72, 2), high: expect.closeTo(15.38, 2) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(12, 6),
        allowedPct: 10,
        segment: { span: 'rolling-window' },
        lines: 17,
        hasControls: true,
      },
    },
  })
  expect(judged((line) => (line === 1 ? 5 : 1.12))).toMatchObject({ outcome: 'breach' })
})

it('is a breach of the one line that is three times slower, which moves the mean by less than a tenth', () => {
  expect(judged((line) => (line === 4 ? 3 : 1))).toStrictEqual({
    ...FINDING,
    outcome: 'breach',
    observed: expect.closeTo(200, 6),
    line: 4,
    statistic: { name: 'msprt', value: expect.any(Number), boundary: expect.closeTo(17.7, 2) },
    // Its readings are bounded at a fifth, of which no test says how much more it is.
    interval: { low: expect.closeTo(7.22, 2), high: expect.closeTo(241.7, 1) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(200, 6),
        allowedPct: 10,
        segment: { span: 'rolling-window', line: 4 },
        hasControls: true,
      },
    },
  })
})

it('names the worst of the lines that are slower, unless the stage is', () => {
  const factors: Readonly<Record<number, number>> = { 4: 2, 9: 2.5, 12: 0.99 }
  expect(judged((line) => factors[line] ?? 1)).toMatchObject({ line: 9, observed: expect.closeTo(150, 6) })
  expect(judged((line) => factors[line] ?? 1.12)).not.toHaveProperty('line')
})

it('is no breach at the limit itself', () => {
  const { limits } = policyWith()
  const judgedBy = (cycleTimeIncreasePct: number) => {
    const one = oneCase({ lines: 1, stage: () => ({ cycleMs: NORMAL_MS * 1.5 }) })
    return judgeCycleTime({ ...one, policy: policyWith({ limits: { ...limits, cycleTimeIncreasePct } }) })
  }
  expect(judgedBy(50)).toMatchObject({ outcome: 'healthy', limit: 50 })
  // Above the limit, but by less than chance may be: neither promoted nor rolled back.
  expect(judgedBy(49)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate', limit: 49 })
  expect(judgedBy(40)).toMatchObject({ outcome: 'breach', limit: 40 })
})

it('remembers the whole time since the update', () => {
  const since = (factorOf: (line: number) => number) => {
    const one = oneCase({ stage: (line) => ({ cycleMs: NORMAL_MS * factorOf(line) }) })
    return judgeCycleTime({ ...one, evidence: { ...one.evidence, evaluations: [] } })
  }
  expect(since(() => 1.12)).toMatchObject({
    outcome: 'breach',
    statistic: { name: 'msprt', boundary: expect.closeTo(9.74, 2) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(12, 6),
        allowedPct: 10,
        segment: { span: 'since-update' },
        lines: 17,
        hasControls: true,
      },
    },
  })
  expect(since((line) => (line === 4 ? 3 : 1))).toMatchObject({
    outcome: 'breach',
    line: 4,
    statistic: { name: 'msprt', boundary: expect.closeTo(12.57, 2) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(200, 6),
        allowedPct: 10,
        segment: { span: 'since-update', line: 4 },
        hasControls: true,
      },
    },
  })
})

it('is inconclusive where nothing was made', () => {
  expect(judgeCycleTime(oneCase({ stage: () => ({ cycles: 0, cycleMs: 0, expectedCycleMs: 0 }) }))).toStrictEqual({
    ...FINDING,
    outcome: 'inconclusive',
    observed: null,
    inconclusive: 'insufficient',
    reason: { code: 'NO_CYCLES', data: {} },
  })
})

it('in profile raw-thresholds judges the last evaluation alone, whatever chance and controls are', () => {
  const literal = (...factors: readonly number[]) => {
    const slow = (factor: number) => () => ({ cycleMs: NORMAL_MS * factor })
    const evaluations = factors.flatMap(
      (factor) => oneCase({ stage: slow(factor), controls: slow(factor) }).evidence.evaluations,
    )
    const one = oneCase()
    const policy = policyWith({ profile: 'raw-thresholds' })
    return judgeCycleTime({ ...one, policy, evidence: { ...one.evidence, evaluations } })
  }
  expect(literal(1.09)).toMatchObject({ outcome: 'healthy', observed: expect.closeTo(9, 9) })
  expect(literal(1.11)).toStrictEqual({
    ...FINDING,
    outcome: 'breach',
    observed: expect.closeTo(11, 9),
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(11, 6),
        allowedPct: 10,
        segment: { span: 'latest-evaluation' },
        hasControls: true,
      },
    },
  })
  expect(literal(2, 1)).toMatchObject({ outcome: 'healthy', observed: 0 })
  expect(literal()).toMatchObject({ outcome: 'inconclusive', n: 0, reason: { code: 'NO_CYCLES', data: {} } })
})

// The arrays that a well-known judge passes: its canary and its control. [source: judge-blind-spots]
const CANARY = [100, 100, 100, 100, 100, 100, 100, 1, 1, 1]
const CONTROL = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

it('is a breach where 7 of 10 lines are a hundred times slower than their controls', () => {
  const cycles = (factor: number | undefined) => ({ cycleMs: NORMAL_MS * (factor ?? 1), readings: 1 })
  const one = oneCase({
    lines: 10,
    stage: (line) => cycles(CANARY[line - 1]),
    controls: (line) => cycles(CONTROL[line - 1]),
  })
  expect(judgeCycleTime(one)).toMatchObject({ outcome: 'breach', n: 10 })
})

it('finds a change by its run where the whole time and the window are not yet above the limit', () => {
  const one = oneCase({ stage: () => ({ cycleMs: NORMAL_MS * 1.05 }) })
  const run = { ...one.evidence.runs.cycleTime, sum: 40, evaluations: 6, effects: 6 * Math.log(1.15) }
  const changed = (sum: number) => {
    const runs = { ...one.evidence.runs, cycleTime: { ...run, sum } }
    return judgeCycleTime({ ...one, evidence: { ...one.evidence, runs } })
  }
  expect(changed(40)).toMatchObject({
    outcome: 'breach',
    observed: expect.closeTo(15, 6),
    statistic: { name: 'cusum', value: 40, boundary: expect.closeTo(17.35, 2) },
    reason: {
      code: 'CYCLE_TIME_INCREASE',
      data: {
        increasePct: expect.closeTo(15, 6),
        allowedPct: 10,
        segment: { span: 'change-point', evaluations: 6 },
        hasControls: true,
      },
    },
  })
  expect(changed(10)).toMatchObject({ outcome: 'healthy', observed: expect.closeTo(5, 6) })
})

it('records that it had history only where no controls are left', () => {
  expect(judged(() => 1, { hasControls: false }).reason).toEqual({
    code: 'CYCLE_TIME_INCREASE',
    data: {
      increasePct: expect.closeTo(0, 6),
      allowedPct: 10,
      segment: { span: 'rolling-window' },
      lines: 17,
      hasControls: false,
    },
  })
})

it('does not take a line’s own noise for a fault', () => {
  const noise = { squares: 306 * 0.05 ** 2, degrees: 306 }
  expect(judged((line) => (line === 4 ? 1.15 : 1), { noise }).outcome).toBe('healthy')
  expect(judged((line) => (line === 4 ? 1.15 : 1)).outcome).toBe('breach')
})

it('subtracts what the controls of the line show', () => {
  const controls = (): { cycleMs: number } => ({ cycleMs: NORMAL_MS * 1.3 })
  expect(judged(() => 1.3, { controls })).toMatchObject({ outcome: 'healthy', observed: expect.closeTo(0, 6) })
})

it('measures by the baseline’s spread where there are no controls', () => {
  // Three hours, of which one may have been a bad one of the plant.
  const hour = oneCase({ stage: () => ({ cycleMs: NORMAL_MS * 1.7 }), hasControls: false })
  const lines = hour.evidence.lines.map((line) => ({ ...line, evaluations: 36 }))
  const one = { ...hour, evidence: { ...hour.evidence, lines } }
  expect(judgeCycleTime(one).outcome).toBe('breach')
  expect(judgeCycleTime({ ...one, baseline: { ...one.baseline, cycleTimeSpread: 0.3 } }).outcome).toBe('healthy')
})

it('is inconclusive without controls where it may be a bad hour of the plant', () => {
  expect(judged(() => 1.3, { hasControls: false })).toMatchObject({
    outcome: 'inconclusive',
    inconclusive: 'common-mode',
  })
  expect(judged(() => 1.08, { hasControls: false }).outcome).toBe('healthy')
})

it('is no breach of a line that is above the limit by the chance of one in many, if all are below it', () => {
  // All are 9.5 % slower, and one looks two standard deviations worse, as one of seventeen does.
  const all = (line: number) => (line === 3 ? 1.145 : 1.095)
  expect(judged(all).outcome).toBe('healthy')
  // The same estimate where the others are as ever.
  expect(judged((line) => (line === 3 ? 1.145 : 1))).toMatchObject({ outcome: 'breach', line: 3 })
})

it('finds a line by what devices vary beside it, however much their line varies from day to day', () => {
  const judgedWith = (besideLine: number, ofDevices?: Readonly<Record<string, number>>) => {
    const one = oneCase({ stage: (line) => ({ cycleMs: NORMAL_MS * (line === 5 ? 1.2 : 1) }) })
    const cycleTimeSpreads = { besideLine, plant: 0.1, ...(ofDevices !== undefined && { ofDevices }) }
    return judgeCycleTime({ ...one, baseline: { ...one.baseline, cycleTimeSpread: 0.3, cycleTimeSpreads } }).outcome
  }
  expect(judgedWith(0.02)).toBe('breach')
  expect(judgedWith(0.3)).toBe('healthy')
  // A station that varies more than the others has more to show.
  expect(judgedWith(0.02, { 'line-5-0': 0.1 })).toBe('healthy')
  expect(judgedWith(0.02, { 'line-6-0': 0.1 })).toBe('breach')
})
