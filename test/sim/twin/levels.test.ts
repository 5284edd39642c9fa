import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, HEALTH_COMPONENT, HEALTH_SHADOW } from '../../../controller/contract.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../../../scenarios/world/twin-plan.ts'
import type { ServiceName, Services } from '../../../sim/cloud/base/operations.ts'
import { Priority } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import type { Level, LevelEvents } from '../../../sim/twin/level.ts'
import { Twin } from '../../../sim/twin/twin.ts'
import { openWireLevel } from '../../../sim/wire/wire-level.ts'
import { NEW, OLD, runWorld } from '../faults/fixtures.ts'
import { DEVICE_FAULTS } from '../faults/kinds.ts'

const crashing: Scenario = {
  ...findScenario('memory-leak'),
  fleet: { lines: 1, devicesPerLine: 20, noise: 'quiet' },
  faults: [{ kind: 'crash', in: { device: 'line-01-05' }, after: 1_000_000 }],
}
const onBug = (error: unknown): void => {
  throw error
}
const wire = (events: LevelEvents, inFlight: InFlight): Promise<Level> =>
  openWireLevel(events, inFlight, { devices: 20, onCall: () => undefined, onBug })
const model = async (events: LevelEvents, inFlight: InFlight): Promise<Level> => openModelLevel(events, inFlight, onBug)

/** Everything that a client of AWS could read about the fleet after some time. */
async function readAll(open: typeof wire, scenario = crashing) {
  const inFlight = new InFlight()
  const twin = await Twin.open(
    twinPlan(scenario, new Seed(1), fleetOf(scenario)),
    inFlight,
    (events) => open(events, inFlight),
    () => undefined,
  )
  const { clock, cloud } = twin
  twin.start()
  const read = (service: ServiceName, operation: string, input: object): object =>
    (cloud.services as Services)[service]?.[operation]?.(input as never) as object
  const seen: unknown[] = []
  const untilMs = clock.nowMs() + 47 * 60_000 + 12_345
  const canary = fleetOf(scenario).find(({ stage }) => stage === 'canary')?.thing as string
  clock.after(20 * 60_000, () => {
    const components = {
      [FIRMWARE_COMPONENT]: { componentVersion: '2.4.0' },
      [HEALTH_COMPONENT]: { componentVersion: '1.2.0' },
    }
    read('greengrass', 'CreateDeployment', { targetArn: cloud.things.groupArn('canary'), components })
  })
  // The device that is updated, every few seconds: its states in between matter as well.
  for (let atMs = clock.nowMs() + 19 * 60_000; atMs < untilMs; atMs += 7_000) {
    const snapshot = (): void => void seen.push(structuredClone(cloud.shadows.document(canary, HEALTH_SHADOW)))
    clock.at(atMs, snapshot, Priority.schedule)
  }
  await runLockstep({ clock, inFlight, untilMs, isOver: () => false, pace: async () => undefined })
  const { payload } = read('iotdata', 'GetThingShadow', { thingName: 'line-01-03', shadowName: 'health' }) as {
    payload: Uint8Array
  }
  seen.push(JSON.parse(Buffer.from(payload).toString()))
  const { things } = read('iot', 'SearchIndex', { queryString: 'thingName:line-*' }) as { things: { shadow: string }[] }
  seen.push(things.map(({ shadow }) => JSON.parse(shadow)))
  const query = 'shadow.name.health.reported.counters.crashes:2'
  seen.push((read('iot', 'SearchIndex', { queryString: query }) as { things: object[] }).things.length)
  await twin.level.close()
  return seen
}

it('both levels have the same shadows, versions and timestamps for every reader', async () => {
  const [overWire, byModel] = [await readAll(wire), await readAll(model)]
  expect(byModel).toEqual(overWire)
  expect(byModel.slice(-3)).toMatchObject([{ version: 47, state: { reported: { sequence: 47 } } }, {}, 1])
  const states = new Set(
    byModel
      .slice(0, -3)
      .map((document) => (document as { reported: { componentState: string } }).reported.componentState),
  )
  expect(states.size).toBeGreaterThan(2)
})

it('also for devices with recorded telemetry and a fault', async () => {
  const metrics = { cycles: [1.4, 2, 0], cycleTimeMs: [31_000, 30_000], errors: [0.3], memoryMiB: [200, 210] } as const
  const recorded: Scenario = {
    ...crashing,
    faults: [...crashing.faults, { kind: 'error-rise', in: { line: 1 }, factor: 3, onset: 600_000 }],
    recorded: Object.entries(metrics).map(([metric, perMinute]) => ({
      file: 'x.csv',
      in: { fleet: 'all' },
      metric: metric as keyof typeof metrics,
      loop: metric !== 'cycles',
      perMinute,
    })),
  }
  const [overWire, byModel] = [await readAll(wire, recorded), await readAll(model, recorded)]
  expect(byModel).toEqual(overWire)
  expect(byModel).not.toEqual(await readAll(model))
})

describe('both levels run alike', () => {
  // A release and its rollback, over a change of shift, so that a fault that needs load begins meanwhile.
  const common = { hours: 2.5, lines: 2, others: 1, deployments: { 8: NEW, 75: OLD }, start: '2026-03-03T04:00:00Z' }
  it.each(Object.entries(DEVICE_FAULTS))('%s', async (_, faults) => {
    const byModel = await runWorld({ ...common, faults, level: 'model', snapshotEveryMs: 11 * 60_000 })
    const overWire = await runWorld({ ...common, faults, level: 'wire', snapshotEveryMs: 11 * 60_000 })
    expect(byModel.records).toEqual(overWire.records)
    expect(byModel.snapshots).toEqual(overWire.snapshots)
    expect(byModel.shadows).toEqual(overWire.shadows)
    const started = new Set(byModel.records.flatMap((one) => (one.kind === 'fault-started' ? [one.fault] : [])))
    expect(started.size, 'every fault has begun').toBe(faults.length)
  })
})
