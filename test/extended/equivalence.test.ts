import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { type FaultSpec, faultSchema } from '../../sim/faults/catalogue.ts'
import { expectSame } from '../scenarios/world/both-levels.ts'
import { METRICS } from '../sim/faults/fixtures.ts'
import { DEVICE_FAULTS } from '../sim/faults/kinds.ts'

const HOUR_MS = 3_600_000

/** The wire costs by the message, so that the fleet is as small as stages of several devices let it be. */
const small = (scenario: Scenario): Scenario => ({
  ...scenario,
  fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' as const },
})

describe('wire and model decide the same', () => {
  it('healthy, which passes all three stages in their deployment windows', async () => {
    const scenario = findScenario('healthy')
    const report = await expectSame({
      ...scenario,
      fleet: { lines: 1, devicesPerLine: 10, noise: 'quiet' as const },
      expect: { ...scenario.expect, stages: {} },
    })
    expect(report.expectation.failures).toEqual([])
    expect(report.invariants.violated).toEqual([])
    expect(report.stages.map(({ updated }) => updated)).toEqual([1, 2, 7])
    expect(report.leadTimeHours).toBeGreaterThan(60) // Thursday 14:00 to Sunday 02:00
    expect(report.leadTimeHours).toBeLessThan(60.3)
  })

  it('noisy-network', async () => {
    await expectSame(small(findScenario('noisy-network')), { untilMs: 12 * HOUR_MS })
  })

  it.each(['offline-canary', 'flapping-line'] as const)(
    '%s, disconnected in the middle of the update',
    async (name) => {
      const scenario = findScenario(name)
      const faults = scenario.faults.map((fault) => ({ ...fault, from: 12 * 60_000 })) as FaultSpec[]
      await expectSame(small({ ...scenario, faults }), { untilMs: 12 * HOUR_MS })
    },
  )

  it('recorded-line, with every metric of the recording', async () => {
    expect((await expectSame(small(findScenario('recorded-line')))).outcome).toBe('rolled-back')
  })

  it('other-plant, with shifts on half hours and a policy of its own', async () => {
    await expectSame(findScenario('other-plant'), { untilMs: 12 * HOUR_MS })
  })

  it('devices held back from production, put back by a rollback', async () => {
    const abort: FaultSpec = {
      kind: 'operator',
      do: 'abort',
      at: 5.5 * HOUR_MS,
      by: 'jo',
      reason: 'to see what happens',
    }
    const policy = { window: 2 * HOUR_MS, gates: 'open', holdback: true } as const
    const report = await expectSame({ ...small(findScenario('healthy')), policy, faults: [abort], expect: {} })
    expect(report).toMatchObject({ outcome: 'rolled-back', exposure: { devices: 18 }, invariants: { violated: [] } })
  })

  it('cycle-drift, detected by the cycle time from its twelfth hour on', async () => {
    const scenario = {
      ...findScenario('cycle-drift'),
      fleet: { lines: 3, devicesPerLine: 10, noise: 'quiet' as const },
    }
    const report = await expectSame({ ...scenario, expect: { ...scenario.expect, exposed: undefined } })
    expect([...report.expectation.failures, ...report.invariants.violated]).toEqual([])
    expect([report.detection.by, report.exposure.devices]).toEqual(['cycle-time', 3])
  })

  it('the whole fleet on one connection', async () => {
    await expectSame(findScenario('crash-on-start'), { connections: 'multiplexed' })
  })
})

describe('wire and model decide the same with every fault of a device, under the real controller', () => {
  // Two stations per stage and line 1's canary among them; short windows, so that promotions and rollbacks both come.
  it.each(Object.entries(DEVICE_FAULTS))('%s', async (_, faults) => {
    const base = findScenario('healthy')
    await expectSame(
      {
        ...base,
        fleet: { lines: 2, devicesPerLine: 7, metrics: METRICS },
        start: { atMs: Date.parse('2026-03-03T03:00:00Z'), zone: 'Europe/Berlin' },
        policy: { window: HOUR_MS, gates: 'open' },
        faults: faults.map((fault) => faultSchema.parse(fault)),
        expect: {},
      },
      { untilMs: 4 * HOUR_MS },
    )
  })
})
