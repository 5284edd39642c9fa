import { describe, expect, it } from 'vitest'
import { StaleRollout } from '../../../controller/errors.ts'
import { exposureMs, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makeOperate } from '../../../controller/lambda/operate.ts'
import type { Ports } from '../../../controller/ports/ports.ts'
import type { OperationAnswer } from '../../../controller/reconcile/operate.ts'
import { loadActive, loadEvidence } from '../../../controller/reconcile/records.ts'
import type { Rollout } from '../../../controller/rollout/rollout.ts'
import { OPEN_GATES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS } from '../fixtures.ts'
import { failingAt, policy, startedWorld, type World } from '../world.ts'

const BECAUSE = { code: 'OPERATOR_REASON', data: { operatorReason: 'because' } }

const operate = (world: World, operation: string, over: object = {}, ports: Ports = world.ports) =>
  makeOperate(ports, policy, () => world.nowMs)({ operation, actor: 'jo', reason: 'because', ...over })

const rolloutOf = async (world: World): Promise<Rollout> => (await loadActive(world.store))?.value as Rollout
const auditOf = async (world: World, key: string): Promise<object | undefined> =>
  (await world.store.get<object>(`audit#${key}`))?.value

const created = (world: World): string[] => world.created.map(({ group, version }) => `${group} ${version}`)

describe('a pause', () => {
  it('holds the next stage until it is resumed, and goes on watching', async () => {
    const world = await startedWorld()
    await world.run(2) // canary has passed, early waits for the night
    expect((await operate(world, 'pause')).result).toBe('accepted')
    await world.run(8)
    expect(created(world)).toEqual(['canary 2.4.0'])
    expect((await operate(world, 'status')).status.rollout).toMatchObject({
      state: 'waiting',
      paused: { actor: 'jo', reason: BECAUSE },
      because: { code: 'PAUSED', data: { actor: 'jo', reason: BECAUSE } },
      eta: null,
    })
    await operate(world, 'resume')
    await world.run(0.5)
    expect(created(world)).toContain('early 2.4.0')
  })

  it('does not keep a bad release: it is rolled back all the same', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    await operate(world, 'pause')
    world.plant.crash('line-2-0')
    expect(await world.run(1)).toBe('rolled-back')
    expect((await rolloutOf(world)).pause).toBeNull()
  })

  it('holds back a deployment that had been decided and not created', async () => {
    const world = await startedWorld()
    const failing: Ports = {
      ...world.ports,
      deployments: {
        ...world.ports.deployments,
        create: () => Promise.reject(Object.assign(new Error('busy'), { name: 'ThrottlingException' })),
      },
    }
    await makeAnalyze(failing, policy, world.clock)(world.event()).catch(() => null)
    expect((await rolloutOf(world)).pending).toMatchObject([{ kind: 'deploy' }])
    await operate(world, 'pause')
    await world.run(0.5)
    expect(created(world)).toEqual([])
    await operate(world, 'resume')
    await world.run(0.5)
    expect(created(world)).toEqual(['canary 2.4.0'])
  })
})

it('a halted rollout requests no new firmware any more', async () => {
  const world = await startedWorld()
  const { create } = world.ports.deployments
  const failing: Ports = {
    ...world.ports,
    deployments: { ...world.ports.deployments, create: () => Promise.reject(new Error('busy')) },
  }
  for (const untilMs = world.nowMs + 2 * HOUR_MS; world.nowMs < untilMs; world.nowMs += policy.tickMs) {
    await makeAnalyze(failing, policy, world.clock)(world.event()).catch(() => null)
  }
  const halted = await rolloutOf(world)
  expect([halted.state, halted.haltedFrom]).toEqual(['halted', 'deploying'])
  await world.run(0.5, { ...world.ports, deployments: { ...world.ports.deployments, create } })
  expect(created(world)).toEqual([])
  expect((await operate(world, 'retry')).result).toBe('accepted')
  expect(created(world)).toEqual(['canary 2.4.0'])
})

