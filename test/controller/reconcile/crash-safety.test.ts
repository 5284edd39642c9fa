import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StaleRollout } from '../../../controller/errors.ts'
import type { Snapshot } from '../../../controller/evidence/snapshot.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makePromote } from '../../../controller/lambda/promote.ts'
import type { Ports } from '../../../controller/ports/ports.ts'
import { loadEvidence } from '../../../controller/reconcile/records.ts'
import { LAST_STAGE } from '../../seed-stages.ts'
import { MINUTE_MS } from '../fixtures.ts'
import { FAILURES, startedWorld } from '../world.ts'
import {
  COURSES,
  type Course,
  callsBefore,
  crashInEarly,
  crashWhileHeld,
  HOLDING,
  healthy,
  play,
  playHolding,
  playOn,
  QUICK,
  quick,
  rolloutOf,
  SMALL,
  startTwice,
  tick,
} from './crash-courses.ts'

describe.each(COURSES)('%s', (_, course, state, leastPoints) => {
  // Each call by one of the failures in turn, so that the calls of every four are failed by all; extended tests fail each call by each.
  it('comes to the same end with any one call of the controller failed', async () => {
    const { end: undisturbed } = await playOn(course, (world) => () => tick(world, world.ports, () => undefined))
    expect(undisturbed).toMatchObject({ state, notified: state === 'halted' ? ['ROLLOUT_HALTED'] : [] })
    let points = 0
    for (let k = 1; ; k++) {
      const { hasFailed, end } = await play(course, k, FAILURES[k % FAILURES.length])
      if (!hasFailed) break
      expect({ k, ...end }).toEqual({ k, ...undisturbed })
      points += 1
    }
    expect(points).toBeGreaterThan(leastPoints)
  })
})

describe.each<[string, Course, string, number]>([
  ['a whole rollout', healthy, 'completed', 50],
  ['a rollback of production', crashWhileHeld, 'rolled-back', 45],
])('%s with devices held back', (_, course, state, leastPoints) => {
  // Before early has passed holdback changes nothing.
  it('comes to the same end with any one later call of the controller failed', async () => {
    const { end: undisturbed } = await playHolding(course)
    const hasEverybody = state === 'completed'
    expect(undisturbed).toMatchObject({ state, groups: ['production', 'production'], early: [] })
    expect(undisturbed.updated.filter((thing) => thing.endsWith('-3')).length).toBe(hasEverybody ? 2 : 0)
    const before = await callsBefore(course, HOLDING, ({ stageIndex }) => stageIndex === LAST_STAGE)
    let points = 0
    for (let k = before + 1; ; k++) {
      const { hasFailed, end } = await playHolding(course, k, FAILURES[k % FAILURES.length])
      if (!hasFailed) break
      expect({ k, ...end }).toEqual({ k, ...undisturbed })
      points += 1
    }
    expect(points).toBeGreaterThan(leastPoints)
  })
})

it('a start with any one call failed, delivered again, leaves one active rollout', async () => {
  let points = 0
  for (let k = 1; ; k++) {
    const { hasFailed, rollout, again } = await startTwice(k, FAILURES[k % FAILURES.length])
    if (!hasFailed) break
    expect(['started', 'ROLLOUT_ACTIVE']).toContain(again)
    expect(rollout).toMatchObject({ state: 'waiting', stageIndex: 0 })
    points += 1
  }
  expect(points).toBeGreaterThan(15)
})

/** Ports whose every call waits before and after its effect until the scheduler lets it go on. */
function interleaved(ports: Ports, scheduler: fc.Scheduler): Ports {
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        return async (...args: unknown[]) => {
          await scheduler.schedule(Promise.resolve(), `before ${String(name)}`)
          const result = await method.apply(target, args)
          await scheduler.schedule(Promise.resolve(), `after ${String(name)}`)
          return result
        }
      },
    })
  return {
    health: wrap(ports.health),
    deployments: wrap(ports.deployments),
    store: wrap(ports.store),
    events: wrap(ports.events),
    notifications: wrap(ports.notifications),
  }
}

