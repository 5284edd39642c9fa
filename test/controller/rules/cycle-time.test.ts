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

// The blind spot of a well-known judge: 7 of 10 values a hundred times the baseline passed. [detection B6]
it('is a breach where 7 of 10 lines are a hundred times slower', () => {
  expect(judged((line) => (line % 10 < 7 ? 100 : 1)).outcome).toBe('breach')
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
