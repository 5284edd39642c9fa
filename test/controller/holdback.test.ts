import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseHeld } from '../../controller/holdback.ts'
import { makeAnalyze } from '../../controller/lambda/analyze.ts'
import { makeOperate } from '../../controller/lambda/operate.ts'
import { makePromote } from '../../controller/lambda/promote.ts'
import { OPEN_GATES, type Policy } from '../../controller/policy.ts'
import type { DeviceReading, Ports } from '../../controller/ports.ts'
import { loadActive } from '../../controller/records.ts'
import { heldOf, isFinal, type Rollout } from '../../controller/rollout.ts'
import { MINUTE_MS, policyWith, START_MS, sample } from './fixtures.ts'
import { startedWorld, type World } from './world.ts'

const holding = policyWith({
  windowMs: 30 * MINUTE_MS,
  gates: OPEN_GATES,
  holdback: true,
  evidence: { ...policyWith().evidence, connectionMinAttempts: 40 },
})
/** Station 0 of a line is its canary, 1 its early device, 2 to 4 are production. */
const SIZE = { lines: 2, perLine: 5 }
const HELD = ['line-1-4', 'line-2-4']

const rolloutOf = async (world: World): Promise<Rollout> => (await loadActive(world.store))?.value as Rollout

/** Looks until it holds or the rollout has ended. */
async function until(
  world: World,
  isThere: (rollout: Rollout) => boolean,
  ports: Ports = world.ports,
): Promise<Rollout> {
  const analyze = makeAnalyze(ports, world.policy, world.clock)
  for (let ticks = 0; ticks < 120; ticks++) {
    const rollout = await rolloutOf(world)
    if (isThere(rollout) || (isFinal(rollout) && rollout.pending.length === 0)) return rollout
    await analyze(world.event()).catch(() => null)
    world.nowMs += world.policy.tickMs
  }
  throw new Error(`it never ends: ${JSON.stringify(await world.store.get(`last-look#${(await rolloutOf(world)).id}`))}`)
}

const isSoakingProduction = ({ state, stageIndex }: Rollout): boolean => state === 'soaking' && stageIndex === 2
const groupsOf = (world: World): string[] => HELD.map((thing) => world.groupsOf(thing).join(' and '))

describe('who is held back', () => {
  const reading = (thing: string, over: Partial<DeviceReading> = {}): DeviceReading => ({
    thing,
    groups: ['production'],
    line: 1,
    connected: true,
    sample: sample(),
    ...over,
  })
  const lineOf = { a1: 1, a2: 1, a3: 1, b1: 2, b2: 2, c1: 3 }
  const members = Object.keys(lineOf)

  it('is the last by name of every line that can be reached, and nobody of a line of one', () => {
    expect(
      chooseHeld(
        members,
        lineOf,
        members.map((thing) => reading(thing)),
      ),
    ).toEqual(['a3', 'b2'])
    const partly = [reading('a3', { connected: false }), reading('a2', { sample: null }), reading('a1')]
    expect(chooseHeld(members, lineOf, [...partly, reading('c1')])).toEqual(['a1'])
  })

  it('does not depend on the order in which the fleet is read', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (shuffled) => {
        expect(
          chooseHeld(
            shuffled,
            lineOf,
            shuffled.map((thing) => reading(thing)),
          ),
        ).toEqual(['a3', 'b2'])
      }),
    )
  })
})

