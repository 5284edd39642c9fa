import { describe, expect, it } from 'vitest'
import { toSnapshot } from '../../../controller/evidence/snapshot.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makeOperate } from '../../../controller/lambda/operate.ts'
import { makeStart } from '../../../controller/lambda/start.ts'
import type { Deployments, Ports } from '../../../controller/ports/ports.ts'
import { baselineSnapshots, loadActive, record } from '../../../controller/reconcile/records.ts'
import { MINUTE_MS, START_MS } from '../fixtures.ts'
import { policy, release, startedWorld, World } from '../world.ts'

const withDeployments = (world: World, over: Partial<Deployments>): Ports => ({
  ...world.ports,
  deployments: { ...world.ports.deployments, ...over },
})

const created = (world: World): string[] => world.created.map(({ group, version }) => `${group} ${version}`)

const tick = async (world: World, ports: Ports = world.ports): Promise<string> => {
  const outcome = await makeAnalyze(
    ports,
    policy,
    world.clock,
  )(world.event()).catch((error: Error) => ({ state: error.message }))
  world.nowMs += policy.tickMs
  return outcome.state
}

/** A rollout whose canary soaks. */
async function soakingWorld(): Promise<World> {
  const world = await startedWorld()
  await world.run(0.5)
  return world
}

/** A rollout that is about to deploy early, at the tick when the third shift begins. */
async function worldBeforeEarly(): Promise<World> {
  const world = await startedWorld()
  await world.run(8)
  expect((await loadActive(world.store))?.value).toMatchObject({ state: 'waiting', stageIndex: 1 })
  return world
}

describe('new firmware', () => {
  it('that cannot be requested does not keep the stages before it from being rolled back', async () => {
    const world = await worldBeforeEarly()
    const ports = withDeployments(world, {
      create: (group, spec, token) =>
        group === 'early' ? Promise.reject(new Error('throttled')) : world.ports.deployments.create(group, spec, token),
    })
    expect(await tick(world, ports)).toBe('throttled')
    world.plant.crash('line-1-0')
    expect(await tick(world, ports)).toBe('rolling-back')
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  })

  it('whose request is still in progress when a breach overtakes it is rolled back all the same', async () => {
    const world = await worldBeforeEarly()
    let request = (): Promise<unknown> => Promise.resolve()
    const slow = withDeployments(world, {
      create: (group, spec, token) => {
        request = () => world.ports.deployments.create(group, spec, token)
        return Promise.reject(new Error('the connection broke'))
      },
    })
    await tick(world, slow)
    world.plant.crash('line-1-0')
    expect(await tick(world)).toBe('rolling-back')
    await request() // and only now does AWS accept it
    expect(await tick(world)).toBe('rolling-back')
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1', 'early 2.4.0', 'early 2.3.1'])
    await tick(world)
    expect(await tick(world)).toBe('rolled-back')
  })

  it('is not started before the rollout before has notified all', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await tick(world)
    await tick(world)
    const mute = { ...world.ports, events: { put: () => Promise.reject(new Error('throttled')) } }
    expect(await tick(world, mute)).toBe('throttled')
    expect((await loadActive(world.store))?.value.state).toBe('rolled-back')
    await expect(world.start(mute)).rejects.toThrow('throttled')
    await world.start()
    expect(world.announced.slice(-1)).toEqual(['Firmware Rolled Back'])
    await tick(world)
    expect(world.announced.slice(-2)).toEqual(['Firmware Rolled Back', 'Firmware Rollout Started'])
  })

  it('whose request died with the function is not requested after a breach', async () => {
    const world = await worldBeforeEarly()
    const ports = withDeployments(world, { create: () => Promise.reject(new Error('killed')) })
    await tick(world, ports)
    world.plant.crash('line-1-0')
    await tick(world)
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  })

  it('that was requested by a function that died then is rolled back', async () => {
    const world = await worldBeforeEarly()
    const ports = withDeployments(world, {
      create: async (group, spec, token) => {
        await world.ports.deployments.create(group, spec, token)
        throw new Error('killed')
      },
    })
    await tick(world, ports)
    world.plant.crash('line-1-0')
    await tick(world)
    expect(created(world)).toEqual(['canary 2.4.0', 'early 2.4.0', 'early 2.3.1', 'canary 2.3.1'])
  })

  it('is not requested while nothing is known of the stage before it', async () => {
    const world = await worldBeforeEarly()
    const silent: Ports = {
      ...world.ports,
      health: { read: async () => world.readings().map((reading) => ({ ...reading, sample: null })) },
    }
    world.nowMs += 30 * MINUTE_MS
    expect(await tick(world, silent)).toBe('waiting')
    expect(await tick(world, silent)).toBe('waiting')
    expect(created(world)).toEqual(['canary 2.4.0'])
  })
})