describe('an abort', () => {
  it('rolls back in the same invocation, and is verified like any rollback', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const { result, outcome } = await operate(world, 'abort')
    expect([result, outcome?.state, outcome?.decision.kind]).toEqual(['accepted', 'rolling-back', 'rollback'])
    expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
    expect(world.cancelled).toEqual(['d1'])
    world.nowMs += policy.tickMs
    expect(await world.run(1)).toBe('rolled-back')
  })

  it('before anything was deployed ends the rollout', async () => {
    const world = await startedWorld()
    await operate(world, 'abort')
    expect(await world.run(1)).toBe('rolled-back')
    expect(created(world)).toEqual([])
  })
})

describe('a change freeze', () => {
  it('deploys nothing until it is lifted, and is in an audit trail of its own', async () => {
    const world = await startedWorld()
    await operate(world, 'freeze', { reason: 'accident on line 2' })
    await world.run(2)
    expect(created(world)).toEqual([])
    expect((await operate(world, 'status')).status).toMatchObject({
      changeFreeze: { actor: 'jo', reason: 'accident on line 2' },
      rollout: { because: { code: 'CHANGES_FROZEN', data: { actor: 'jo', operatorReason: 'accident on line 2' } } },
    })
    await operate(world, 'unfreeze')
    await world.run(1)
    expect(created(world)).toEqual(['canary 2.4.0'])
    expect(await auditOf(world, 'changes#000001')).toMatchObject({ kind: 'freeze', actor: 'jo' })
    expect(await auditOf(world, 'changes#000002')).toMatchObject({ kind: 'unfreeze' })
  })
})

describe('evidence', () => {
  it('is not needed for the rest of the window of a healthy stage, with skip', async () => {
    const long = { ...policy, windowMs: 4 * HOUR_MS }
    const world = await startedWorld()
    const analyze = makeAnalyze(world.ports, long, world.clock)
    const ask = (operation: string) =>
      makeOperate(world.ports, long, () => world.nowMs)({ operation, actor: 'jo', reason: 'because' })
    const watch = async (hours: number): Promise<void> => {
      for (const untilMs = world.nowMs + hours * HOUR_MS; world.nowMs < untilMs; world.nowMs += long.tickMs) {
        await analyze(world.event())
      }
    }
    await watch(0.5)
    // Half an hour of five canaries is too little evidence about connections.
    expect((await ask('skip')).answer.code).toBe('STAGE_NOT_HEALTHY')
    await watch(2)
    expect((await ask('promote')).answer.code).toBe('WINDOW_NOT_ELAPSED')
    expect(await ask('skip')).toMatchObject({ result: 'accepted', outcome: { state: 'waiting' } })
    expect(await rolloutOf(world)).toMatchObject({ state: 'waiting', stageIndex: 1 })
    expect(world.announced).toEqual(['Firmware Rollout Started', 'Firmware Rollout Stage Passed'])
  })

  it('is not needed where a whole window could not bring it, with promote', async () => {
    const world = await startedWorld()
    const half = world.membersOf('canary').slice(0, 1)
    await world.run(0.4, world.ports)
    for (const thing of half) world.plant.versions.set(thing, '2.4.0')
    // From now on no health document can be read: the window shows nothing.
    const unread: Ports = {
      ...world.ports,
      health: { read: async () => world.readings().map((one) => ({ ...one, sample: null })) },
    }
    await world.run(2, unread)
    expect((await rolloutOf(world)).state).toBe('soaking')
    expect((await operate(world, 'skip')).result).toBe('refused')
    const { result, answer } = await operate(world, 'promote')
    expect([result, answer]).toMatchObject([
      'accepted',
      { code: 'PROMOTED_WITHOUT_EVIDENCE', data: { actor: 'jo', operatorReason: 'because' } },
    ])
    expect(await rolloutOf(world)).toMatchObject({ state: 'waiting', stageIndex: 1 })
  })
})

