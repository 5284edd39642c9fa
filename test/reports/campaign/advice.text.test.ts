import jStat from 'jstat'
import { describe, expect, it } from 'vitest'
import { foldAdvice, type MixedRun, type PlannedStart } from '../../../reports/campaign/advice.ts'
import { betaQuantiles } from '../../../reports/numbers/beta.ts'
import { adviceSentence, renderAdvice } from '../../../reports/text/advice-text.ts'

const { beta } = jStat as unknown as { readonly beta: { inv(p: number, a: number, b: number): number } }

it.each([
  [2.5, 21.5],
  [0.5, 23.5],
  [0.5, 0.5],
  [40, 3],
])('has the quantiles of Beta(%d, %d)', (a, b) => {
  const levels = [0.025, 0.5, 0.975]
  for (const [i, quantile] of betaQuantiles(a, b, levels).entries())
    expect(quantile).toBeCloseTo(beta.inv(levels[i] as number, a, b), 4)
})

const run = (seed: number, caughtAfterHours: number | null, isRefused = false): MixedRun => ({
  seed,
  kind: 'error-rise',
  size: '20%',
  onsetHours: 0,
  caughtAfterHours,
  isRefused,
})
const start = (windowHours: number, leadTimeDays: number, over: Partial<PlannedStart> = {}): PlannedStart => ({
  windowHours,
  leadTimeDays,
  shiftHours: { first: windowHours / 3, second: windowHours / 3, third: windowHours / 3 },
  weekendHours: 0,
  ...over,
})
const HISTORY = { faulty: 2, of: 23 }

describe('advice', () => {
  it('counts what a window has not caught, of all releases by the history', () => {
    const runs = [run(1, 3), run(2, 5), run(3, 20), run(4, null), run(5, null, true)]
    const { risk, windows } = foldAdvice(runs, [start(4, 2), start(24, 4)], HISTORY, 0.01)
    expect(risk.mean).toBeCloseTo(2.5 / 24, 12)
    expect(windows.map(({ windowHours, escaped }) => [windowHours, escaped.count, escaped.of])).toEqual([
      [4, 3, 4],
      [24, 1, 4],
    ])
    expect(windows[0]?.escapedOfAll).toBeCloseTo((2.5 / 24) * 0.75, 12)
  })

  it('recommends the shortest window that sees every shift, where a longer one catches hardly more', () => {
    const blind = start(4, 2, { shiftHours: { first: 0, second: 4, third: 0 } })
    const advice = foldAdvice([run(1, 3), run(2, 5)], [blind, start(24, 4), start(48, 6)], HISTORY, 0.01)
    expect(advice.recommendedHours).toBe(24)
    expect(advice.reasons.map(({ code }) => code)).toEqual([
      'ADVISE_SEES_EVERY_SHIFT',
      'ADVISE_SHORTER_MISSES_SHIFT',
      'ADVISE_SHORTER_LETS_ESCAPE',
      'ADVISE_LONGER_GAINS_LITTLE',
      'ADVISE_NO_WEEKEND',
    ])
    expect(adviceSentence(advice)).toBe(
      'Recommended: 24 h. 24 h see every shift, whenever the rollout starts. 4 h see nothing of the first shift after ' +
        '100.0 % of starts. 4 h let 5.2 % [0.1, 10.3] more of all releases escape canary, and save 2 d. 48 h catch ' +
        '0.0 % [0.0, 8.8] more of all ' +
        'releases, less than the 1.0 % that the policy lets be lost to false rollbacks, and cost 2 d. With 24 h canary ' +
        'has seen no weekend after 100.0 % of starts.',
    )
    expect(renderAdvice(advice, ['so it is assumed'])).toContain('Beta(2.5, 21.5), Jeffreys')
  })

  it('recommends a longer window that catches more than the policy lets be lost', () => {
    const runs = [run(1, 3), run(2, 30), run(3, 40), run(4, null)]
    expect(foldAdvice(runs, [start(24, 4), start(48, 6)], HISTORY, 0.01).recommendedHours).toBe(48)
    // A plant that has hardly had a faulty release does not wait for it.
    expect(foldAdvice(runs, [start(24, 4), start(48, 6)], { faulty: 0, of: 100 }, 0.01).recommendedHours).toBe(24)
  })

  it('says so where no window sees every shift', () => {
    const blind = start(4, 2, { shiftHours: { first: 0, second: 4 } })
    const { reasons, recommendedHours } = foldAdvice([run(1, 3)], [blind], HISTORY, 0.01)
    expect(recommendedHours).toBe(4)
    expect(reasons[0]).toEqual({
      code: 'ADVISE_SEES_NOT_EVERY_SHIFT',
      data: { windowHours: 4, shift: 'first', share: 1 },
    })
  })
})
