import { expect, it } from 'vitest'
import type { Rollout } from '../../controller/rollout.ts'
import type { HealthSample, Snapshot } from '../../controller/snapshot.ts'
import { NO_WAY_BACK, observeWayBack, type WayBack } from '../../controller/way-back.ts'
import { MINUTE_MS, START_MS, sample } from './fixtures.ts'

const THING = 'line-1-0'
const ORDERED = { deploymentId: 'b', jobId: 'b', atMs: START_MS }
const rollout = (rollback: typeof ORDERED | null): Rollout => ({
  id: 'r',
  release: {
    version: '2.4.0',
    replaces: '2.3.1',
    data: { writes: 7, reads: [] },
    shadow: { writes: '2.0', reads: [] },
  },
  state: 'rolling-back',
  stageIndex: 0,
  stages: [
    {
      name: 'canary',
      members: [THING],
      previous: { deploymentName: 'canary', components: {} },
      deployment: { deploymentId: 'd', jobId: 'd', atMs: START_MS - 1 },
      soakingSinceMs: null,
      rollback,
    },
  ],
  lineOf: {},
  startedAtMs: 0,
  stateSinceMs: START_MS,
  pending: [],
  reason: '',
})

const bad: Snapshot = { atMs: START_MS, devices: { [THING]: sample({ firmwareVersion: '2.4.0', bootId: 'bad' }) } }
const well = (minute: number, over: Partial<HealthSample> = {}): HealthSample =>
  sample({
    firmwareVersion: '2.3.1',
    bootId: 'back',
    sequence: minute,
    sampledAtMs: START_MS + minute * MINUTE_MS,
    ...over,
  })

/** Looks at the device once a sample; null where it says nothing. */
function isBackAfter(samples: readonly (HealthSample | null)[], rollback: typeof ORDERED | null = ORDERED): boolean {
  let seen: WayBack = NO_WAY_BACK
  samples.forEach((one, index) => {
    const readings = [{ thing: THING, groups: ['canary'], line: 1, connected: true, sample: one }]
    seen = observeWayBack(seen, rollout(rollback), bad, readings, START_MS + (index + 1) * 5 * MINUTE_MS)
  })
  return seen.devices[THING]?.confirmedAtMs !== null
}

it.each<[boolean, string, readonly (HealthSample | null)[]]>([
  [true, 'said twice that it runs the old version again', [well(5), well(10)]],
  [false, 'said so once', [well(5)]],
  [false, 'was read twice but said so once', [well(5), well(5)]],
  [false, 'says nothing', [null, null]],
  [false, 'said so before the order', [well(-2), well(-1)]],
  [false, 'has not begun another process', [well(5, { bootId: 'bad' }), well(10, { bootId: 'bad' })]],
  [false, 'does not run', [well(5, { componentState: 'ERRORED' }), well(10, { componentState: 'ERRORED' })]],
  [false, 'crashed in between', [well(5), well(10, { bootId: 'another' })]],
  [
    true,
    'came back to stay after a crash',
    [well(5), well(10, { bootId: 'another' }), well(15, { bootId: 'another' })],
  ],
  [false, 'fell to the bad version again', [well(5), well(10), well(15, { firmwareVersion: '2.4.0', bootId: 'bad2' })]],
  [true, 'never left the old version', [well(5, { bootId: 'old' }), well(10, { bootId: 'old' })]],
])('is %s for a device that %s', (isBack, _, samples) => {
  expect(isBackAfter(samples)).toBe(isBack)
})

it('is nothing that happens before the way back is ordered', () => {
  expect(isBackAfter([well(5), well(10)], null)).toBe(false)
})