/** A canary that breaches, and ports at which the first rollback of a device fails. */
async function stuckWorld(): Promise<{ readonly world: World; readonly stuck: Ports }> {
  const world = await startedWorld()
  await world.run(0.5)
  world.plant.crash('line-2-0')
  const { deployments } = world.ports
  const executions: Ports['deployments']['executions'] = async (jobId) =>
    jobId === 'job-d2' ? [{ thing: 'line-1-0', status: 'FAILED' }] : []
  return { world, stuck: { ...world.ports, deployments: { ...deployments, executions } } }
}

describe('a retry', () => {
  it('of a halted rollback requests it again, and it can succeed', async () => {
    const { world, stuck } = await stuckWorld()
    expect(await world.run(1, stuck)).toBe('halted')
    expect(world.announced).toContain('Firmware Rollback Stuck')
    expect((await operate(world, 'retry', {}, stuck)).outcome?.state).toBe('rolling-back')
    world.nowMs += policy.tickMs
    expect(await world.run(1, stuck)).toBe('rolled-back')
    expect(world.created.map(({ token }) => token.replace(/^r-2-4-0-\d+-/, ''))).toEqual([
      'deploy-canary',
      'back-canary',
      'back-canary-1',
    ])
  })

  it('drops no page that was not taken', async () => {
    const { world, stuck } = await stuckWorld()
    const unpageable: Ports = {
      ...stuck,
      notifications: { notify: () => Promise.reject(new Error('throttled')) },
    }
    for (let evaluation = 0; evaluation < 3; evaluation++) {
      await makeAnalyze(unpageable, policy, world.clock)(world.event()).catch(() => null)
      world.nowMs += policy.tickMs
    }
    await operate(world, 'retry', {}, unpageable)
    expect(await rolloutOf(world)).toMatchObject({ state: 'rolling-back', retries: 1 })
    world.nowMs += policy.tickMs
    await world.run(1)
    expect(world.notified.map(({ message }) => message.code)).toEqual(['ROLLBACK_STUCK', 'ROLLBACK_STUCK'])
  })

  it('of a window that brought no evidence monitors a whole one again', async () => {
    const world = await startedWorld()
    await world.run(0.4)
    const unread: Ports = {
      ...world.ports,
      health: { read: async () => world.readings().map((one) => ({ ...one, sample: null })) },
    }
    expect(await world.run(26, unread)).toBe('halted')
    const haltedAtMs = world.nowMs
    const { id } = await rolloutOf(world)
    const shownMs = async (): Promise<number> =>
      exposureMs((await loadEvidence(world.store, id, 'canary'))?.value ?? NO_EVIDENCE)
    expect(await shownMs()).toBeGreaterThan(0)
    expect((await operate(world, 'retry')).result).toBe('accepted')
    expect(await shownMs()).toBe(0)
    await world.run(3)
    const { state, stages } = await rolloutOf(world)
    expect([state, stages[0]?.soakingSinceMs]).toEqual(['waiting', haltedAtMs])
    expect(world.nowMs - haltedAtMs).toBeGreaterThanOrEqual(HOUR_MS)
  })
})

