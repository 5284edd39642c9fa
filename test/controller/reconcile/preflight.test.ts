import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, type HealthGauges, type StageName } from '../../../controller/contract.ts'
import type { Refusal } from '../../../controller/messages/refusals.ts'
import type { DeviceReading } from '../../../controller/ports/ports.ts'
import { type Findings, preflight } from '../../../controller/reconcile/preflight.ts'
import { STAGES } from '../../seed-stages.ts'
import { baselineOf, Plant, START_MS, sample } from '../fixtures.ts'
import { policy, release } from '../world.ts'

/** Station 0 of a line is its canary, 1 its early device, 2 to 4 are production. */
const plant = new Plant(START_MS - policy.baselineMs, { lines: 2, perLine: 5 })
const baseline = baselineOf(plant, policy)
const spec = {
  deploymentName: 'x',
  components: { [FIRMWARE_COMPONENT]: { componentVersion: '2.3.1' } },
}
const readings = plant.things.map((thing) => ({
  thing,
  groups: [STAGES[Math.min(Number(thing.split('-')[2]), 2)] as string],
  line: plant.lineOf[thing] as number,
  attributes: {},
  connected: true,
  sample: sample(),
}))
/** The fleet with some devices that are otherwise. */
const withDevices = (over: Readonly<Record<string, Partial<DeviceReading>>>): Pick<Findings, 'readings'> => ({
  readings: readings.map((one) => ({ ...one, ...over[one.thing] })),
})
const withGauges = (over: Partial<HealthGauges>): Pick<Findings, 'readings'> =>
  withDevices({ 'line-1-0': { sample: sample({ gauges: { ...sample().gauges, ...over } }) } })
const without = (...things: string[]): Pick<Findings, 'readings'> => ({
  readings: readings.filter(({ thing }) => !things.includes(thing)),
})
const silent = (...things: string[]): Pick<Findings, 'readings'> =>
  withDevices(Object.fromEntries(things.map((thing) => [thing, { sample: null }])))
/** A week in which only so many of the ten devices were seen. */
const seen = (devices: number): Pick<Findings, 'baseline'> => ({
  baseline: { ...baseline, devices: Object.fromEntries(Object.entries(baseline.devices).slice(0, devices)) },
})
const good: Findings = {
  release,
  policy,
  nowMs: START_MS,
  activeRollout: null,
  readings,
  current: { canary: spec, early: spec, production: spec },
  deployable: [{ component: FIRMWARE_COMPONENT, version: '2.4.0', isDeployable: true }],
  baseline,
  mayHoldBack: true,
}

const migration = { component: 'com.plant.DataMigration', version: '1.0.0' }
const breaking = { ...release, previous: { ...release.previous, data: { writes: 3, reads: [2, 3, 4] } } }
const holding = { ...policy, holdback: true }