describe.each<[string, Course]>([
  ['a whole rollout', healthy],
  ['a rollback', crashInEarly],
])('two instances at once, however their calls interleave, through %s', (_, course) => {
  it.each([
    ['of the analyzer', makeAnalyze],
    ['analyzer and promoter', makePromote],
  ])('%s, do everything once, and the slower one learns that it is stale', async (__, makeOther) => {
    const { end: undisturbed } = await play(course)
    let stale = 0
    const onError = (error: unknown): void => {
      expect(error).toBeInstanceOf(StaleRollout)
      stale += 1
    }
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { end } = await playOn(course, (world) => {
          const ports = interleaved(world.ports, scheduler)
          return async () => {
            const both = Promise.all([
              makeAnalyze(ports, quick, world.clock)(world.event()).catch(onError),
              makeOther(ports, quick, world.clock)(world.event()).catch(onError),
            ])
            await scheduler.waitFor(both)
          }
        })
        expect(end).toEqual(undisturbed)
      }),
      { numRuns: 25, seed: 1 },
    )
    expect(stale).toBeGreaterThan(25)
  })
})

describe('an instance overtaken by the next evaluation', () => {
  it.each(['snapshot#latest', 'evidence#'])('after it read %s does not put its older one back', async (key) => {
    const world = await startedWorld(quick, SMALL)
    for (let ticks = 0; ticks < 5; ticks++) {
      await makeAnalyze(world.ports, quick, world.clock)(world.event())
      world.nowMs += quick.tickMs
    }
    let isFirst = true
    const get: Ports['store']['get'] = async (asked) => {
      const found = await world.store.get(asked)
      if (!isFirst || !asked.startsWith(key)) return found as never
      isFirst = false
      world.nowMs += quick.tickMs
      await makeAnalyze(world.ports, quick, world.clock)(world.event())
      return found as never
    }
    const store: Ports['store'] = {
      get,
      put: (...of) => world.store.put(...of),
      putIf: (...of) => world.store.putIf(...of),
      delete: (key) => world.store.delete(key),
    }
    const slow = makeAnalyze({ ...world.ports, store }, quick, world.clock)
    await expect(slow(world.event())).rejects.toThrow(StaleRollout)
    expect(isFirst).toBe(false)
    const { id } = await rolloutOf(world)
    expect((await world.store.get<Snapshot>('snapshot#latest'))?.value.atMs).toBe(world.nowMs)
    const evidence = (await loadEvidence(world.store, id, 'canary'))?.value
    expect(evidence?.evaluations.at(-1)?.atMs).toBe(world.nowMs)
  })
})

describe('events that come twice, late or never', () => {
  it.each<[string, Course]>([
    ['a whole rollout', healthy],
    ['a rollback', crashInEarly],
  ])('change nothing in the end of %s', async (_, course) => {
    // Many evaluations may be lost in a row before this window is over.
    const patient = { ...quick, windowMs: 60 * MINUTE_MS }
    const { end: undisturbed } = await play(course)
    const fate = fc.constantFrom('once', 'twice', 'late', 'never')
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 60, maxLength: 60 }), async (fates) => {
        const { end } = await playOn(
          course,
          (world) => {
            let evaluations = 0
            return async () => {
              const how = fates[evaluations] ?? 'once'
              evaluations += 1
              if (how === 'never') return
              const analyze = makeAnalyze(world.ports, patient, world.clock)
              const event = world.event()
              const late = { time: new Date(world.nowMs - quick.tickMs).toISOString() }
              if (how === 'late') await analyze(late)
              await analyze(event)
              if (how === 'twice') await analyze(event)
              await analyze(late) // whatever was overtaken arrives at last
            }
          },
          { ...QUICK, policy: patient },
        )
        expect(end).toEqual(undisturbed)
      }),
      { numRuns: 40, seed: 1 },
    )
  })
})