describe('groups that change under a rollout', () => {
  it('pause it with the names, page on-call once, and go on when they are right again', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const wrong: Ports = {
      ...world.ports,
      health: {
        read: async () =>
          world
            .readings()
            .map((one) => (one.thing === 'line-2-3' ? { ...one, groups: ['canary', 'production'] } : one)),
      },
    }
    const CHANGED = { thing: 'line-2-3', groups: ['canary', 'production'], planned: 'production' }
    await world.run(6, wrong)
    expect(await rolloutOf(world)).toMatchObject({
      state: 'soaking',
      pause: { actor: 'controller', reason: { code: 'MEMBERSHIP_CHANGED', data: { changes: [CHANGED] } } },
    })
    expect(world.announced).toEqual(['Firmware Rollout Started', 'Firmware Rollout Held'])
    await operate(world, 'resume')
    await world.run(0.5)
    expect(await rolloutOf(world)).toMatchObject({ state: 'waiting', stageIndex: 1 })
  })

  it('pause it again while they are still wrong, and page again: no resume is undone in silence', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const read = async () =>
      world.readings().map((one) => (one.thing === 'line-2-3' ? { ...one, groups: ['early'] } : one))
    const wrong: Ports = { ...world.ports, health: { read } }
    for (let pages = 1; pages <= 3; pages++) {
      await world.run(0.5, wrong)
      expect((await rolloutOf(world)).pause).toMatchObject({ actor: 'controller' })
      expect(world.notified.map(({ message }) => message.code)).toEqual(Array(pages).fill('ROLLOUT_HELD'))
      expect((await operate(world, 'resume')).result).toBe('accepted')
    }
  })
})

describe('a rollback of devices that all are away', () => {
  it('is open and pages at once, is verified when they return, and is rolled back then', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const canaries = world.membersOf('canary')
    await operate(world, 'abort')
    for (const thing of canaries) world.offline.add(thing)
    const away: Ports = {
      ...world.ports,
      health: {
        read: async () => world.readings().map((one) => (one.connected ? one : { ...one, sample: null })),
      },
    }
    world.nowMs += policy.tickMs
    expect(await world.run(3, away)).toBe('rolling-back')
    expect(world.notified.map(({ message }) => message)).toMatchObject([
      {
        code: 'ROLLBACK_STUCK',
        data: { stuck: canaries, reason: { code: 'ROLLBACK_UNVERIFIED', data: { confirmed: 0, offline: 5 } } },
      },
    ])
    world.offline.clear()
    expect(await world.run(0.5, away)).toBe('rolled-back')
    expect(world.notified).toHaveLength(1)
  })

  it('needs an operator after a day, and can be requested again', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    await operate(world, 'abort')
    for (const thing of world.membersOf('canary')) world.offline.add(thing)
    const away: Ports = {
      ...world.ports,
      health: { read: async () => world.readings().map((one) => (one.connected ? one : { ...one, sample: null })) },
    }
    world.nowMs += policy.tickMs
    expect(await world.run(25, away)).toBe('halted')
    expect(world.notified.map(({ message }) => message.code)).toEqual(['ROLLBACK_STUCK', 'ROLLBACK_STUCK'])
    world.offline.clear()
    expect((await operate(world, 'retry')).result).toBe('accepted')
    world.nowMs += policy.tickMs
    expect(await world.run(0.5)).toBe('rolled-back')
  })
})

describe('the bake time', () => {
  it('watches the whole fleet once every device has the release, and still rolls it back', async () => {
    const always = { ...policy, gates: OPEN_GATES, holdback: false, bakeMs: 3 * HOUR_MS }
    const world = await startedWorld(always)
    while ((await rolloutOf(world)).reason.code !== 'INSTALLED' || (await rolloutOf(world)).stageIndex < 2) {
      await world.run(0.1)
    }
    await world.run(2.5)
    expect((await makeAnalyze(world.ports, always, world.clock)(world.event())).decision.reason.code).toBe('BAKING')
    world.nowMs += policy.tickMs
    world.plant.crash('line-2-3')
    expect(await world.run(1)).toBe('rolled-back')
    expect(world.created.slice(-3).map(({ group, version }) => `${group} ${version}`)).toEqual([
      'production 2.3.1',
      'early 2.3.1',
      'canary 2.3.1',
    ])
  })

  it('ends: a release that stays well is completed', async () => {
    const world = await startedWorld({ ...policy, gates: OPEN_GATES, holdback: false, bakeMs: 3 * HOUR_MS })
    expect(await world.run(12)).toBe('completed')
    const { stages, stateSinceMs } = await rolloutOf(world)
    expect(stateSinceMs - (stages[2]?.soakingSinceMs ?? 0)).toBe(HOUR_MS + 3 * HOUR_MS)
  })
})

