import { expect, it } from 'vitest'
import { HEALTH_SHADOW } from '../../../controller/contract.ts'
import { fleetSchema } from '../../../scenarios/files/fleet-file.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../../../scenarios/world/twin-plan.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import { Twin } from '../../../sim/twin/twin.ts'

const STILL = { name: 'all', from: '06:00', to: '06:00', volume: '0 %', cycleTime: '30s' }

it('each line has its own shifts, cycle times and noise', async () => {
  const quiet = { preset: 'quiet', lineEffect: '0 %', deviceEffect: '0 %' }
  const lines = [
    {},
    { cycleTime: '10s' },
    { shifts: [STILL] },
    { noise: { errorsPerDeviceHour: 60, outages: { line: { every: '30min', median: '3min' } } } },
  ]
  const scenario = { ...findScenario('healthy'), fleet: fleetSchema.parse({ lines, devicesPerLine: 8, noise: quiet }) }
  const inFlight = new InFlight()
  const onBug = (error: unknown): void => {
    throw error
  }
  const open = async (events: Parameters<typeof openModelLevel>[0]) => openModelLevel(events, inFlight, onBug)
  const twin = await Twin.open(twinPlan(scenario, new Seed(1), fleetOf(scenario)), inFlight, open, () => undefined)
  twin.start()
  const untilMs = twin.clock.nowMs() + 3 * 3_600_000
  await runLockstep({ clock: twin.clock, inFlight, untilMs, isOver: () => false, pace: async () => undefined })
  twin.trace.flush()
  const errorsOf = (line: number): number => reportOf(line).counters.errors ?? 0
  const reportOf = (line: number) =>
    twin.cloud.shadows.document(`line-0${line}-01`, HEALTH_SHADOW)?.reported as unknown as {
      readonly counters: Readonly<Record<string, number>>
    }
  const [first, second, third] = [1, 2, 3].map((line) => reportOf(line).counters)
  // Ten minutes of the first shift at 30 s per cycle, then 70 % of volume at 36 s; a minute may belong to either shift.
  expect(Math.abs((first?.cycles ?? 0) - (10 / 0.5 + (170 * 0.7) / 0.6))).toBeLessThan(2)
  expect(Math.abs((second?.cycles ?? 0) - (10 + 170 * 0.7) * 6)).toBeLessThan(4)
  expect(third).toMatchObject({ cycles: 0, errors: 0 })
  expect(errorsOf(4)).toBeGreaterThan(10 * errorsOf(1))
  const away = twin.trace.records.flatMap((record) => (record.kind === 'plant-outage' ? [record.name] : []))
  expect(new Set(away)).toEqual(new Set(['4']))
})
