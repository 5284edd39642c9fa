import { expect, it } from 'vitest'
import { judgeCycleTime } from '../../../controller/rules/cycle-time.ts'
import { type CaseOptions, oneCase } from './one-case.ts'

const NORMAL_MS = 3_600_000
const judged = (factorOf: (line: number) => number, options: CaseOptions = {}) =>
  judgeCycleTime(oneCase({ stage: (line) => ({ cycleMs: NORMAL_MS * factorOf(line) }), ...options }))

it('is a breach where every line is 12 % slower, and stays one when a line is much slower still', () => {
  expect(judged(() => 1.12)).toMatchObject({ outcome: 'breach', n: 17 })
  expect(judged((line) => (line === 1 ? 5 : 1.12))).toMatchObject({ outcome: 'breach' })
})

it('is a breach of the one line that is three times slower, which moves the mean by less than a tenth', () => {
  const finding = judged((line) => (line === 4 ? 3 : 1))
  expect(finding).toMatchObject({ outcome: 'breach', line: 4 })
  expect(finding.observed).toBeCloseTo(200, 6)
})

// The arrays that a well-known judge passes: its canary and its control. [detection B6: spinnaker #6278, kayenta #780]
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

it('says by which statistic, and what that had to reach', () => {
  const { statistic } = judged(() => 1.12)
  expect(statistic?.name).toBe('msprt')
  expect(statistic?.value).toBeGreaterThan(statistic?.boundary as number)
})

it('finds a change by its run where the whole time and the window are not yet above the limit', () => {
  const one = oneCase({ stage: () => ({ cycleMs: NORMAL_MS * 1.05 }) })
  const run = { ...one.evidence.runs.cycleTime, sum: 40, looks: 6, effects: 6 * Math.log(1.15) }
  const changed = (sum: number) => {
    const runs = { ...one.evidence.runs, cycleTime: { ...run, sum } }
    return judgeCycleTime({ ...one, evidence: { ...one.evidence, runs } })
  }
  expect(changed(40)).toMatchObject({ outcome: 'breach', statistic: { name: 'cusum' } })
  expect(changed(40).observed).toBeCloseTo(15, 6)
  expect(changed(10).outcome).toBe('healthy')
})

it('says that it had history only where no controls are left', () => {
  expect(judged(() => 1, { hasControls: false }).reason).toContain('no controls, history only')
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
  expect(judged(() => 1.12, { hasControls: false }).outcome).toBe('breach')
  const one = oneCase({ stage: () => ({ cycleMs: NORMAL_MS * 1.12 }), hasControls: false })
  expect(judgeCycleTime({ ...one, baseline: { ...one.baseline, cycleTimeSpread: 0.3 } }).outcome).toBe('healthy')
})