describe('the audit trail', () => {
  it('has what was done, by the version it made, and what was refused', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const { id } = await rolloutOf(world)
    const { version } = (await loadActive(world.store)) as { version: number }
    await operate(world, 'pause', { id: 'op-1' })
    const key = `${id}#${String(version + 1).padStart(6, '0')}`
    expect(await auditOf(world, key)).toMatchObject({ kind: 'pause', actor: 'jo', reason: 'because', id: 'op-1' })
    await operate(world, 'skip')
    expect(await auditOf(world, `${id}#refused#${world.nowMs}#skip`)).toMatchObject({
      result: 'refused',
      answer: { code: 'PAUSED_BY', data: { actor: 'jo' } },
    })
  })
})

describe('a request', () => {
  it.each([
    [{ operation: 'paws', actor: 'jo', reason: 'x' }, 'UNKNOWN_OPERATION'],
    [{ operation: 'pause', actor: 'jo' }, 'ATTRIBUTION_MISSING'],
    [{ operation: 'pause', actor: ' ', reason: 'x' }, 'ATTRIBUTION_MISSING'],
    [null, 'UNKNOWN_OPERATION'],
    ['pause', 'UNKNOWN_OPERATION'],
    [{ operation: 'pause', actor: 'jo', reason: 'x', id: 7 }, 'ID_NOT_TEXT'],
  ])('%j is answered, and changes nothing', async (event, code) => {
    const world = await startedWorld()
    const before = await loadActive(world.store)
    const got: OperationAnswer = await makeOperate(world.ports, policy, () => world.nowMs)(event)
    expect(got).toMatchObject({ result: 'refused', answer: { code } })
    expect(await loadActive(world.store)).toEqual(before)
  })
})

describe('a function killed at any call', () => {
  it.each(['killed before', 'killed after'] as const)(
    'and asked again with the same id does it once (%s)',
    async (moment) => {
      let points = 0
      for (let k = 1; ; k++) {
        const world = await startedWorld()
        await world.run(0.5)
        const { ports, hasFailed, revive } = failingAt(world.ports, k, moment)
        await operate(world, 'abort', { id: 'op-1' }, ports).catch(() => null)
        revive()
        await operate(world, 'abort', { id: 'op-1' })
        world.nowMs += policy.tickMs
        expect([k, await world.run(1)]).toEqual([k, 'rolled-back'])
        expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
        expect((await rolloutOf(world)).operations?.map(({ id }) => id)).toEqual(['op-1'])
        if (!hasFailed()) break
        points += 1
      }
      expect(points).toBeGreaterThan(8)
    },
  )
})

const withPutIf = ({ store, ...ports }: Ports, putIf: Ports['store']['putIf']): Ports => ({
  ...ports,
  store: { get: store.get.bind(store), put: store.put.bind(store), delete: store.delete.bind(store), putIf },
})

/** Ports whose conditional write of a rollout or of the freeze is reported as stale at the `k`th time, done or not. */
function staleAt(
  ports: Ports,
  k: number,
  isDone: boolean,
): { readonly ports: Ports; readonly wasStale: () => boolean } {
  let writes = 0
  const putIf = async <T>(key: string, value: T, version: number): Promise<number> => {
    const isHit = (key.startsWith('rollout#') || key === 'freeze') && ++writes === k
    if (isHit && !isDone) throw new StaleRollout(key)
    const written = await ports.store.putIf(key, value, version)
    if (isHit) throw new StaleRollout(key)
    return written
  }
  return { ports: withPutIf(ports, putIf), wasStale: () => writes >= k }
}