describe('a good release', () => {
  it('reaches the devices that were held back last, in an open gate, and is watched on them as well', async () => {
    const world = await startedWorld(holding, SIZE)
    const soaking = await until(world, isSoakingProduction)
    expect([heldOf(soaking), groupsOf(world)]).toEqual([HELD, ['holdback', 'holdback']])
    expect(soaking.stages[2]?.members).toEqual(world.membersOf('production'))
    expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])

    const waiting = await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
    expect(waiting.holdback?.letGoAtMs).toBeNull()
    const letGo = await until(world, isSoakingProduction)
    expect(groupsOf(world)).toEqual(['production', 'production'])
    expect(HELD.every((thing) => world.updated.has(thing))).toBe(true)

    const completed = await until(world, () => false)
    expect(completed).toMatchObject({ state: 'completed', pending: [] })
    const watchedMs = completed.stateSinceMs - (letGo.holdback?.letGoAtMs as number)
    expect(watchedMs).toBeGreaterThanOrEqual(holding.deviceExposureShare * holding.windowMs)
    expect(world.announced.filter((one) => one === 'Firmware Rollout Stage Passed').length).toBe(3)
  })

  it('reaches them however long they cannot be moved, and is watched on them from then on', async () => {
    const world = await startedWorld(holding, SIZE)
    const { deployments } = world.ports
    let isBusy = true
    const ports = {
      ...world.ports,
      deployments: {
        ...deployments,
        move: (thing: string, from: string, to: string) =>
          isBusy && to === 'production' ? Promise.reject(new Error('busy')) : deployments.move(thing, from, to),
      },
    }
    await until(world, ({ holdback }) => holdback?.letGoAtMs != null, ports)
    // Longer than a window and an install together.
    for (const untilMs = world.nowMs + 90 * MINUTE_MS; world.nowMs < untilMs; world.nowMs += world.policy.tickMs) {
      await makeAnalyze(ports, world.policy, world.clock)(world.event()).catch(() => null)
    }
    expect(await rolloutOf(world)).toMatchObject({ state: 'soaking', pending: [{ kind: 'let-go', things: HELD }] })
    isBusy = false
    const movedAtMs = world.nowMs
    const { state, holdback, stateSinceMs } = await until(world, isFinal, ports)
    expect([state, holdback?.letGoAtMs, HELD.map((thing) => world.groupsOf(thing))]).toEqual([
      'completed',
      movedAtMs,
      [['production'], ['production']],
    ])
    expect(stateSinceMs - movedAtMs).toBeGreaterThanOrEqual(holding.windowMs)
  })

  it('is not given to them in a gate that is shut', async () => {
    const gates = { ...OPEN_GATES, production: [{ days: [1], from: '14:00', to: '17:00' }] }
    const world = await startedWorld({ ...holding, gates }, SIZE)
    await until(world, isSoakingProduction)
    world.nowMs = Math.max(world.nowMs, START_MS + 179 * MINUTE_MS) // production's window ends after its gate
    await until(world, ({ state, holdback }) => holdback !== undefined && state === 'waiting')
    for (let looks = 0; looks < 10; looks++) {
      await makeAnalyze(world.ports, world.policy, world.clock)(world.event())
      world.nowMs += world.policy.tickMs
    }
    expect(await rolloutOf(world)).toMatchObject({ state: 'waiting', stageIndex: 2 })
    expect(groupsOf(world)).toEqual(['holdback', 'holdback'])
  })

  it('waits for a look that chooses, not for an event that knows nobody', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
    const { decision } = await makePromote(world.ports, world.policy, world.clock)(world.event())
    expect(decision.kind).toBe('wait')
    expect((await rolloutOf(world)).holdback).toBeUndefined()
  })
})

