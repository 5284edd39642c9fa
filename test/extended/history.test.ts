import { expect, it } from 'vitest'
import { foldHistory, type ReleaseRow, releaseRow } from '../../reports/campaign/history.ts'
import { meanOf } from '../../reports/numbers/statistics.ts'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import { releases } from '../../scenarios/sweep/history.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

/** What many histories of the plant come to; a short one is part of `npm test`. */
const HISTORIES = 20

it('the lead time of promoted releases is 4.0 +- 0.1 days by the calendar', async () => {
  const good = releases().filter(({ faults }) => faults.length === 0)
  const weekday = ({ start }: Scenario): number => new Date(start.atMs).getUTCDay()
  // The calendar determines it: one release per weekday is run, and each good one takes as long as that of its weekday.
  const examples = [1, 2, 3, 4].map((day) => good.find((one) => weekday(one) === day) as Scenario)
  const small = examples.map((scenario) => ({
    ...scenario,
    fleet: { lines: 3, devicesPerLine: 10, noise: 'quiet' as const },
  }))
  const days: number[] = []
  for (const scenario of small) {
    const { leadTimeHours } = conclude(scenario, await rehearse(scenario, { seed: 1, level: 'model' }))
    days.push((leadTimeHours as number) / 24)
  }
  const mean = meanOf(good.map((one) => days[weekday(one) - 1] as number)) as number
  expect(good).toHaveLength(21)
  expect(Math.abs(mean - 4)).toBeLessThanOrEqual(0.1) // [source: lead-time, reference-calendar]
})

it('faulty releases are caught in canary, healthy again after 7 to 8.2 minutes on average', async () => {
  const faulty = releases().filter(({ faults }) => faults.length > 0)
  // Canaries are what counts: one per line on all 17 lines.
  const small = faulty.map((scenario) => ({
    ...scenario,
    fleet: { lines: 17, devicesPerLine: 3, noise: 'quiet' as const },
  }))
  const rows: ReleaseRow[] = []
  for (let seed = 1; seed <= HISTORIES; seed++) {
    for (const scenario of small) {
      const report = conclude(scenario, await rehearse(scenario, { seed, level: 'model' }))
      rows.push(releaseRow({ version: '', replaces: '', isFaulty: true }, report))
    }
  }
  const history = foldHistory(rows)
  expect(history.caught).toMatchObject({ count: 2 * HISTORIES, of: 2 * HISTORIES })
  const { mean } = history.onsetToAllHealthyMinutes
  expect(mean).toBeGreaterThanOrEqual(7) // [source: rollback-latency]
  expect(mean).toBeLessThanOrEqual(8.2)
})
