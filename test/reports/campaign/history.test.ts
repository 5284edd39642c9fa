import { describe, expect, it } from 'vitest'
import { foldHistory, type ReleaseRow } from '../../../reports/campaign/history.ts'
import { renderHistory, renderReleases } from '../../../reports/text/history-text.ts'
import { REPORTED } from '../../../scenarios/sweep/history-plan.ts'
import { release } from '../fixtures.ts'

const caught = (minutes: number): ReleaseRow =>
  release({
    isFaulty: true,
    outcome: 'rolled-back',
    caughtIn: 'canary',
    leadTimeHours: null,
    onsetToAllHealthyMinutes: minutes,
  })

const times = (count: number, one: ReleaseRow): ReleaseRow[] => Array.from({ length: count }, () => one)
const percent = (share: number | null): number => Math.round((share as number) * 1000) / 10

it('a faulty release that was rolled back before its fault had begun was not caught', () => {
  const history = foldHistory([caught(7), { ...caught(8), falseAlarm: true }])
  expect(history.caught).toMatchObject({ count: 1, of: 2 })
})

describe('the history that the plant reports', () => {
  const history = foldHistory([...times(21, release()), caught(7), caught(8)])

  it('is 21 promoted and 2 rolled back, with the wide intervals of 23 releases', () => {
    // [source: release-history, clopper-pearson]
    expect(history.rolledBackInCanary).toMatchObject({ count: 2, of: 23 })
    expect([percent(history.rolledBackInCanary.low), percent(history.rolledBackInCanary.high)]).toEqual([1.1, 28])
    expect(history.caught).toMatchObject({ count: 2, of: 2, high: 1 })
    expect(percent(history.caught.low)).toBe(15.8)
    expect(history.incidents).toMatchObject({ count: 0, of: 21, low: 0 })
    expect(history.undecided.count + history.falseAlarms.count + history.rolledBackLater.count).toBe(0)
  })

  it('has means with the interval of few values', () => {
    expect(history.leadTimeDays).toMatchObject({ of: 21, mean: 4 })
    const { of, mean, low, high } = history.onsetToAllHealthyMinutes
    expect([of, mean]).toEqual([2, 7.5])
    expect((high as number) - (low as number)).toBeCloseTo(2 * 12.706 * 0.5, 2)
  })

  it('is shown next to what was reported, with the one-sided bound where nothing happened', () => {
    const text = renderHistory(history, REPORTED)
    expect(text).toMatch(/^ {2}promoted +21 +21 of 23 +72\.0 to 98\.9 %$/m)
    expect(text).toMatch(/^ {2}incidents: .+ 0 +0 of 21 +0\.0 to 16\.1 % \(one-sided: at most 13\.3 %\)$/m)
    expect(text).toMatch(/^ {2}faulty, caught .+ 2 of 2 +15\.8 to 100\.0 % \(one-sided: at least 22\.4 %\)$/m)
    expect(text).toMatch(/^ {2}mean onset .+ 7-8 min +7\.50 min +1\.15 to 13\.85 min, of 2$/m)
  })
})

it('counts a faulty release that was promoted as an incident, and what never ended as undecided', () => {
  const history = foldHistory([
    release({ isFaulty: true }),
    release({ outcome: 'rolled-back', caughtIn: 'early', leadTimeHours: null }),
    release({ outcome: 'halted', leadTimeHours: null }),
    release({ outcome: 'refused', leadTimeHours: null }),
    release(),
  ])
  expect(history.incidents).toMatchObject({ count: 1, of: 2 })
  expect(history.caught).toMatchObject({ count: 0, of: 1 })
  expect(history.falseAlarms).toMatchObject({ count: 1, of: 4 })
  expect(history.rolledBackLater).toMatchObject({ count: 1, of: 5 })
  expect(history.undecided).toMatchObject({ count: 2, of: 5 })
  expect(history.onsetToAllHealthyMinutes.mean).toBeNull()
})

it('shows one line per release', () => {
  expect(
    renderReleases([release(), caught(9.474)])
      .split('\n')
      .slice(1),
  ).toEqual([
    '  2.1.0           2.0.0     2025-01-06 13:00  promoted                  4.00 d                     -',
    '  2.1.0 (faulty)  2.0.0     2025-01-06 13:00  rolled-back in canary          -              9.47 min',
  ])
})
