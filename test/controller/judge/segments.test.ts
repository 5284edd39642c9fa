import { describe, expect, it } from 'vitest'
import { NO_TOTALS } from '../../../controller/evidence/sums.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import {
  isHopeless,
  isSignificant,
  type Judged,
  rollingWindowOf,
  type Segment,
  segmentsOf,
  statisticFrom,
  worstSegment,
} from '../../../controller/judge/segments.ts'
import { excessLogRatio, withVariance } from '../../../controller/statistics/excess.ts'
import { oneCase } from './one-case.ts'

const segment = (over: Partial<Segment> = {}): Segment => ({
  key: { span: 'since-update' },
  strata: [],
  boundary: 4,
  ...NO_TOTALS,
  ...over,
})
const close = (value: number) => expect.closeTo(value, 2)

describe('what is judged', () => {
  it('is the stage since its update, in the rolling window and since a change, each at its own price', () => {
    const segments = segmentsOf(oneCase(), 'errors', () => false)
    expect(segments.map(({ key, boundary, run }) => ({ key, boundary, run }))).toEqual([
      { key: { span: 'since-update' }, boundary: close(11.84) },
      { key: { span: 'rolling-window' }, boundary: close(17.16) },
      {
        key: { span: 'change-point', evaluations: 0 },
        boundary: close(11.84),
        run: { name: 'cusum', value: 0, boundary: close(17.35) },
      },
    ])
  })

  it('is also every line that is raised, which costs more as it is one of many', () => {
    const one = oneCase({ stage: (line) => ({ errors: line }) })
    const ofLines = segmentsOf(one, 'errors', ({ errors }) => errors > 15 && errors < 18).slice(3)
    expect(ofLines.map(({ key, boundary, stage }) => [key, boundary, stage.errors])).toEqual([
      [{ span: 'since-update', line: 16 }, close(14.78), 16],
      [{ span: 'since-update', line: 17 }, close(14.78), 17],
      [{ span: 'rolling-window', line: 16 }, close(20.1), 16],
      [{ span: 'rolling-window', line: 17 }, close(20.1), 17],
    ])
    expect(ofLines.every((each) => each.controls.errors === 38 && each.run === undefined)).toBe(true)
  })

  it('is what the stage did, and its controls next to it', () => {
    const { evidence, ...one } = oneCase()
    const { stage, controls } = evidence.total
    const change = { sum: 7, evaluations: 3, effects: 0, stage: { ...stage, errors: 9 }, controls }
    const runs = { ...evidence.runs, errors: change }
    const total = { stage: { ...stage, errors: 400 }, controls }
    const segments = (kind: 'errors' | 'connection') =>
      segmentsOf({ ...one, evidence: { ...evidence, runs, total } }, kind, () => false)
    expect(segments('errors').map((each) => each.stage.errors)).toEqual([400, 34, 9])
    expect(segments('errors').map((each) => each.controls.errors)).toEqual([646, 646, 646])
    expect(segments('errors')[2]).toMatchObject({ key: { evaluations: 3 }, run: { value: 7 } })
    expect(segments('connection')[2]).toMatchObject({ key: { evaluations: 0 }, run: { value: 0 } })
  })

  it('is expected by the shifts that it lies in', () => {
    const one = oneCase()
    const [evaluation] = one.evidence.evaluations as [RuleInput['evidence']['evaluations'][0]]
    const strata = ['first/weekday', 'second/weekday', 'third/weekday']
    const evaluations = [evaluation, evaluation, { ...evaluation, stratum: 'third/weekday' }]
    const strataAfter = (since: number) => {
      const runs = { ...one.evidence.runs, errors: { ...one.evidence.runs.errors, evaluations: since } }
      const evidence = { ...one.evidence, evaluations, strata, runs }
      return segmentsOf({ ...one, evidence }, 'errors', ({ errors }) => errors > 0).map((each) => each.strata)
    }
    const rollingWindow = ['second/weekday', 'third/weekday']
    const ofLines = [...Array<string[]>(17).fill(strata), ...Array<string[]>(17).fill(rollingWindow)]
    expect(strataAfter(3)).toEqual([strata, rollingWindow, rollingWindow, ...ofLines])
    // A change that is longer ago than the window.
    expect(strataAfter(4)).toEqual([strata, rollingWindow, strata, ...ofLines])
  })
})

