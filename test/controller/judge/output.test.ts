import { describe, expect, it } from 'vitest'
import { type EvaluationSums, type Sums, totalOf } from '../../../controller/evidence/sums.ts'
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

/** Evaluations of five minutes in which canaries make so much, with stations that stand for a twelfth of the time. */
function evaluationsOf(
  shares: readonly ((line: number) => number)[],
  { controls = 1, options = {} }: { controls?: number; options?: CaseOptions } = {},
): RuleInput {
  const part = (whole: Partial<Sums>, share: number) =>
    Object.fromEntries(
      Object.entries(whole).map(([key, value]) => {
        const isMade = key === 'cycles' || key === 'units'
        const isReading = key === 'readings' || key === 'expectedReadings'
        return [key, isReading ? value : (value / 12) * (isMade ? share : 1)]
      }),
    )
  const [hour] = oneCase(options).evidence.evaluations as readonly EvaluationSums[]
  const evaluations = shares.map((shareOf, i): EvaluationSums => {
    const lines = (hour as EvaluationSums).lines.map((own) => ({
      ...own,
      stage: part(own.stage, shareOf(own.line)) as unknown as Sums,
      controls: part(own.controls, own.line === 4 ? controls : 1) as unknown as Sums,
    }))
    const wild = { squares: 306 * 0.25 ** 2, degrees: 306 }
    return { ...(hour as EvaluationSums), atMs: i * 300_000, lines, total: totalOf(lines), outputNoise: wild }
  })
  const one = oneCase(options)
  return { ...one, evidence: { ...one.evidence, evaluations } }
}

const all = () => 1
const none = () => 0
const line4 = (line: number) => (line === 4 ? 0 : 1)

describe('on a plant whose stations often stand', () => {
  it('is a breach at the first evaluation in which no machine of the stage makes anything', () => {
    expect(findingOf(evaluationsOf([all, all, all, none]))).toMatchObject({
      outcome: 'breach',
      statistic: { name: 'bounded-mean' },
      reason: { data: { segment: { span: 'latest-evaluation' }, decreasePct: 100 } },
    })
  })

  it('is none where a third of them stands at once', () => {
    const third = (line: number) => (line % 3 === 0 ? 0 : 1)
    expect(findingOf(evaluationsOf([all, all, all, third])).outcome).toBe('healthy')
  })

  it('is none at one evaluation on few lines, of which all may stand', () => {
    expect(findingOf(evaluationsOf([all, all, all, none], { options: { lines: 4 } })).outcome).toBe('healthy')
  })

  it('holds once a line has made nothing for twenty minutes, and no longer once it makes something', () => {
    const stands = [all, line4, line4, line4, line4]
    expect(findingOf(evaluationsOf(stands))).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'gate',
      line: 4,
      statistic: { name: 'standing', value: 20, boundary: 20 },
      reason: { data: { segment: { span: 'change-point', evaluations: 4 }, lines: [4] } },
    })
    expect(findingOf(evaluationsOf(stands.slice(0, -1))).outcome).toBe('healthy')
    expect(findingOf(evaluationsOf([...stands, all])).outcome).toBe('healthy')
  })

  it('holds as well where the line has no controls, and not while they stand, too', () => {
    const stands = [all, line4, line4, line4, line4]
    expect(findingOf(evaluationsOf(stands, { options: { hasControls: false } })).inconclusive).toBe('gate')
    expect(findingOf(evaluationsOf(stands, { controls: 0 })).outcome).toBe('healthy')
  })

  it('is not kept from holding by an evaluation that the line did not report at', () => {
    const one = evaluationsOf([all, line4, line4, line4, line4, line4])
    const { evaluations } = one.evidence
    const silent = evaluations.map((own, i) =>
      i === 3 ? { ...own, lines: own.lines.filter(({ line }) => line !== 4) } : own,
    )
    expect(findingOf({ ...one, evidence: { ...one.evidence, evaluations: silent } }).inconclusive).toBe('gate')
  })
})

it('takes one control a line for as changeable as its mean allows', () => {
  const one = evaluationsOf([all, all, all, (line) => (line % 3 === 0 ? 0 : 1)])
  const alone = (madeOf: number): Finding => {
    const evaluations = one.evidence.evaluations.map((own) => ({
      ...own,
      outputNoise: { squares: 0, degrees: 0 },
      total: { ...own.total, controls: { ...own.total.controls, cycles: madeOf * own.total.controls.expectedCycles } },
    }))
    return findingOf({ ...one, evidence: { ...one.evidence, evaluations } })
  }
  expect(alone(1).outcome).toBe('breach')
  expect(alone(0.92).outcome).toBe('healthy')
})

it('finds nothing where nothing is expected', () => {
  const nothing = { expectedCycles: 0, expectedUnits: 0, expectedReadings: 0, cycles: 0, units: 0 }
  expect(judgeOutput(oneCase({ stage: () => nothing }))).toEqual([])
})
