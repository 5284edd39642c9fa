import { expect, it } from 'vitest'
import { meanOf } from '../../reports/numbers/statistics.ts'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import { releases } from '../../scenarios/sweep/history.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

it('the lead time of promoted releases is 4.0 +- 0.1 days by the calendar', async () => {
  const good = releases().filter(({ faults }) => faults.length === 0)
  const weekday = ({ start }: Scenario): number => new Date(start.atMs).getUTCDay()
  // The calendar determines it: one release per weekday is run, and each good one takes as long as that of its weekday.
  const examples = [1, 2, 3, 4].map((day) => good.find((one) => weekday(one) === day) as Scenario)
  const small = examples.map((scenario) => ({ ...scenario, fleet: { lines: 3, devicesPerLine: 10 } }))
  const days: number[] = []
  for (const scenario of small) {
    const { leadTimeHours } = conclude(scenario, await rehearse(scenario, { seed: 1, level: 'model' }))
    days.push((leadTimeHours as number) / 24)
  }
  const mean = meanOf(good.map((one) => days[weekday(one) - 1] as number)) as number
  expect(good).toHaveLength(21)
  expect(Math.abs(mean - 4)).toBeLessThanOrEqual(0.1) // [source: lead-time, reference-calendar]
})