/** Ports that create what is requested, and lose every answer. */
const losingAnswers = (world: World, over: Partial<Deployments> = {}): Ports =>
  withDeployments(world, {
    create: async (...request) => {
      await world.ports.deployments.create(...request)
      throw new Error('the answer was lost')
    },
    ...over,
  })

describe('a deployment request whose answers are lost for longer than AWS keeps its token', () => {
  const DAY_TICKS = (24 * 60 * MINUTE_MS) / policy.tickMs
  const unreadable = { current: () => Promise.reject(new Error('throttled')) }
  /** The rollback is created once, though every answer is lost, and confirmed. */
  const expectConfirmed = async (world: World): Promise<void> => {
    const ports = losingAnswers(world)
    expect(await tick(world, ports)).toBe('the answer was lost')
    expect(await tick(world, ports)).toBe('rolling-back')
    expect(await tick(world, ports)).toBe('rolling-back') // heard once
    expect(await tick(world, ports)).toBe('rolled-back')
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  }

  it('is found at the next evaluation, and kept', async () => {
    const world = await startedWorld()
    const ports = losingAnswers(world)
    expect(await tick(world, ports)).toBe('the answer was lost')
    expect(await tick(world, ports)).toBe('deploying')
    const canary = (await loadActive(world.store))?.value.stages[0]
    expect(canary?.deployment).toMatchObject({ deploymentId: 'd1', jobId: 'job-d1' })
    expect(created(world)).toEqual(['canary 2.4.0'])
  })

  it('is not created again where it cannot be read whether it exists', async () => {
    const world = await startedWorld()
    const ports = losingAnswers(world, unreadable)
    for (let i = 0; i < DAY_TICKS; i++) await tick(world, ports)
    expect(created(world)).toEqual(['canary 2.4.0'])
  })

  it('and is a rollback is found as well, and confirmed', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await expectConfirmed(world)
  })

  it('and is a rollback is created where nothing can be read, and not twice', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await tick(world, withDeployments(world, { create: () => Promise.reject(new Error('throttled')) }))
    const ports = losingAnswers(world, unreadable)
    for (let i = 0; i < DAY_TICKS; i++) await tick(world, ports)
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  })

  it('is rolled back as one whose deployment is unknown, and confirmed', async () => {
    const world = await startedWorld()
    const unknown = losingAnswers(world, unreadable)
    for (let i = 0; i < 4; i++) await tick(world, unknown)
    world.plant.crash('line-1-0')
    await expectConfirmed(world)
  })

  it('has nothing to ask for at its first try', async () => {
    const world = await startedWorld()
    let readings = 0
    const ports = withDeployments(world, {
      current: (group) => {
        readings += 1
        return world.ports.deployments.current(group)
      },
    })
    expect(await world.run(24 * 8, ports)).toBe('completed')
    expect(readings).toBe(0)
  })
})

