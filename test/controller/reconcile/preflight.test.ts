import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, type HealthGauges, STAGES } from '../../../controller/contract.ts'
import type { DeviceReading } from '../../../controller/ports/ports.ts'
import { type Findings, preflight } from '../../../controller/reconcile/preflight.ts'
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
  deployable: { [`${FIRMWARE_COMPONENT} 2.4.0`]: true },
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

  it.each<[string, Partial<Findings>, readonly string[]]>([
    ['another rollout', { activeRollout: 'r-1' }, ['rollout r-1 is active']],
    [
      'another version in place',
      { release: { ...release, replaces: '2.3.0' } },
      [
        'thing group canary runs 2.3.1, not 2.3.0',
        'thing group early runs 2.3.1, not 2.3.0',
        'thing group production runs 2.3.1, not 2.3.0',
      ],
    ],
    [
      'groups without a deployment, or one without firmware',
      { current: { ...good.current, canary: { ...spec, components: {} }, early: null } },
      ['thing group canary runs no firmware, not 2.3.1', 'thing group early runs no firmware, not 2.3.1'],
    ],
    ['an empty group', without('line-1-1', 'line-2-1'), ['thing group early has no members']],
    [
      'no group to hold devices back in',
      { mayHoldBack: false },
      ['there is no thing group holdback to hold devices back in; create it, empty'],
    ],
    [
      'devices left over in it',
      withDevices({ 'line-2-3': { groups: ['holdback'] }, 'line-2-4': { groups: ['holdback'] } }),
      ['thing group holdback is not empty: line-2-3, line-2-4; put them back into production'],
    ],
    [
      'an overlap',
      withDevices({ 'line-1-0': { groups: ['canary', 'production'] } }),
      ['line-1-0 is in several stages: canary, production'],
    ],
    ['lines without a canary', without('line-2-0'), ['line 2 has 0 canaries, not 1']],
    [
      'lines with too many canaries, in the order of lines',
      {
        readings: withDevices({
          'line-1-1': { groups: ['canary'] },
          'line-2-1': { groups: ['canary'] },
        }).readings.toReversed(),
      },
      ['thing group early has no members', 'line 1 has 2 canaries, not 1', 'line 2 has 2 canaries, not 1'],
    ],
    [
      'a line with too many early devices',
      withDevices({ 'line-1-2': { groups: ['early'] }, 'line-1-3': { groups: ['early'] } }),
      ['line 1 has 3 early devices of 5, not 20 %'],
    ],
    ['a device of no line', withDevices({ 'line-1-2': { line: Number.NaN } }), ['line-1-2 has no attribute "line"']],
    [
      'a device short of memory',
      withGauges({ memoryMiB: 80, memoryLimitMiB: 100 }),
      ['line-1-0 has 20 % of its memory free, 25 % needed'],
    ],
    [
      'a device short of disk',
      withGauges({ diskFreeMiB: 19.4 }),
      ['line-1-0 has 19 MiB of its disk free, 20 MiB needed'],
    ],
    [
      'a release that does not read what its predecessor wrote',
      { release: { ...release, previous: { ...release.previous, data: { writes: 5, reads: [7] } } } },
      ['2.4.0 does not read data version 5 that 2.3.1 writes: a breaking change without release.migration'],
    ],
    [
      'a release whose predecessor could not read what it wrote: no way back',
      { release: { ...release, previous: { ...release.previous, data: { writes: 6, reads: [5, 6] } } } },
      ['2.3.1 does not read data version 7 that 2.4.0 writes: a breaking change without release.migration'],
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
      ['2.3.1 does not read shadow version 2.0 that 2.4.0 writes'],
    ],
    [
      'a release that cannot read the health document of its predecessor',
      { release: { ...release, shadow: { writes: '1.0', reads: ['1.0'] } } },
      ['2.4.0 does not read shadow version 2.0 that 2.3.1 writes'],
    ],
    [
      'a request that does not say what it replaces can read',
      { release: { ...release, previous: undefined } },
      ['the request does not say what 2.3.1 reads and writes (release.previous)'],
    ],
    [
      'a missing artifact',
      { deployable: { 'c 1': false, 'c 2': true, 'd 1': false } },
      ['component c 1 is not DEPLOYABLE', 'component d 1 is not DEPLOYABLE'],
    ],
    [
      'a release that cannot read what its successor writes',
      { release: { ...release, data: { writes: 7, reads: [6, 7] } } },
      ['2.4.0 writes data version 7 and does not read 8'],
    ],
    [
      'a release blind to the older shadow',
      { release: { ...release, shadow: { writes: '2.0', reads: ['2.0'] } } },
      ['2.4.0 does not read shadow version 1.0'],
    ],
    [
      'a release that reads nothing but what it never writes',
      { release: { ...release, data: { writes: 7, reads: [5] }, previous: undefined } },
      [
        '2.4.0 writes data version 7 and does not read 6',
        '2.4.0 writes data version 7 and does not read 7',
        '2.4.0 writes data version 7 and does not read 8',
        'the request does not say what 2.3.1 reads and writes (release.previous)',
      ],
    ],
    ['a history of few devices', seen(6), ['the baseline covers 60 % of devices x shifts, 70 % needed']],
    ['no history', seen(0), ['the baseline covers 0 % of devices x shifts, 70 % needed']],
    ['a silent stage', silent('line-1-1', 'line-2-1'), ['0 of 2 devices of early are connected and report, 2 needed']],
    [
      'a device that is not connected, whatever it last told',
      withDevices({ 'line-2-0': { connected: false } }),
      ['1 of 2 devices of canary are connected and report, 2 needed'],
    ],
    [
      'a stage too silent for its quorum',
      silent('line-1-2'),
      ['5 of 6 devices of production are connected and report, 6 needed'],
    ],
    [
      'one that is so without the devices that will be held back, one a line that reports',
      { policy: holding, ...silent('line-1-2', 'line-2-4') },
      ['2 of 4 devices of production are connected and report, 4 needed'],
    ],
    [
      'an earlier stage, from which no devices are held back',
      {
        policy: holding,
        ...withDevices({ 'line-1-2': { groups: ['early'] }, 'line-2-1': { sample: null } }),
      },
      ['2 of 3 devices of early are connected and report, 3 needed'],
    ],
  ])('refuses %s', (_, over, refusals) => {
    expect(preflight({ ...good, ...over })).toEqual(refusals)
  })
})