describe('preflight', () => {
  it.each<[string, Partial<Findings>]>([
    ['a good release', {}],
    ['a breaking change that has a migration', { release: { ...breaking, migration } }],
    [
      'a release that writes the older shadow, and reads the newer one only',
      { release: { ...release, shadow: { writes: '1.0', reads: ['2.0'] } } },
    ],
    ['a line with an early device more than a fifth', withDevices({ 'line-1-2': { groups: ['early'] } })],
    ['a line with one less', withDevices({ 'line-1-1': { groups: ['production'] } })],
    ['a device with 25 % of its memory free', withGauges({ memoryMiB: 75, memoryLimitMiB: 100 })],
    ['a device with 20 MiB of its disk free', withGauges({ diskFreeMiB: 20 })],
    ['a baseline of 70 %', seen(7)],
    ['a device in a group that is no stage', withDevices({ 'line-1-0': { groups: ['canary', 'night-watch'] } })],
    ['a policy that holds devices back', { policy: holding }],
  ])('finds nothing against %s', (_, over) => {
    expect(preflight({ ...good, ...over })).toEqual([])
  })

  const SHADOW = (reader: string, writer: string, written: string): Refusal => ({
    code: 'BREAKING_SHADOW_CHANGE',
    data: { changes: [{ reader, writer, written }] },
  })
  const DATA = (reader: string, writer: string, written: string): Refusal => ({
    code: 'BREAKING_DATA_CHANGE',
    data: { changes: [{ reader, writer, written }] },
  })
  const quorum = (stage: StageName, reporting: number, members: number, needed: number): Refusal => ({
    code: 'STAGE_BELOW_QUORUM',
    data: { stages: [{ stage, reporting, members, quorum: needed }] },
  })
  const onOther = (expected: string, ...stages: { stage: StageName; version: string | null }[]): Refusal => ({
    code: 'GROUP_ON_OTHER_VERSION',
    data: { stages, expected },
  })
  const EARLY_EMPTY: Refusal = { code: 'GROUP_EMPTY', data: { stages: ['early'] } }
  const STATED: Refusal = { code: 'PREVIOUS_SCHEMAS_MISSING', data: { replaces: '2.3.1' } }

  it.each<[string, Partial<Findings>, readonly Refusal[]]>([
    ['another rollout', { activeRollout: 'r-1' }, [{ code: 'ROLLOUT_ACTIVE', data: { rolloutId: 'r-1' } }]],
    [
      'another version in place',
      { release: { ...release, replaces: '2.3.0' } },
      [onOther('2.3.0', ...STAGES.map((stage) => ({ stage, version: '2.3.1' })))],
    ],
    [
      'groups without a deployment, or one without firmware',
      { current: { ...good.current, canary: { ...spec, components: {} }, early: null } },
      [onOther('2.3.1', { stage: 'canary', version: null }, { stage: 'early', version: null })],
    ],
    ['an empty group', without('line-1-1', 'line-2-1'), [EARLY_EMPTY]],
    [
      'no group to hold devices back in',
      { mayHoldBack: false },
      [{ code: 'HOLDBACK_GROUP_MISSING', data: { group: 'holdback' } }],
    ],
    [
      'devices left over in it',
      withDevices({ 'line-2-3': { groups: ['holdback'] }, 'line-2-4': { groups: ['holdback'] } }),
      [
        {
          code: 'HOLDBACK_GROUP_NOT_EMPTY',
          data: { group: 'holdback', things: ['line-2-3', 'line-2-4'], returnTo: 'production' },
        },
      ],
    ],
    [
      'an overlap',
      withDevices({ 'line-1-0': { groups: ['canary', 'production'] } }),
      [
        {
          code: 'SEVERAL_STAGES',
          data: { devices: [{ thing: 'line-1-0', groups: ['canary', 'production'] }] },
        },
      ],
    ],
    [
      'lines without a canary',
      without('line-2-0'),
      [{ code: 'STAGE_COUNT', data: { stage: 'canary', lines: [{ line: 2, members: 0, devices: 4 }], wanted: 1 } }],
    ],
    [
      'lines with too many canaries, in the order of lines',
      {
        readings: withDevices({
          'line-1-1': { groups: ['canary'] },
          'line-2-1': { groups: ['canary'] },
        }).readings.toReversed(),
      },
      [
        EARLY_EMPTY,
        {
          code: 'STAGE_COUNT',
          data: {
            stage: 'canary',
            lines: [
              { line: 1, members: 2, devices: 5 },
              { line: 2, members: 2, devices: 5 },
            ],
            wanted: 1,
          },
        },
      ],
    ],
    [
      'a line with too many early devices',
      withDevices({ 'line-1-2': { groups: ['early'] }, 'line-1-3': { groups: ['early'] } }),
      [
        {
          code: 'STAGE_SHARE',
          data: { stage: 'early', lines: [{ line: 1, members: 3, devices: 5 }], wantedPct: 20 },
        },
      ],
    ],
    [
      'a device of no line',
      withDevices({ 'line-1-2': { line: Number.NaN } }),
      [{ code: 'LINE_MISSING', data: { things: ['line-1-2'] } }],
    ],
    [
      'a device short of memory',
      withGauges({ memoryMiB: 80, memoryLimitMiB: 100 }),
      [
        {
          code: 'MEMORY_TOO_LOW',
          data: { devices: [{ thing: 'line-1-0', freePct: expect.closeTo(20, 9) as number }], neededPct: 25 },
        },
      ],
    ],
    [
      'a device short of disk',
      withGauges({ diskFreeMiB: 19.4 }),
      [{ code: 'DISK_TOO_LOW', data: { devices: [{ thing: 'line-1-0', freeMiB: 19.4 }], neededMiB: 20 } }],
    ],
    [
      'a release that does not read what its predecessor wrote',
      { release: { ...release, previous: { ...release.previous, data: { writes: 5, reads: [7] } } } },
      [DATA('2.4.0', '2.3.1', '5')],
    ],
    [
      'a release whose predecessor could not read what it wrote: no rollback possible',
      { release: { ...release, previous: { ...release.previous, data: { writes: 6, reads: [5, 6] } } } },
      [DATA('2.3.1', '2.4.0', '7')],
    ],
    [
      'a health document that the predecessor cannot read, with a migration or without',
      {
        release: {
          ...release,
          migration,
          previous: { ...release.previous, shadow: { writes: '1.0', reads: ['1.0'] } },
        },
      },
      [SHADOW('2.3.1', '2.4.0', '2.0')],
    ],
    [
      'a release that cannot read the health document of its predecessor',
      { release: { ...release, shadow: { writes: '1.0', reads: ['1.0'] } } },
      [SHADOW('2.4.0', '2.3.1', '2.0')],
    ],
    [
      'a request that does not state what the replaced version can read',
      { release: { ...release, previous: undefined } },
      [STATED],
    ],
    [
      'missing artifacts, and a component that is not deployed',
      {
        deployable: [
          { component: 'c', version: '1', isDeployable: false },
          { component: 'c', version: '2', isDeployable: true },
          { component: 'd', version: null, isDeployable: false },
        ],
      },
      [
        {
          code: 'NOT_DEPLOYABLE',
          data: {
            components: [
              { component: 'c', version: '1' },
              { component: 'd', version: null },
            ],
          },
        },
      ],
    ],
    [
      'a release that cannot read what its successor writes',
      { release: { ...release, data: { writes: 7, reads: [6, 7] } } },
      [{ code: 'DATA_VERSIONS_UNREAD', data: { version: '2.4.0', writes: 7, unread: [8] } }],
    ],
    [
      'a release that does not read the older shadow',
      { release: { ...release, shadow: { writes: '2.0', reads: ['2.0'] } } },
      [{ code: 'SHADOW_VERSION_UNREAD', data: { version: '2.4.0', unread: '1.0' } }],
    ],
    [
      'a release that reads nothing but what it never writes',
      { release: { ...release, data: { writes: 7, reads: [5] }, previous: undefined } },
      [{ code: 'DATA_VERSIONS_UNREAD', data: { version: '2.4.0', writes: 7, unread: [6, 7, 8] } }, STATED],
    ],
    ['a history of few devices', seen(6), [{ code: 'BASELINE_TOO_SHORT', data: { coveragePct: 60, neededPct: 70 } }]],
    ['no history', seen(0), [{ code: 'BASELINE_TOO_SHORT', data: { coveragePct: 0, neededPct: 70 } }]],
    ['a silent stage', silent('line-1-1', 'line-2-1'), [quorum('early', 0, 2, 2)]],
    [
      'a device that is not connected, whatever it last reported',
      withDevices({ 'line-2-0': { connected: false } }),
      [quorum('canary', 1, 2, 2)],
    ],
    [
      'a stage too silent for its quorum',
      { policy: { ...holding, holdback: false }, ...silent('line-1-2') },
      [quorum('production', 5, 6, 6)],
    ],
    [
      'one that is so without the devices that will be held back, one per line that reports',
      { policy: holding, ...silent('line-1-2', 'line-2-4') },
      [quorum('production', 2, 4, 4)],
    ],
    [
      'an earlier stage, from which no devices are held back',
      {
        policy: holding,
        ...withDevices({ 'line-1-2': { groups: ['early'] }, 'line-2-1': { sample: null } }),
      },
      [quorum('early', 2, 3, 3)],
    ],
  ])('refuses %s', (_, over, refusals) => {
    expect(preflight({ ...good, ...over })).toEqual(refusals)
  })
  it('refuses all devices that fail a check in one refusal', () => {
    const gauges = { ...sample().gauges, memoryMiB: 80, memoryLimitMiB: 100, diskFreeMiB: 1 }
    const short = sample({ gauges })
    const everywhere = readings.map((one) => ({ ...one, sample: short }))
    const refusals = preflight({ ...good, readings: everywhere })
    expect(refusals).toMatchObject([
      { code: 'MEMORY_TOO_LOW', data: { devices: readings.map(({ thing }) => ({ thing })) } },
      { code: 'DISK_TOO_LOW', data: { devices: readings.map(({ thing }) => ({ thing })) } },
    ])
  })
})
