import { describe, expect, it } from 'vitest'
import { judgeOutput } from '../../../controller/judge/output.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import type { Finding } from '../../../controller/judge/verdict.ts'
import { type CaseOptions, LINES, oneCase } from './one-case.ts'

const findingOf = (one: RuleInput): Finding => judgeOutput(one)[0] as Finding

/** What the canary of each line makes, as a share of what it should. */
const judged = (shareOf: (line: number) => number, options: CaseOptions = {}) =>
  findingOf(oneCase({ stage: (line) => ({ cycles: 100 * shareOf(line), units: 100 * shareOf(line) }), ...options }))

it('is healthy where as much is made as ever, or more', () => {
  expect(judged(() => 1)).toMatchObject({ rule: 'output', outcome: 'healthy', observed: 0, limit: 10, n: LINES })
  expect(judged(() => 2)).toMatchObject({ outcome: 'healthy', observed: -100 })
})

it.each([0, 0.01, 0.5, 0.8])('is a breach where every machine makes %d of what it should', (share) => {
  expect(judged(() => share)).toMatchObject({
    outcome: 'breach',
    observed: expect.closeTo((1 - share) * 100, 6),
    reason: { code: 'OUTPUT_DECREASE', data: { made: 'cycles', hasControls: true } },
  })
})

it('is more certain the more is lost, up to all', () => {
  const values = [0.85, 0.6, 0.3, 0.01, 0].map((share) => judged(() => share).statistic?.value as number)
  expect(values).toEqual([...values].sort((a, b) => a - b))
})

it('sees units that are not made by cycles that are', () => {
  expect(judged(() => 1, { stage: () => ({ units: 40 }) })).toMatchObject({
    outcome: 'breach',
    observed: expect.closeTo(60, 6),
    reason: { data: { made: 'units' } },
  })
})

describe('of single lines', () => {
  it('holds where one station stands, which may have broken down', () => {
    expect(judged((line) => (line === 4 ? 0 : 1))).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'gate',
      line: 4,
    })
  })

  it('is a breach where two stand at the same time', () => {
    expect(judged((line) => (line === 4 || line === 9 ? 0 : 1))).toMatchObject({
      outcome: 'breach',
      reason: { data: { lines: [4, 9] } },
    })
  })
})

describe('beside the controls', () => {
  const standing = { cycles: 0, units: 0 }

  it('is no breach where a line stands with its controls', () => {
    const options = { stage: () => ({ cycles: 50, units: 50 }), controls: () => ({ cycles: 950, units: 950 }) }
    expect(judged(() => 1, options)).toMatchObject({ outcome: 'healthy', observed: 0 })
  })

  it('is no health either where the whole plant stands', () => {
    expect(judged(() => 0, { controls: () => standing })).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'common-mode',
    })
  })

  it('only holds without any, since the plant may stand', () => {
    expect(judged(() => 0, { hasControls: false })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate' })
  })

  it('asks for more where the controls themselves scatter widely', () => {
    const one = oneCase({ stage: () => ({ cycles: 80, units: 80 }) })
    const [evaluation] = one.evidence.evaluations
    const wild = { squares: 306 * 0.9 ** 2, degrees: 306 }
    const evaluations = [{ ...(evaluation as NonNullable<typeof evaluation>), outputNoise: wild }]
    expect(findingOf(one).outcome).toBe('breach')
    expect(findingOf({ ...one, evidence: { ...one.evidence, evaluations } }).outcome).toBe('healthy')
  })
})

it('finds nothing where nothing is expected', () => {
  const nothing = { expectedCycles: 0, expectedUnits: 0, expectedReadings: 0, cycles: 0, units: 0 }
  expect(judgeOutput(oneCase({ stage: () => nothing }))).toEqual([])
})
