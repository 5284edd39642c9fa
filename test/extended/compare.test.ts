import { expect, it } from 'vitest'
import { foldCell } from '../../reports/campaign/comparison.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { runVariants } from '../../scenarios/sweep/compare.ts'

it('keeps the gates of a scenario that defines its own', async () => {
  const compared = await runVariants(
    {
      scenarios: [findScenario('other-plant')],
      windowsMs: [12 * 3_600_000],
      profiles: ['default'],
      gates: ['plant', 'open'],
      seeds: [1],
    },
    { workers: 1 },
  )
  const [own, open] = compared.map(({ variant, reports }) => foldCell(variant, reports))
  // Monday 14:00 to Saturday 01:00, and then the install. The calendar is that of the scenario other-plant.
  expect(own).toMatchObject({ gates: 'plant' })
  expect(own?.meanLeadTimeHours).toBeCloseTo(107, 0)
  expect(open?.meanLeadTimeHours).toBeLessThan(40)
})