describe('a bad release', () => {
  it('never reaches the devices that were held back, and they are put back once production’s way back is ordered', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, isSoakingProduction)
    world.plant.crash('line-1-2')
    const ended = await until(world, () => false)
    expect(ended).toMatchObject({ state: 'rolled-back', pending: [] })
    expect(groupsOf(world)).toEqual(['production', 'production'])
    expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])
    expect(ended.stages[2]?.members.length).toBe(6)
  })

  it('does not put them back while an instance that was overtaken may still be holding them back', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ holdback }) => holdback !== undefined)
    world.nowMs -= holding.tickMs - MINUTE_MS // a minute after the look that held them back
    const operate = makeOperate(world.ports, holding, () => world.nowMs)
    await operate({ operation: 'abort', actor: 'jo', reason: 'at once' })
    expect(groupsOf(world)).toEqual(['holdback', 'holdback'])
    world.nowMs += 4 * MINUTE_MS
    await until(world, () => false)
    expect(groupsOf(world)).toEqual(['production', 'production'])
  })

  it('that only they show is rolled back everywhere', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ holdback }) => holdback?.letGoAtMs != null)
    await until(world, () => world.updated.has(HELD[0] as string))
    world.plant.crash(HELD[0] as string)
    expect((await until(world, () => false)).state).toBe('rolled-back')
    expect(world.plant.things.filter((thing) => world.plant.versions.get(thing) !== '2.3.1')).toEqual([])
  })

  it('never reaches them, whichever calls fail and whenever it breaches', async () => {
    const fate = fc.record({
      refused: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      breachAfter: fc.integer({ min: 0, max: 9 }),
      pauses: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fate, async ({ refused, breachAfter, pauses }) => {
        const world = await startedWorld(holding, SIZE)
        await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
        let calls = 0
        const maybe =
          <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
          async (...args: A): Promise<T> => {
            if (refused[calls++]) throw new Error('refused')
            return call(...args)
          }
        const { deployments } = world.ports
        const ports: Ports = {
          ...world.ports,
          deployments: { ...deployments, create: maybe(deployments.create), move: maybe(deployments.move) },
        }
        const analyze = makeAnalyze(ports, holding, world.clock)
        const operate = makeOperate(ports, holding, () => world.nowMs)
        for (let looks = 0; looks < breachAfter; looks++) {
          await analyze(world.event()).catch(() => null)
          if (pauses && looks === 1) await operate({ operation: 'pause', actor: 'jo', reason: 'r' })
          if (pauses && looks === 3) await operate({ operation: 'resume', actor: 'jo', reason: 'r' })
          world.nowMs += holding.tickMs
        }
        // Production is in its first half hour, if it has been deployed at all: nobody was let go.
        await operate({ operation: 'abort', actor: 'jo', reason: 'enough' })
        const ended = await until(world, () => false, ports)
        expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])
        // Calls that fail for longer than a way back may take halt it; what is pending is done all the same.
        expect(['rolled-back', 'halted']).toContain(ended.state)
        expect(ended.pending).toEqual([])
        expect(groupsOf(world)).toEqual(['production', 'production'])
        expect(world.plant.things.filter((thing) => world.plant.versions.get(thing) !== '2.3.1')).toEqual([])
      }),
      { numRuns: 60, seed: 1 },
    )
  })
})

it('an estimate of the end counts the window of those that were held back', async () => {
  const world = await startedWorld(holding, SIZE)
  const etaAtMs = async (): Promise<number> => {
    const { status } = await makeOperate(world.ports, holding, () => world.nowMs)({ operation: 'status' })
    return status.rollout?.eta?.atMs as number
  }
  const atStart = await etaAtMs()
  await until(world, isSoakingProduction)
  const inProduction = await etaAtMs()
  await until(world, ({ holdback }) => holdback?.letGoAtMs != null)
  const inTheEnd = await etaAtMs()
  const { stateSinceMs: endedAtMs } = await until(world, () => false)
  // Each step is given a quarter of an hour to install, here it takes less.
  expect(atStart - world.nowMs).toBeLessThan(4 * 15 * MINUTE_MS)
  for (const etaMs of [atStart, inProduction, inTheEnd]) {
    expect(Math.abs(etaMs - endedAtMs)).toBeLessThan(30 * MINUTE_MS)
  }
})

describe('a person who skips the rest of production’s window', () => {
  it('lets the devices go that are held back, and is not told that it is complete', async () => {
    const long: Policy = { ...holding, windowMs: 240 * MINUTE_MS }
    const world = await startedWorld(long, SIZE)
    await until(world, isSoakingProduction)
    for (let looks = 0; looks < 30; looks++) {
      await makeAnalyze(world.ports, long, world.clock)(world.event())
      world.nowMs += long.tickMs
    }
    const operate = makeOperate(world.ports, long, () => world.nowMs)
    const answer = await operate({ operation: 'skip', actor: 'jo', reason: 'late' })
    expect(answer).toMatchObject({ result: 'accepted', outcome: { state: 'waiting' } })
    expect((await until(world, isSoakingProduction)).holdback?.letGoAtMs).not.toBeNull()
    expect((await until(world, () => false)).state).toBe('completed')
    expect(world.membersOf('holdback')).toEqual([])
  })
})
