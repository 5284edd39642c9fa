import { describe, expect, it } from 'vitest'
import { shiftBoundaries } from '../../controller/calendar.ts'
import { FIRMWARE_COMPONENT, HEALTH_COMPONENT, STAGES, type StageName } from '../../controller/contract.ts'
import { PreflightRefused, StaleRollout } from '../../controller/errors.ts'
import { makeAnalyze } from '../../controller/lambda/analyze.ts'
import { makePromote } from '../../controller/lambda/promote.ts'
import { makeStart } from '../../controller/lambda/start.ts'
import type { DeploymentSpec, DeviceReading, Ports } from '../../controller/ports.ts'
import { loadActive, record, toSnapshot } from '../../controller/records.ts'
import { HOUR_MS, Plant, policyWith, START_MS } from './fixtures.ts'
import { MemoryStore } from './memory-store.ts'

const LINES = 5
const policy = policyWith({ windowMs: HOUR_MS })
const release = {
  version: '2.4.0',
  replaces: '2.3.1',
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
}

/** A plant behind the controller's ports; deployments take effect at once. */
class World {
  readonly plant = new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: LINES, perLine: 6 })
  readonly store = new MemoryStore()
  readonly created: { group: StageName; version: string; token: string }[] = []
  readonly cancelled: string[] = []
  readonly announced: string[] = []
  nowMs = START_MS
  readonly #byToken = new Map<string, string>()
  readonly #specs = new Map<StageName, DeploymentSpec>()

  constructor() {
    const components = {
      [FIRMWARE_COMPONENT]: { componentVersion: '2.3.1' },
      [HEALTH_COMPONENT]: { componentVersion: '1.2.0' },
      'com.plant.Other': { componentVersion: '9.9.9' },
    }
    for (const stage of STAGES) this.#specs.set(stage, { deploymentName: stage, components })
  }

  groupOf(thing: string): StageName {
    const station = Number(thing.split('-')[2])
    return station === 0 ? 'canary' : station === 1 ? 'early' : 'production'
  }

  membersOf = (stage: StageName): string[] => this.plant.things.filter((thing) => this.groupOf(thing) === stage)

  readings(): DeviceReading[] {
    const { devices } = this.plant.at(this.nowMs)
    return this.plant.things.map((thing) => ({
      thing,
      groups: [this.groupOf(thing)],
      line: this.plant.lineOf[thing] as number,
      connected: true,
      sample: devices[thing] ?? null,
    }))
  }

  readonly ports: Ports = {
    health: { read: async () => this.readings() },
    store: this.store,
    events: { put: async (detailType) => void this.announced.push(detailType) },
    deployments: {
      current: async (group) => ({ deploymentId: `old-${group}`, spec: this.#specs.get(group) as DeploymentSpec }),
      create: async (group, spec, token) => {
        const known = this.#byToken.get(token)
        if (known !== undefined) return { deploymentId: known, jobId: `job-${known}` }
        const version = spec.components[FIRMWARE_COMPONENT]?.componentVersion as string
        this.#specs.set(group, spec)
        this.created.push({ group, version, token })
        const id = `d${this.created.length}`
        this.#byToken.set(token, id)
        if (version === '2.4.0') this.plant.update(this.membersOf(group))
        else for (const thing of this.membersOf(group)) this.plant.versions.set(thing, version)
        return { deploymentId: id, jobId: `job-${id}` }
      },
      cancel: async (id) => void this.cancelled.push(id),
      executions: async () => [],
      isDeployable: async () => true,
    },
  }

  specOf = (group: StageName): DeploymentSpec => this.#specs.get(group) as DeploymentSpec

  event = (): object => ({ time: new Date(this.nowMs).toISOString() })

  async recordHistory(): Promise<void> {
    for (const atMs of shiftBoundaries(policy, START_MS - policy.baselineMs - 8 * HOUR_MS, START_MS)) {
      this.nowMs = atMs
      await record(this.store, policy, toSnapshot(this.readings(), atMs))
    }
    this.nowMs = START_MS
  }

  start = (ports: Ports = this.ports): Promise<unknown> =>
    makeStart(ports, policy)({ ...this.event(), detail: { release, actor: 'test', reason: 'because' } })

  /** Ticks until the controller says that the rollout has ended, or for so many hours. */
  async run(hours: number, ports: Ports = this.ports, eachTick?: () => void): Promise<string> {
    const analyze = makeAnalyze(ports, policy)
    let state = ''
    for (const untilMs = this.nowMs + hours * HOUR_MS; this.nowMs < untilMs; this.nowMs += policy.tickMs) {
      eachTick?.()
      state = (await analyze(this.event())).state
      if (['completed', 'rolled-back', 'halted'].includes(state)) break
    }
    return state
  }
}

async function startedWorld(): Promise<World> {
  const world = new World()
  await world.recordHistory()
  await world.start()
  return world
}

describe('a healthy rollout', () => {
  it('deploys the stages in order, each with its whole component set, and completes', async () => {
    const world = await startedWorld()
    expect(await world.run(24 * 8)).toBe('completed')
    expect(world.created.map(({ group, version }) => [group, version])).toEqual(STAGES.map((stage) => [stage, '2.4.0']))
    expect(Object.keys(world.specOf('canary').components)).toContain('com.plant.Other')
    expect(world.announced).toHaveLength(2)
  })

  it('waits at the gate when the event comes early, and deploys by the event when it is open', async () => {
    const world = await startedWorld()
    await world.run(2)
    expect((await loadActive(world.store))?.value).toMatchObject({ state: 'waiting', stageIndex: 1 })
    const promote = makePromote(world.ports, policy)
    expect((await promote(world.event())).decision.kind).toBe('wait')
    world.nowMs = Date.parse('2026-03-02T21:00:00Z') // the third shift begins
    expect((await promote(world.event())).decision.kind).toBe('deploy')
    expect(world.created.at(-1)?.group).toBe('early')
    expect((await promote(world.event())).decision.kind).toBe('wait')
    expect(world.created).toHaveLength(2)
  })
})

describe('a crash', () => {
  it('is answered in the same invocation: rollback created, bad deployment cancelled, then verified', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    world.plant.crash('line-2-0')
    const outcome = await makeAnalyze(world.ports, policy)(world.event())
    expect(outcome).toMatchObject({ state: 'rolling-back', decision: { kind: 'rollback' } })
    expect(world.created.at(-1)).toMatchObject({ group: 'canary', version: '2.3.1' })
    expect(world.cancelled).toEqual(['d1'])
    world.nowMs += policy.tickMs
    expect(await world.run(1)).toBe('rolled-back')
  })

  it('of a canary still counts while early soaks', async () => {
    const world = await startedWorld()
    await world.run(9) // early has been deployed at 22:00
    expect(world.created.map(({ group }) => group)).toEqual(['canary', 'early'])
    world.plant.crash('line-1-0')
    await world.run(1)
    expect(world.created.slice(2).map(({ group }) => group)).toEqual(['early', 'canary'])
  })
})