it('adds up the window line by line', () => {
  const evaluations = [1, 2].flatMap(
    (errors) => oneCase({ lines: 2, stage: (line) => ({ errors: errors * line }) }).evidence.evaluations,
  )
  expect(rollingWindowOf(evaluations)).toMatchObject([
    { line: 1, evaluations: 2, stage: { errors: 3 }, controls: { errors: 76 } },
    { line: 2, evaluations: 2, stage: { errors: 6 }, controls: { errors: 76 } },
  ])
})

describe('a count is hopeless', () => {
  // 20 where 10 were expected for certain: 10 - 20 + 20 ln 2 = 3.863.
  it.each([
    [20, 10, 3.86, false],
    [20, 10, 3.87, true],
    [10, 10, 0, true],
    [5, 10, 1, true],
    [1, 0, 100, false],
  ])('%i of %i at a boundary of %f: %s', (count, expected, boundary, answer) => {
    expect(isHopeless(boundary, count, expected)).toBe(answer)
  })
})

describe('the statistic', () => {
  // 12 in as much time as 4 before: 12 ln(12/8) + 4 ln(4/8) = 2.093.
  const count = { count: 12, reference: 4, ratio: 1 }
  const run = { name: 'cusum', value: 1, boundary: 9 }

  it('is the excess over what was before', () => {
    expect(statisticFrom(segment(), excessLogRatio(count))).toEqual({
      name: 'maxsprt',
      value: expect.closeTo(2.093, 3),
      boundary: 4,
    })
    // A relative variance of 1 / 4: as if 2 had been before, where 4 were expected.
    expect(statisticFrom(segment(), excessLogRatio(withVariance(count, 1 / 4))).value).toBeCloseTo(
      12 * Math.log(12 / 4) - 14 * Math.log(14 / 6),
      3,
    )
  })

  it('of a change is its run, once the excess alone is more than chance', () => {
    expect(statisticFrom(segment({ run }), excessLogRatio(count))).toMatchObject({ name: 'maxsprt' })
    expect(statisticFrom(segment({ run, boundary: 2 }), excessLogRatio(count))).toBe(run)
    expect(statisticFrom(segment({ boundary: 2 }), excessLogRatio(count))).toMatchObject({ name: 'maxsprt' })
  })

  it('is significant from its boundary on', () => {
    expect(isSignificant({ name: 'maxsprt', value: 4, boundary: 4 })).toBe(true)
    expect(isSignificant({ name: 'maxsprt', value: 3.99, boundary: 4 })).toBe(false)
  })
})

it('shows a breach before common mode, that before health, and health before missing evidence', () => {
  const judged = (line: number, outcome: Judged['outcome'], why?: Judged['inconclusive']): Judged => ({
    segment: segment({ key: { span: 'since-update', line } }),
    outcome,
    ...(why !== undefined && { inconclusive: why }),
  })
  const unknown = judged(1, 'inconclusive', 'insufficient')
  const later = judged(2, 'inconclusive', 'insufficient')
  const healthy = judged(3, 'healthy')
  const common = judged(4, 'inconclusive', 'common-mode')
  const gate = judged(7, 'inconclusive', 'gate')
  const breach = judged(5, 'breach')
  expect(worstSegment([unknown, healthy, common, breach, judged(6, 'breach')])).toBe(breach)
  expect(worstSegment([unknown, healthy, common])).toBe(common)
  expect(worstSegment([unknown, healthy, gate])).toBe(gate)
  expect(worstSegment([unknown, healthy, later])).toBe(healthy)
  expect(worstSegment([unknown, later])).toBe(unknown)
})