describe('a conditional write that the store reports as stale', () => {
  it.each([
    ['done', true],
    ['not done', false],
  ])('and that was %s does not make an operation judge its own doing', async (_, isDone) => {
    let stale = 0
    for (let k = 1; ; k++) {
      const world = await startedWorld()
      await world.run(0.5)
      const { ports, wasStale } = staleAt(world.ports, k, isDone)
      const { result, answer, outcome } = await operate(world, 'abort', {}, ports)
      expect([k, result, answer.code, outcome?.state]).toEqual([k, 'accepted', 'ROLLBACK_REQUESTED', 'rolling-back'])
      expect(created(world)).toEqual(['canary 2.4.0', 'canary 2.3.1'])
      expect((await rolloutOf(world)).operations?.map(({ operation }) => operation)).toEqual(['abort'])
      expect((await operate(world, 'abort')).answer.code).toBe('ROLLBACK_RUNNING')
      world.nowMs += policy.tickMs
      expect(await world.run(1)).toBe('rolled-back')
      if (!wasStale()) break
      stale += 1
    }
    // The intent, and each of its effects.
    expect(stale).toBeGreaterThanOrEqual(5)
  })

  it.each([true, false])('leaves one line for a change freeze (done: %s)', async (isDone) => {
    const world = await startedWorld()
    const { ports } = staleAt(world.ports, 1, isDone)
    expect((await operate(world, 'freeze', {}, ports)).answer.code).toBe('FREEZE_SET')
    expect(await auditOf(world, 'changes#000001')).toMatchObject({ kind: 'freeze', result: 'accepted' })
    expect(await auditOf(world, 'changes#000002')).toBeUndefined()
  })

  it('again and again is reported: nothing was accepted', async () => {
    const world = await startedWorld()
    const ports = withPutIf(world.ports, (key) => Promise.reject(new StaleRollout(key)))
    await expect(operate(world, 'pause', {}, ports)).rejects.toThrow(StaleRollout)
    expect((await rolloutOf(world)).pause ?? null).toBeNull()
  })
})

describe('an id', () => {
  it('is bound to its request, also when the next rollout has begun', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    await operate(world, 'abort', { id: 'op-1' })
    world.nowMs += policy.tickMs
    expect(await world.run(1)).toBe('rolled-back')
    await world.start()
    const { id } = await rolloutOf(world)
    expect((await operate(world, 'abort', { id: 'op-1' })).answer.code).toBe('DONE_BEFORE')
    expect((await operate(world, 'pause', { id: 'op-1' })).answer.code).toBe('IDEMPOTENT_PARAMETER_MISMATCH')
    const now = await rolloutOf(world)
    expect([now.id, now.state, now.operations ?? []]).toEqual([id, 'waiting', []])
    expect((await operate(world, 'abort', { id: 'op-2' })).result).toBe('accepted')
  })
})

describe('a fleet that falls silent', () => {
  /** All health documents stay what they were. */
  const silent = (world: World): Ports => {
    const last = world.readings()
    return { ...world.ports, health: { read: async () => last } }
  }

  it('is held: the clock stands still, on-call is paged after a quarter of an hour, and it goes on', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    const ports = silent(world)
    await world.run(0.2, ports)
    expect(world.announced).toEqual(['Firmware Rollout Started'])
    await world.run(2.3, ports)
    expect(world.announced).toEqual(['Firmware Rollout Started', 'Firmware Rollout Held'])
    const held = await rolloutOf(world)
    expect(held.state).toBe('soaking')
    const sinceMs = held.stages[0]?.soakingSinceMs ?? 0
    await world.run(0.1)
    // Two hours and a half of wall time are not the hour that the window needs.
    const because = (await operate(world, 'status')).status.rollout?.because
    expect(because).toMatchObject({ code: 'WINDOW_RUNNING', data: { windowMs: HOUR_MS } })
    expect(because?.code === 'WINDOW_RUNNING' && because.data.elapsedMs).toBeLessThan(HOUR_MS)
    await world.run(1.5)
    expect((await rolloutOf(world)).stageIndex).toBe(1)
    expect(world.nowMs - sinceMs).toBeGreaterThan(3 * HOUR_MS + 10 * MINUTE_MS)
  })
})