describe('preflight', () => {
  it('lists every refusal at once', async () => {
    const world = new World()
    const ports: Ports = {
      ...world.ports,
      deployments: { ...world.ports.deployments, isDeployable: async (_, version) => version !== '2.4.0' },
    }
    const refused = (await world.start(ports).catch((error: unknown) => error)) as PreflightRefused
    expect(refused).toBeInstanceOf(PreflightRefused)
    expect(refused.refusals).toEqual([
      `component ${FIRMWARE_COMPONENT} 2.4.0 is not DEPLOYABLE`,
      'the baseline covers 0 % of devices x shifts, 70 % needed',
    ])
  })

  it('refuses a second rollout while one is active', async () => {
    const world = await startedWorld()
    await expect(world.start()).rejects.toThrow('is active')
  })
})

/** Ports whose k-th call throws, as if the function was killed there: before the call, or after its effect. */
function killedAt(ports: Ports, k: number, moment: 'before' | 'after'): { ports: Ports; killed: () => boolean } {
  let calls = 0
  let isKilled = false
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        return async (...args: unknown[]) => {
          calls += 1
          const dies = calls === k && !isKilled
          if (dies) isKilled = true
          if (dies && moment === 'before') throw new Error('killed')
          const result = await method.apply(target, args)
          if (dies) throw new Error('killed')
          return result
        }
      },
    })
  const wrapped = {
    health: wrap(ports.health),
    deployments: wrap(ports.deployments),
    store: wrap(ports.store),
    events: wrap(ports.events),
  }
  return { ports: wrapped, killed: () => isKilled }
}

describe('a function killed at any call, before it or after its effect', () => {
  it.each(['before', 'after'] as const)(
    'and run again comes to the same end, with each effect once (%s)',
    async (moment) => {
      let points = 0
      for (let k = 1; ; k++) {
        const world = await startedWorld()
        const { ports, killed } = killedAt(world.ports, k, moment)
        const analyze = makeAnalyze(ports, policy)
        let state = ''
        for (let tick = 0; tick < 12 && state !== 'rolled-back'; tick++) {
          if (tick === 6) world.plant.crash('line-3-0')
          const outcome = await analyze(world.event()).catch(() => null)
          state = outcome?.state ?? state
          world.nowMs += policy.tickMs
        }
        expect([k, state]).toEqual([k, 'rolled-back'])
        expect(world.created.map(({ group, version }) => [group, version])).toEqual([
          ['canary', '2.4.0'],
          ['canary', '2.3.1'],
        ])
        if (!killed()) break
        points += 1
      }
      expect(points).toBeGreaterThan(40)
    },
  )
})

describe('two instances at once', () => {
  it('do not both win: the slower one learns that its rollout is stale', async () => {
    const world = await startedWorld()
    const slow = { ...world.ports.deployments }
    const ports: Ports = {
      ...world.ports,
      deployments: {
        ...slow,
        create: async (group, spec, token) => {
          await makeAnalyze(world.ports, policy)(world.event()) // the other instance overtakes it here
          return slow.create(group, spec, token)
        },
      },
    }
    await expect(makeAnalyze(ports, policy)(world.event())).rejects.toThrow(StaleRollout)
    expect(world.created).toHaveLength(1)
  })
})