describe('a rollback', () => {
  it('of one stage does not wait for that of another', async () => {
    const world = await worldBeforeEarly()
    await world.run(0.5)
    world.plant.crash('line-1-0')
    let isThrottled = true
    const ports = withDeployments(world, {
      create: (group, spec, token) =>
        group === 'early' && isThrottled
          ? Promise.reject(new Error('throttled'))
          : world.ports.deployments.create(group, spec, token),
    })
    expect(await tick(world, ports)).toBe('throttled')
    expect(created(world).slice(2)).toEqual(['canary 2.3.1'])
    isThrottled = false
    expect(await tick(world, ports)).toBe('rolling-back')
    expect(created(world).slice(2)).toEqual(['canary 2.3.1', 'early 2.3.1'])
    expect(await tick(world, ports)).toBe('rolling-back') // heard once
    expect(await tick(world, ports)).toBe('rolled-back')
  })

  it('goes on while the fleet index cannot be read', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await tick(world, withDeployments(world, { create: () => Promise.reject(new Error('throttled')) }))
    await tick(world, { ...world.ports, health: { read: () => Promise.reject(new Error('no index')) } })
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  })

  it('is not confirmed while a device still has it before it', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    expect(await tick(world)).toBe('rolling-back')
    world.executions = [{ thing: 'line-1-0', status: 'IN_PROGRESS' }]
    for (let i = 0; i < 3; i++) expect(await tick(world)).toBe('rolling-back')
    world.executions = [{ thing: 'line-1-0', status: 'SUCCEEDED' }]
    expect(await tick(world)).toBe('rolled-back')
  })

  it('that fails on a device pages at once and halts when the others are back, also when the page was lost', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await tick(world)
    world.executions = [{ thing: 'line-1-0', status: 'FAILED' }]
    expect(await tick(world, { ...world.ports, events: { put: () => Promise.reject(new Error('lost')) } })).toBe('lost')
    expect(world.announced.slice(1)).toEqual(['Firmware Rollback Started'])
    expect(await tick(world)).toBe('halted')
    const pages = ['Firmware Rollback Stuck', 'Firmware Rollback Stuck']
    expect(world.announced.slice(2)).toEqual(pages)
    await tick(world)
    expect(world.announced.slice(2)).toEqual(pages)
    expect(world.notified.map(({ message }) => message.code)).toEqual(['ROLLBACK_STUCK', 'ROLLBACK_STUCK'])
  })

  it('that is halted pages again until the page is taken, and holds up nothing else', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    await tick(world)
    world.executions = [{ thing: 'line-1-0', status: 'FAILED' }]
    const unpageable = { ...world.ports, notifications: { notify: () => Promise.reject(new Error('throttled')) } }
    expect(await tick(world, unpageable)).toBe('throttled')
    expect(await tick(world, unpageable)).toBe('throttled')
    expect((await loadActive(world.store))?.value.state).toBe('halted')
    expect(world.announced.slice(2)).toEqual(['Firmware Rollback Stuck', 'Firmware Rollback Stuck'])
    await tick(world)
    await tick(world)
    const failed = [{ thing: 'line-1-0', status: 'FAILED' }]
    const paged = { version: '2.4.0', stage: 'canary', stuck: ['line-1-0'] }
    expect(world.notified.map(({ message }) => message.data)).toMatchObject([
      { ...paged, reason: { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed } } },
      { ...paged, reason: { code: 'ROLLBACK_FAILED', data: { failed } } },
    ])
  })

  it('that was never taken is a breach of its own after a quarter of an hour', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    const ports = withDeployments(world, { create: () => Promise.reject(new Error('throttled')) })
    for (let i = 0; i < 6; i++) await tick(world, ports)
    expect((await loadActive(world.store))?.value.state).toBe('halted')
    expect(world.announced.slice(1)).toEqual(['Firmware Rollback Started', 'Firmware Rollback Stuck'])
    await tick(world) // it is still tried
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
  })

  it('carries no abort criteria, and the release does', async () => {
    const world = await soakingWorld()
    expect(world.specOf('canary').iotJobConfiguration?.abortConfig?.criteriaList?.[0]).toMatchObject({
      minNumberOfExecutedThings: 3,
    })
    world.plant.crash('line-1-0')
    await tick(world)
    expect(world.specOf('canary').iotJobConfiguration?.abortConfig).toBeUndefined()
  })
})

describe('a stage', () => {
  it('does not soak while a device that can be reached is still installing, whatever else is offline', async () => {
    const world = await startedWorld()
    const update = world.plant.update.bind(world.plant)
    world.plant.update = (things) => update(things.filter((thing) => thing !== 'line-5-0'))
    const lenient = { ...policy, quorumShare: 0.6, laterQuorumShare: 0.6 }
    const evaluation = async () => {
      const { decision } = await makeAnalyze(world.ports, lenient, world.clock)(world.event())
      world.nowMs += 2 * MINUTE_MS
      return decision
    }
    for (let i = 0; i < 4; i++) await evaluation() // 4 of 5 are installed
    world.offline.add('line-1-0')
    expect(await evaluation()).toMatchObject({
      kind: 'wait',
      reason: { code: 'INSTALLING', data: { installed: 4, members: 5, offline: 1, quorum: 3 } },
    })
    world.nowMs += 10 * MINUTE_MS
    expect(await evaluation()).toMatchObject({
      kind: 'soak',
      reason: { code: 'INSTALLED', data: { late: { first: ['line-5-0'] } } },
    })
  })
})

