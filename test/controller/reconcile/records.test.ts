import { describe, expect, it } from 'vitest'
import { difference } from '../../../controller/evidence/difference.ts'
import type { HealthSample } from '../../../controller/evidence/snapshot.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { shiftBoundaries } from '../../../controller/policy/calendar.ts'
import {
  baselineSnapshots,
  createRollout,
  formerRollouts,
  isShiftRecorded,
  loadBaseline,
  record,
} from '../../../controller/reconcile/records.ts'
import type { Rollout } from '../../../controller/rollout/rollout.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'
import { STAGES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS, sample } from '../fixtures.ts'
import { policy, World } from '../world.ts'

const DAY_MS = 24 * HOUR_MS

/** A store that lists what is in it. */
class ListedStore extends MemoryStore {
  readonly keys = new Set<string>()

  override async put<T>(key: string, value: T): Promise<void> {
    this.keys.add(key)
    await super.put(key, value)
  }

  override async putIf<T>(key: string, value: T, expectedVersion: number): Promise<number> {
    const version = await super.putIf(key, value, expectedVersion)
    this.keys.add(key)
    return version
  }

  override async delete(key: string): Promise<void> {
    this.keys.delete(key)
    await super.delete(key)
  }
}

const snapshotAt = (atMs: number) => ({ atMs, devices: {} })

describe('the snapshots that baselines are made of', () => {
  it('are those of the last week whatever the clocks do, and never grow in number', async () => {
    const store = new ListedStore()
    const [fromMs, toMs] = [START_MS, START_MS + 250 * DAY_MS] // both changes of the clocks
    let sizeAfterAMonth = 0
    for (const [i, atMs] of shiftBoundaries(policy, fromMs, toMs).entries()) {
      await record(store, policy, snapshotAt(atMs))
      if (atMs - fromMs < 8 * DAY_MS || i % 7 !== 0) continue // 7 is no multiple of the shifts of a day
      for (const nowMs of [atMs, atMs + 3 * HOUR_MS]) {
        const found = await baselineSnapshots(store, policy, nowMs)
        expect(found.map((one) => one.atMs)).toEqual(shiftBoundaries(policy, nowMs - policy.baselineMs, nowMs))
      }
      if (atMs - fromMs < 30 * DAY_MS) sizeAfterAMonth = store.keys.size
    }
    expect(store.keys.size).toBe(sizeAfterAMonth)
    expect(sizeAfterAMonth).toBeLessThan(30)
  })

  it('are left out where the controller was away, not mistaken for those of other weeks', async () => {
    const store = new MemoryStore()
    const weekMs = 7 * DAY_MS
    for (const atMs of shiftBoundaries(policy, START_MS - 3 * weekMs, START_MS - weekMs)) {
      await record(store, policy, snapshotAt(atMs))
    }
    await record(store, policy, snapshotAt(START_MS))
    const found = await baselineSnapshots(store, policy, START_MS)
    expect(found.map(({ atMs }) => atMs)).toEqual([START_MS - weekMs, START_MS])
  })
})

describe('while no rollout is going on', () => {
  it('the fleet is read once a shift, as soon as it has begun', async () => {
    const world = new World()
    await world.recordHistory()
    const readAtMs: number[] = []
    const read = async () => {
      readAtMs.push(world.nowMs)
      return world.readings()
    }
    const analyze = makeAnalyze({ ...world.ports, health: { read } }, policy, world.clock)
    await analyze(world.event())
    expect(readAtMs.splice(0)).toEqual([START_MS])
    const fromMs = START_MS + 7 * MINUTE_MS
    for (world.nowMs = fromMs; world.nowMs < fromMs + DAY_MS; world.nowMs += policy.tickMs) {
      expect((await analyze(world.event())).state).toBe('idle')
    }
    const begun = shiftBoundaries(policy, fromMs, fromMs + DAY_MS)
    expect(readAtMs).toEqual(begun.map((atMs) => atMs + 2 * MINUTE_MS))
    expect(await isShiftRecorded(world.store, policy, world.nowMs)).toBe(true)
    expect(await isShiftRecorded(world.store, policy, world.nowMs + 8 * HOUR_MS)).toBe(false)
  })

  it('and while one is, at every evaluation', async () => {
    const world = new World()
    await world.recordHistory()
    await world.start()
    let reads = 0
    const read = async () => {
      reads += 1
      return world.readings()
    }
    await world.run(1, { ...world.ports, health: { read } })
    expect(reads).toBe(HOUR_MS / policy.tickMs)
  })
})

