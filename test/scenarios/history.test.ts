import { expect, it } from 'vitest'
import { REPORTED } from '../../fixtures/history.ts'
import { renderHistory } from '../../reports/history.ts'
import { playHistory, releases } from '../../scenarios/history.ts'

const DAY_MS = 86_400_000

it('are 23 releases in 14 months, far enough apart, each over the last good one', () => {
  const all = releases()
  expect(all).toHaveLength(23)
  const starts = all.map(({ start }) => start.atMs)
  const gaps = starts.slice(1).map((atMs, i) => (atMs - (starts[i] as number)) / DAY_MS)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4 + 7) // a rollout of 4 days, then a week without one
  expect(((starts.at(-1) as number) - (starts[0] as number)) / DAY_MS).toBeCloseTo(426 * (22 / 23), -1)
  const days = starts.map((atMs) => new Date(atMs).getUTCDay())
  expect(new Set(days)).toEqual(new Set([1, 2, 3, 4]))
  const faulty = all.filter(({ faults }) => faults.length > 0)
  expect(faulty).toHaveLength(2)
  for (const [i, { release }] of all.entries()) {
    const before = all[i - 1]
    if (before === undefined) continue
    const isBad = before.faults.length > 0
    expect(release.replaces).toBe(isBad ? before.release.replaces : before.release.version)
  }
})

it('come out as the plant reports them', async () => {
  const history = await playHistory(1)
  expect(history).toMatchObject({
    releases: REPORTED.releases,
    promoted: { count: REPORTED.promoted },
    rolledBackInCanary: { count: REPORTED.rolledBackInCanary },
    rolledBackLater: 0,
    incidents: { count: REPORTED.incidents, of: 2 },
    falseAlarms: { count: 0, of: 21 },
    undecided: 0,
  })
  expect(Math.abs((history.meanLeadTimeDays as number) - 4)).toBeLessThanOrEqual(0.1) // [design 11]
  expect(history.meanOnsetToAllHealthyMinutes).toBeGreaterThanOrEqual(7)
  expect(history.meanOnsetToAllHealthyMinutes).toBeLessThanOrEqual(8.2)
  // Two of two caught proves little: the interval says so. [detection E4]
  expect(history.incidents.high).toBeGreaterThan(0.5)
  expect(renderHistory(history, REPORTED)).toMatch(/promoted +21 +21 +73\.2 to 97\.6 %/)
}, 120_000)