describe('a device that changes its group', () => {
  it('holds the rollout until that is undone and an operator resumes it: no stage monitors it', async () => {
    const world = await worldBeforeEarly()
    const joined = (stages: readonly string[]): Ports => ({
      ...world.ports,
      health: {
        read: async () =>
          world.readings().map((one) => (one.thing === 'line-2-3' ? { ...one, groups: [...stages] } : one)),
      },
    })
    for (const stages of [['production', 'early'], ['early'], []]) {
      expect(await tick(world, joined(stages))).toBe('waiting')
    }
    const { decision } = await makeAnalyze(joined(['early']), policy, world.clock)(world.event())
    expect(decision.reason).toMatchObject({
      code: 'PAUSED',
      data: { reason: { code: 'MEMBERSHIP_CHANGED', data: { changes: [{ thing: 'line-2-3' }] } } },
    })
    world.nowMs += policy.tickMs
    expect(await tick(world)).toBe('waiting')
    await makeOperate(world.ports, policy, () => world.nowMs)({ operation: 'resume', actor: 'jo', reason: 'undone' })
    expect(await tick(world)).toBe('deploying')
  })
})

describe('a deployment by somebody else', () => {
  const told = (world: World) => world.notified.map(({ message }) => message.data.reason.code)

  it('holds the rollout at the next evaluation and pages once, until an operator resumes it', async () => {
    const world = await worldBeforeEarly()
    world.deployBySomebodyElse('production', 'foreign-1')
    for (let i = 0; i < 3; i++) expect(await tick(world)).toBe('waiting')
    expect(told(world)).toEqual(['FOREIGN_DEPLOYMENT'])
    expect((await loadActive(world.store))?.value.pause).toMatchObject({ actor: 'controller' })
    await makeOperate(world.ports, policy, () => world.nowMs)({ operation: 'resume', actor: 'jo', reason: 'ours' })
    expect(await tick(world)).toBe('deploying')
    world.deployBySomebodyElse('canary', 'foreign-2')
    expect(await tick(world)).toBe('deploying')
    expect(told(world)).toEqual(['FOREIGN_DEPLOYMENT', 'FOREIGN_DEPLOYMENT'])
  })

  it('is told of in a rollback, which it does not hold', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    expect(await tick(world)).toBe('rolling-back')
    world.deployBySomebodyElse('early', 'foreign-1')
    await world.run(1)
    expect(told(world)).toEqual(['FOREIGN_DEPLOYMENT'])
    expect((await loadActive(world.store))?.value.state).toBe('rolled-back')
  })

  it('does not keep a breach from being rolled back when deployments cannot be listed', async () => {
    const world = await soakingWorld()
    world.plant.crash('line-1-0')
    const ports = withDeployments(world, { newest: () => Promise.reject(new Error('throttled')) })
    expect(await tick(world, ports)).toBe('rolling-back')
  })
})

describe('events', () => {
  it.each([null, {}, { time: 7 }, { time: '2026' }, { time: '2026-03-02T13:00:00' }, { time: '2026-13-02T13:00:00Z' }])(
    'without a time as EventBridge writes it are refused: %j',
    async (event) => {
      const world = new World()
      await expect(makeAnalyze(world.ports, policy, world.clock)(event)).rejects.toThrow('without a valid time')
    },
  )

  it('that start nothing are refused', async () => {
    const world = new World()
    for (const event of [null, world.event(), { ...world.event(), detail: { release } }]) {
      await expect(makeStart(world.ports, policy, world.clock)(event)).rejects.toThrow('detail.release')
    }
  })
})

describe('the record of shifts', () => {
  it('keeps the boundary also when the evaluation comes late', async () => {
    const world = new World()
    const at = (minutes: number): Promise<unknown> =>
      record(world.store, policy, toSnapshot(world.readings(), START_MS + minutes * MINUTE_MS))
    await at(-5)
    await at(12)
    const kept = await baselineSnapshots(world.store, policy, START_MS + 12 * MINUTE_MS)
    expect(kept.map(({ atMs }) => atMs)).toEqual([START_MS])
  })
})