describe('a new rollout', () => {
  const rollout = (id: string): Rollout =>
    ({ id, stages: STAGES.map((name) => ({ name })), pending: [], state: 'waiting' }) as never
  const baseline = { fromMs: 0, toMs: 0, devices: {}, connections: { attempts: 0, failures: 0 } }

  it('takes the place of what the one before rested on; that rollout itself stays on record', async () => {
    const store = new ListedStore()
    await createRollout(store, rollout('one'), baseline, null)
    for (const stage of STAGES) await store.put(`evidence#one#${stage}`, {})
    const before = store.keys.size
    await createRollout(store, rollout('two'), baseline, rollout('one'))
    for (const stage of STAGES) await store.put(`evidence#two#${stage}`, {})
    expect(store.keys.size).toBe(before + 1)
    expect([...store.keys].filter((key) => key.includes('one'))).toEqual(['rollout#one'])
    expect(await loadBaseline(store, 'two')).toEqual(baseline)
  })

  it('leads back to those before it, as far as a baseline reaches', async () => {
    const store = new ListedStore()
    const ended = (id: string, stateSinceMs: number): Rollout =>
      ({ ...rollout(id), state: 'rolled-back', stateSinceMs }) as never
    for (const [id, stateSinceMs] of [
      ['one', 10],
      ['two', 20],
      ['three', 30],
    ] as const)
      await createRollout(store, ended(id, stateSinceMs), baseline, null)
    const idsSince = async (sinceMs: number) => (await formerRollouts(store, sinceMs)).map(({ id }) => id)
    expect(await idsSince(0)).toEqual(['three', 'two', 'one'])
    expect(await idsSince(25)).toEqual(['three', 'two']) // two is seen to have ended before
    expect(await formerRollouts(new ListedStore(), 0)).toEqual([])
    await createRollout(store, ended('three', 30), baseline, ended('three', 30))
    expect(await idsSince(0)).toEqual(['three', 'two', 'one'])
  })

  it('that is reported twice keeps its own', async () => {
    const store = new ListedStore()
    await createRollout(store, rollout('one'), baseline, null)
    await createRollout(store, rollout('one'), baseline, rollout('one'))
    expect(await loadBaseline(store, 'one')).toEqual(baseline)
    expect(store.keys).toContain('baseline#one')
  })
})

const at = (minute: number, over: Partial<HealthSample> = {}): HealthSample =>
  sample({ bootId: 'b1', sequence: 100 + minute, sampledAtMs: START_MS + minute * MINUTE_MS, ...over })

/** What each evaluation finds new of a device whose samples come in this order. */
async function minutesSeen(samples: readonly HealthSample[]): Promise<(number | null)[]> {
  const store = new MemoryStore()
  const seen: (number | null)[] = []
  for (const [evaluation, one] of samples.entries()) {
    const snapshot = { atMs: START_MS + evaluation * 5 * MINUTE_MS, devices: { a: one } }
    const previous = await record(store, policyWith(), snapshot)
    if (evaluation > 0) seen.push(difference(previous?.devices.a, one)?.minutes ?? null)
  }
  return seen
}

it('counts every minute once, in whatever order the samples of a process come', async () => {
  expect(await minutesSeen([at(0), at(5), at(10), at(15)])).toEqual([5, 5, 5])
  expect(await minutesSeen([at(0), at(10), at(8), at(15)])).toEqual([10, null, 5])
  expect(await minutesSeen([at(0), at(10), at(8), at(9), at(15)])).toEqual([10, null, null, 5])
})

it('takes a process that began anew as it is, even if its clock was set back', async () => {
  const reset = at(3, { bootId: 'b2', sequence: 1 })
  expect(await minutesSeen([at(10), reset, at(8, { bootId: 'b2', sequence: 6 })])).toEqual([null, 5])
})
