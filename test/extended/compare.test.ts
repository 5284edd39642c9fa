import { describe, expect, it } from 'vitest'
import { foldCell } from '../../reports/campaign/comparison.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { runVariants } from '../../scenarios/sweep/compare.ts'

const HOUR_MS = 3_600_000

it('keeps the gates of a scenario that defines its own', async () => {
  const compared = await runVariants(
    {
      scenarios: [findScenario('other-plant')],
      windowsMs: [12 * HOUR_MS],
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

describe('a fault that is silent for twelve hours, on the whole fleet', () => {
  const exposures = async (windowsMs: readonly number[], gates: 'open' | 'plant') => {
    const scenarios = [findScenario('silent-12h')]
    const plan = { scenarios, windowsMs, profiles: ['default'], gates: [gates], seeds: [1] } as const
    const compared = await runVariants(plan, { workers: 1 })
    return compared.map(({ variant, reports }) => foldCell(variant, reports))
  }

  it('costs what the short window of the owner cost', async () => {
    const [short, long] = await exposures([4 * HOUR_MS, 24 * HOUR_MS], 'open')
    // Back to back windows of 4 h: 12 x 17 + 8 x 68 + 4 x 255 = 1,768 device-hours less what installing takes.
    // [source: window-tradeoff]
    expect(short).toMatchObject({ caughtIn: { production: 1 }, meanExposure: { devices: 340, lines: 17 } })
    expect(short?.meanExposure.deviceHours).toBeGreaterThan(1_500)
    expect(short?.meanExposure.deviceHours).toBeLessThan(1_768)
    expect(long).toMatchObject({ caughtIn: { canary: 1 }, meanExposure: { devices: 17 } })
    expect(long?.meanExposure.deviceHours).toBeCloseTo(204, -1)
  })

  it('costs less where shift gates hide a part of it', async () => {
    const [short] = await exposures([4 * HOUR_MS], 'plant')
    // Production waits for its maintenance window: canary and early alone. [source: window-tradeoff]
    expect(short).toMatchObject({ caughtIn: { early: 1 }, meanExposure: { devices: 85 } })
    expect(short?.meanExposure.deviceHours).toBeCloseTo(476, -2)
  })
})
