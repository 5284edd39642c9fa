import { DeleteThingCommand, DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot'
import {
  GetThingShadowCommand,
  IoTDataPlaneClient,
  ListNamedShadowsForThingCommand,
} from '@aws-sdk/client-iot-data-plane'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import type { RehearsalOptions, RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { fleetOf } from '../../../scenarios/world/twin-plan.ts'
import type { Cloud } from '../../../sim/cloud/cloud.ts'
import { type FaultSpec, faultSchema } from '../../../sim/faults/catalogue.ts'
import { Twin } from '../../../sim/twin/twin.ts'

const HOUR_MS = 3_600_000

const small: Scenario = { ...findScenario('healthy'), fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' } }

const deviceOf = (wanted: string): string => fleetOf(small).find(({ stage }) => stage === wanted)?.thing as string
const DEVICE = deviceOf('production')
const CANARY = deviceOf('canary')

type Iot = Cloud['services']['iot']

/** What a client from outside does, by hours after the start. */
type Deeds<Client> = Readonly<Record<number, (iot: Client) => unknown>>

afterEach(() => vi.restoreAllMocks())

/** The hook of a rehearsal that does each deed when it is due, between two instants of virtual time. */
function hold<Client>(deeds: Deeds<Client>, clientOf: () => Client): NonNullable<RehearsalOptions['hold']> {
  const due = new Map(Object.entries(deeds).map(([hour, deed]) => [small.start.atMs + Number(hour) * HOUR_MS, deed]))
  return async (atMs) => {
    for (const [dueAtMs, deed] of due) {
      if (dueAtMs > atMs) continue
      due.delete(dueAtMs)
      await deed(clientOf())
    }
  }
}

async function playShift(deeds: Deeds<Iot>, faults: readonly FaultSpec[] = []): Promise<RehearsalResult> {
  const opened = vi.spyOn(Twin, 'open')
  let iot: Iot | null = null
  const clientOf = (): Iot => iot as Iot
  const holding = hold(deeds, clientOf)
  const settled = async (atMs: number): Promise<void> => {
    const twin = (await opened.mock.results[0]?.value) as Twin
    iot ??= twin.cloud.services.iot
    await holding(atMs)
  }
  return rehearse({ ...small, faults: [...faults] }, { seed: 1, level: 'model', untilMs: 10 * HOUR_MS, hold: settled })
}

const deleteThing = (thingName: string) => (iot: Iot) => iot.DeleteThing({ thingName })
const deleteGroup = (thingGroupName: string) => (iot: Iot) => iot.DeleteThingGroup({ thingGroupName })
const deleteEverything = (iot: Iot): void => {
  for (const { thingName } of iot.ListThings({}).things ?? []) iot.DeleteThing({ thingName })
  for (const group of ['canary', 'early', 'production', 'holdback']) deleteGroup(group)(iot)
}
const nest = (iot: Iot): void => {
  iot.CreateThingGroup({ thingGroupName: 'site' })
  iot.CreateThingGroup({ thingGroupName: 'hall', parentGroupName: 'site' })
  iot.UpdateThingGroupsForThing({ thingName: DEVICE, thingGroupsToAdd: ['hall'] })
}
const fillGroups = (iot: Iot): void => {
  for (let i = 0; i < 9; i++) {
    iot.CreateThingGroup({ thingGroupName: `more-${i}` })
    iot.AddThingToThingGroup({ thingName: DEVICE, thingGroupName: `more-${i}` })
  }
}

describe('a rehearsal goes on when a client from outside', () => {
  it.each<[string, Deeds<Iot>]>([
    ['deletes a device', { 1: deleteThing(DEVICE) }],
    [
      'deletes a canary and makes it again',
      { 1: deleteThing(CANARY), 3: (iot) => iot.CreateThing({ thingName: CANARY }) },
    ],
    ['deletes the canary group', { 1: deleteGroup('canary') }],
    ['deletes the production group', { 1: deleteGroup('production') }],
    ['deletes everything', { 2: deleteEverything }],
    ['moves a device into a hierarchy', { 1: nest }],
  ])('%s', async (_, deeds) => {
    const { facts } = await playShift(deeds)
    expect(facts.endedAtMs).toBeGreaterThan(small.start.atMs + HOUR_MS)
  })

  it.each<[string, Deeds<Iot>]>([
    ['deletes what a fault moves', { 1: deleteThing(DEVICE) }],
    ['deletes where a fault moves it to', { 1: deleteGroup('early') }],
    ['leaves no group for a fault', { 1: fillGroups }],
  ])('%s', async (_, deeds) => {
    const faults = [
      { kind: 'wrong-group', device: DEVICE, group: 'early', at: '2h', for: '2h' },
      { kind: 'offline', in: { line: 1 }, from: '3h', for: '1h' },
      { kind: 'stale-index', behind: '12min', from: '30min' },
    ].map((spec) => faultSchema.parse(spec))
    const { facts, records } = await playShift(deeds, faults)
    expect(facts.endedAtMs).toBeGreaterThan(small.start.atMs + HOUR_MS)
    const joined = records.filter((one) => one.kind === 'membership-changed' && one.change === 'added')
    expect(joined).toEqual([])
  })
})

it('a deleted device reconnects and reports over MQTT; its shadow is at the announced endpoint', async () => {
  const config = { region: 'eu-central-1', credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' } }
  let iot: IoTClient | null = null
  const seen: unknown[] = []
  const deed = async (client: IoTClient): Promise<void> => {
    await client.send(new DeleteThingCommand({ thingName: DEVICE }))
    const { endpointAddress } = await client.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))
    const data = new IoTDataPlaneClient({ ...config, endpoint: `http://${endpointAddress}` })
    seen.push((await data.send(new ListNamedShadowsForThingCommand({ thingName: DEVICE }))).results)
  }
  const faults = [faultSchema.parse({ kind: 'offline', in: { device: DEVICE }, from: '65min', for: '10min' })]
  // Samples that the device has reported since it came back.
  const samples = async (client: IoTClient): Promise<void> => {
    const { endpointAddress } = await client.send(new DescribeEndpointCommand({}))
    const data = new IoTDataPlaneClient({ ...config, endpoint: `http://${endpointAddress}` })
    const { payload } = await data.send(new GetThingShadowCommand({ thingName: DEVICE, shadowName: 'health' }))
    seen.push(JSON.parse(Buffer.from(payload as Uint8Array).toString()).version)
  }
  const { facts } = await rehearse(
    { ...small, faults },
    {
      seed: 1,
      level: 'wire',
      untilMs: 2 * HOUR_MS,
      onListening: ({ httpUrl }) => {
        iot = new IoTClient({ ...config, endpoint: httpUrl })
      },
      hold: hold<IoTClient>({ 1: deed, 1.5: samples, 1.75: samples }, () => iot as IoTClient),
    },
  )
  expect(facts.endedAtMs).toBe(small.start.atMs + 2 * HOUR_MS)
  const [shadows, before, after] = seen as [string[], number, number]
  expect(shadows).toEqual(['health'])
  expect(after).toBeGreaterThan(before)
})
