import { describe, expect, it } from 'vitest'
import type { Report } from '../../../reports/run/report.ts'
import { verdictOf } from '../../../reports/run/verdict.ts'

type Judged = Parameters<typeof verdictOf>[0]
const item = (what: string, met: boolean) => ({ what, expected: 'x', actual: 'y', met })
const run = (outcome: Report['outcome'], over: Partial<Judged> = {}): Judged => ({
  outcome,
  falseAlarm: false,
  expectation: { met: true, failures: [], checked: [] },
  invariants: { checked: [], violated: [], undecided: [] },
  ...over,
})
const expecting = (...checked: ReturnType<typeof item>[]): Pick<Judged, 'expectation'> => ({
  expectation: { met: checked.every(({ met }) => met), failures: [], checked },
})

describe('the verdict', () => {
  it.each([
    ['promoted', false, 'met'],
    ['rolled-back', false, 'met'],
    ['rolled-back', true, 'not-met'],
    ['rolled-back', null, 'undecided'],
    ['refused', false, 'not-met'],
    ['halted', false, 'undecided'],
    ['inconclusive', false, 'undecided'],
  ] as const)('without an expectation: %s, false alarm %s: %s', (outcome, falseAlarm, verdict) => {
    expect(verdictOf(run(outcome, { falseAlarm }))).toBe(verdict)
  })

  it.each([
    ['halted', [item('outcome', true)], 'met'],
    ['halted', [item('outcome', false)], 'undecided'],
    ['halted', [item('outcome', true), item('exposed devices', false)], 'not-met'],
    ['inconclusive', [item('outcome', false)], 'undecided'],
    ['refused', [item('outcome', true), item('code', true)], 'met'],
    ['refused', [item('outcome', true), item('code', false)], 'not-met'],
    ['promoted', [item('outcome', false)], 'not-met'],
  ] as const)('with one: %s, %j: %s', (outcome, items, verdict) => {
    expect(verdictOf(run(outcome, expecting(...items)))).toBe(verdict)
  })

  it('is not met after a false alarm that nobody expected, whatever else is expected', () => {
    const falseAlarm = true
    expect(verdictOf(run('rolled-back', { falseAlarm, ...expecting(item('outcome', true)) }))).toBe('not-met')
    const both = expecting(item('outcome', true), item('falseAlarm', true))
    expect(verdictOf(run('rolled-back', { falseAlarm, ...both }))).toBe('met')
  })

  it('is not met where an invariant was violated', () => {
    const violated = [{ code: 'X', data: {}, text: 'x' }]
    expect(verdictOf(run('promoted', { invariants: { checked: ['X'], violated, undecided: [] } }))).toBe('not-met')
  })
})
