import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, STAGES } from '../../controller/contract.ts'
import { type Findings, preflight } from '../../controller/preflight.ts'
import { baselineOf, Plant, START_MS, sample } from './fixtures.ts'
import { policy, release } from './world.ts'

const plant = new Plant(START_MS - policy.baselineMs, { lines: 2, perLine: 3 })
const baseline = baselineOf(plant, policy)
const spec = {
  deploymentName: 'x',
  components: { [FIRMWARE_COMPONENT]: { componentVersion: '2.3.1' } },
}
const readings = plant.things.map((thing) => ({
  thing,
  groups: [STAGES[Number(thing.split('-')[2])] as string],
  line: plant.lineOf[thing] as number,
  connected: true,
  sample: sample(),
}))
const good: Findings = {
  release,
  policy,
  activeRollout: null,
  readings,
  current: { canary: spec, early: spec, production: spec },
  deployable: { [`${FIRMWARE_COMPONENT} 2.4.0`]: true },
  baseline,
  mayHoldBack: true,
}

const starved = { cpuPct: 30, memoryMiB: 80, memoryLimitMiB: 100, uptimeS: 60, connected: true }
const full = { ...starved, memoryMiB: 30, diskFreeMiB: 3 }
const migration = { component: 'com.plant.DataMigration', version: '1.0.0' }
const breaking = { ...release, previous: { ...release.previous, data: { writes: 3, reads: [2, 3, 4] } } }

describe('preflight', () => {
  it('finds nothing against a breaking change that has a migration', () => {
    expect(preflight({ ...good, release: { ...breaking, migration } })).toEqual([])
  })

  it('finds nothing against a good release', () => {
    expect(preflight(good)).toEqual([])
  })

  it.each<[string, Partial<Findings>, string]>([
    ['another rollout', { activeRollout: 'r-1' }, 'rollout r-1 is active'],
    [
      'another version in place',
      { release: { ...release, replaces: '2.3.0' } },
      'thing group canary runs 2.3.1, not 2.3.0',
    ],
    ['a group without a deployment', { current: { ...good.current, early: null } }, 'early runs no firmware'],
    ['an empty group', { readings: readings.filter(({ groups }) => groups[0] !== 'early') }, 'early has no members'],
    ['no group to hold devices back in', { mayHoldBack: false }, 'there is no thing group holdback'],
    [
      'devices left over in it',
      {
        readings: [...readings, { ...(readings[5] as (typeof readings)[0]), thing: 'line-2-9', groups: ['holdback'] }],
      },
      'thing group holdback is not empty: line-2-9; put them back into production',
    ],
    [
      'an overlap',
      { readings: readings.map((one, i) => (i === 0 ? { ...one, groups: ['canary', 'production'] } : one)) },
      'line-1-0 is in several stages',
    ],
    [
      'a line without a canary',
      { readings: readings.filter(({ thing }) => thing !== 'line-2-0') },
      'line 2 has 0 canaries, not 1',
    ],
    [
      'a line with too many early devices',
      { readings: readings.map((one, i) => (i === 4 ? { ...one, groups: ['early'] } : one)) },
      'line 1 has 2 early devices of 3, not 20 %',
    ],
    [
      'a device of no line',
      { readings: readings.map((one, i) => (i === 4 ? { ...one, line: Number.NaN } : one)) },
      'line-1-2 has no attribute "line"',
    ],
    [
      'a device short of memory',
      { readings: readings.map((one, i) => (i === 0 ? { ...one, sample: sample({ gauges: starved }) } : one)) },
      'line-1-0 has 20 % of its memory free, 25 % needed',
    ],
    [
      'a device short of disk',
      { readings: readings.map((one, i) => (i === 0 ? { ...one, sample: sample({ gauges: full }) } : one)) },
      'line-1-0 has 3 MiB of its disk free, 20 MiB needed',
    ],
    [
      'a release that does not read what its predecessor wrote',
      { release: { ...release, previous: { ...release.previous, data: { writes: 5, reads: [7] } } } },
      '2.4.0 does not read data version 5 that 2.3.1 writes: a breaking change without release.migration',
    ],
    [
      'a release whose predecessor could not read what it wrote: no way back',
      { release: { ...release, previous: { ...release.previous, data: { writes: 6, reads: [5, 6] } } } },
      '2.3.1 does not read data version 7 that 2.4.0 writes: a breaking change without release.migration',
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
      '2.3.1 does not read shadow version 2.0 that 2.4.0 writes',
    ],
    [
      'a request that does not say what it replaces can read',
      { release: { ...release, previous: undefined } },
      'the request does not say what 2.3.1 reads and writes (release.previous)',
    ],
    ['a missing artefact', { deployable: { 'c 1': false } }, 'component c 1 is not DEPLOYABLE'],
    [
      'a release that cannot read what its successor writes',
      { release: { ...release, data: { writes: 7, reads: [6, 7] } } },
      '2.4.0 writes data version 7 and does not read 8',
    ],
    [
      'a release blind to the older shadow',
      { release: { ...release, shadow: { writes: '2.0', reads: ['2.0'] } } },
      'does not read shadow version 1.0',
    ],
    [
      'no history',
      { baseline: { fromMs: 0, toMs: 0, devices: {}, connections: { attempts: 0, failures: 0 } } },
      'the baseline covers 0 %',
    ],
    [
      'a silent stage',
      { readings: readings.map((one) => (one.groups[0] === 'early' ? { ...one, sample: null } : one)) },
      '0 of 2 devices of early are connected and report, 2 needed',
    ],
  ])('refuses %s', (_, over, refusal) => {
    expect(preflight({ ...good, ...over })).toEqual([expect.stringContaining(refusal), ...rest(over)])
  })
})

/** A wrong version in place is wrong in every group. */
const rest = ({ release: asked }: Partial<Findings>): unknown[] =>
  asked?.replaces === '2.3.0' ? [expect.stringContaining('early'), expect.stringContaining('production')] : []
