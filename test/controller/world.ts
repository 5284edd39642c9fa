import { FIRMWARE_COMPONENT, HEALTH_COMPONENT, type StageName } from '../../controller/contract.ts'
import { toSnapshot } from '../../controller/evidence/snapshot.ts'
import { makeAnalyze } from '../../controller/lambda/analyze.ts'
import { makeStart } from '../../controller/lambda/start.ts'
import { shiftBoundaries } from '../../controller/policy/calendar.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type {
  DeploymentSpec,
  DeviceExecution,
  DeviceReading,
  Notification,
  Ports,
} from '../../controller/ports/ports.ts'
import { record } from '../../controller/reconcile/records.ts'
import type { Release } from '../../controller/rollout/rollout.ts'
import { MemoryStore } from '../../scenarios/world/memory-store.ts'
import { STAGES } from '../seed-stages.ts'
import { HOUR_MS, Plant, type PlantOptions, policyWith, START_MS } from './fixtures.ts'

const LINES = 5
/** [source: client-token] */
const TOKEN_KEPT_MS = 8 * HOUR_MS
export const policy = policyWith({ windowMs: HOUR_MS })
export const release = {
  version: '2.4.0',
  replaces: '2.3.1',
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
  previous: { data: { writes: 6, reads: [5, 6, 7] }, shadow: { writes: '2.0', reads: ['1.0', '2.0'] } },
}

/** A store that knows what it holds, so that it can be copied; documents are shared, because none is ever changed. */
class CopiedStore extends MemoryStore {
  readonly #keys = new Set<string>()

  override put<T>(key: string, value: T): Promise<void> {
    this.#keys.add(key)
    return super.put(key, value)
  }

  override putIf<T>(key: string, value: T, expectedVersion: number): Promise<number> {
    this.#keys.add(key)
    return super.putIf(key, value, expectedVersion)
  }

  async copyTo(copy: CopiedStore): Promise<void> {
    for (const key of this.#keys) {
      const { value, version } = (await this.get(key)) ?? { value: null, version: 0 }
      for (let v = 0; v < version; v++) await copy.putIf(key, value, v)
    }
  }
}

/** A plant behind the controller's ports; deployments take effect at once. */
export class World {
  readonly plant: Plant
  readonly store = new CopiedStore()
  readonly created: { group: StageName; version: string; token: string }[] = []
  readonly cancelled: string[] = []
  readonly announced: string[] = []
  readonly notified: Notification[] = []
  /** Devices that ever took the release. */
  readonly updated = new Set<string>()
  readonly offline = new Set<string>()
  /** What IoT Jobs reports of the devices of every deployment; null: they succeeded. */
  executions: DeviceExecution[] | null = null
  nowMs = START_MS
  readonly #byToken = new Map<string, { readonly id: string; readonly atMs: number }>()
  readonly #current = new Map<StageName, { readonly deploymentId: string; readonly clientToken: string | null }>()
  readonly #specs = new Map<StageName, DeploymentSpec>()
  /** Of devices that were moved. */
  readonly #groups = new Map<string, readonly string[]>()

  readonly policy: Policy

  constructor(
    worldPolicy: Policy = policy,
    size: PlantOptions = { lines: LINES, perLine: 6 },
    plant: Plant = new Plant(START_MS - 8 * 24 * HOUR_MS, size),
  ) {
    this.policy = worldPolicy
    this.plant = plant
    const components = {
      [FIRMWARE_COMPONENT]: { componentVersion: '2.3.1' },
      [HEALTH_COMPONENT]: { componentVersion: '1.2.0' },
      'com.plant.Other': { componentVersion: '9.9.9' },
    }
    for (const stage of STAGES) this.#specs.set(stage, { deploymentName: stage, components })
  }

  /** Another world that is as this one is now, and goes on as this one would. */
  async copy(): Promise<World> {
    const copy = new World(this.policy, undefined, this.plant.copy())
    await this.store.copyTo(copy.store)
    copy.created.push(...this.created)
    copy.cancelled.push(...this.cancelled)
    copy.announced.push(...this.announced)
    copy.notified.push(...this.notified)
    for (const thing of this.updated) copy.updated.add(thing)
    for (const thing of this.offline) copy.offline.add(thing)
    copy.executions = this.executions
    copy.nowMs = this.nowMs
    for (const [token, known] of this.#byToken) copy.#byToken.set(token, known)
    for (const [group, current] of this.#current) copy.#current.set(group, current)
    for (const [group, spec] of this.#specs) copy.#specs.set(group, spec)
    for (const [thing, groups] of this.#groups) copy.#groups.set(thing, groups)
    return copy
  }

  groupOf(thing: string): StageName {
    const station = Number(thing.split('-')[2])
    return station === 0 ? 'canary' : station === 1 ? 'early' : 'production'
  }

  groupsOf = (thing: string): readonly string[] => this.#groups.get(thing) ?? [this.groupOf(thing)]

  membersOf = (group: string): string[] => this.plant.things.filter((thing) => this.groupsOf(thing).includes(group))

  #take(things: readonly string[], version: string): void {
    if (version !== '2.4.0') return this.plant.revert(things, version)
    this.plant.update(things.filter((thing) => this.plant.versions.get(thing) !== version))
    for (const thing of things) this.updated.add(thing)
  }

  readings(): DeviceReading[] {
    const { devices } = this.plant.at(this.nowMs)
    return this.plant.things.map((thing) => ({
      thing,
      groups: this.groupsOf(thing),
      line: this.plant.lineOf[thing] as number,
      attributes: {},
      connected: !this.offline.has(thing),
      sample: devices[thing] ?? null,
    }))
  }

  /** Another revision of what the group has, by a hand that is not the controller's. */
  deployBySomebodyElse(group: StageName, deploymentId: string): void {
    this.#current.set(group, { deploymentId, clientToken: null })
  }

  #currentOf = (group: StageName) => this.#current.get(group) ?? { deploymentId: `old-${group}`, clientToken: null }

  readonly ports: Ports = {
    health: { read: async () => this.readings() },
    store: this.store,
    events: { put: async (detailType) => void this.announced.push(detailType) },
    notifications: { notify: async (notification) => void this.notified.push(notification) },
    deployments: {
      newest: async () =>
        Object.fromEntries(STAGES.map((group) => [group, this.#currentOf(group).deploymentId] as const)),
      current: async (group) => {
        const current = this.#currentOf(group)
        return { ...current, jobId: `job-${current.deploymentId}`, spec: this.#specs.get(group) as DeploymentSpec }
      },
      create: async (group, spec, token) => {
        const known = this.#byToken.get(token)
        if (known !== undefined && this.nowMs - known.atMs < TOKEN_KEPT_MS) {
          return { deploymentId: known.id, jobId: `job-${known.id}` }
        }
        const version = spec.components[FIRMWARE_COMPONENT]?.componentVersion as string
        this.#specs.set(group, spec)
        this.created.push({ group, version, token })
        const id = `d${this.created.length}`
        this.#byToken.set(token, { id, atMs: this.nowMs })
        this.#current.set(group, { deploymentId: id, clientToken: token })
        this.#take(this.membersOf(group), version)
        return { deploymentId: id, jobId: `job-${id}` }
      },
      cancel: async (id) => void this.cancelled.push(id),
      executions: async (jobId) => this.executions ?? this.#taken(jobId),
      isDeployable: async () => true,
      hasGroup: async () => true,
      move: async (thing, from, to) => {
        const before = this.groupsOf(thing)
        const after = [...before.filter((group) => group !== from && group !== to), to].sort()
        this.#groups.set(thing, after)
        // The continuous deployment gives a joining device what the group has.
        const version = this.#specs.get(to as StageName)?.components[FIRMWARE_COMPONENT]?.componentVersion
        if (!before.includes(to) && version !== undefined) this.#take([thing], version)
      },
    },
  }

  #taken(jobId: string): DeviceExecution[] {
    const { group } = this.created[Number(jobId.slice('job-d'.length)) - 1] as { group: StageName }
    return this.membersOf(group).map((thing) => ({ thing, status: 'SUCCEEDED' }))
  }

  specOf = (group: StageName): DeploymentSpec => this.#specs.get(group) as DeploymentSpec

  readonly clock = (): number => this.nowMs

  event = (): object => ({ time: new Date(this.nowMs).toISOString() })

  async recordHistory(): Promise<void> {
    for (const atMs of shiftBoundaries(this.policy, START_MS - this.policy.baselineMs - 8 * HOUR_MS, START_MS - 1)) {
      this.nowMs = atMs
      await record(this.store, this.policy, toSnapshot(this.readings(), atMs))
    }
    this.nowMs = START_MS
  }

  start = (ports: Ports = this.ports, asked: Release = release): Promise<unknown> =>
    makeStart(
      ports,
      this.policy,
      this.clock,
    )({ ...this.event(), detail: { release: asked, actor: 'test', reason: 'because' } })

  /** Ticks until the rollout has ended, or for so many hours. */
  async run(hours: number, ports: Ports = this.ports, eachTick?: () => void): Promise<string> {
    const analyze = makeAnalyze(ports, this.policy, this.clock)
    let state = ''
    for (const untilMs = this.nowMs + hours * HOUR_MS; this.nowMs < untilMs; this.nowMs += this.policy.tickMs) {
      eachTick?.()
      state = (await analyze(this.event())).state
      if (['completed', 'rolled-back', 'halted'].includes(state)) break
    }
    return state
  }
}

/** `make`, called once for the same arguments. */
export function once<Args extends readonly unknown[], Made>(make: (...args: Args) => Made): (...args: Args) => Made {
  const known: { readonly args: Args; readonly made: Made }[] = []
  return (...args) => {
    let one = known.find((other) => other.args.length === args.length && other.args.every((arg, i) => arg === args[i]))
    if (one === undefined) {
      one = { args, made: make(...args) }
      known.push(one)
    }
    return one.made
  }
}

/** A world whose rollout has been started. The week before and the start are computed once for the same arguments. */
export async function startedWorld(worldPolicy?: Policy, size?: PlantOptions, asked?: Release): Promise<World> {
  return (await startWorld(worldPolicy, size, asked)).copy()
}

const startWorld = once(async (worldPolicy?: Policy, size?: PlantOptions, asked?: Release): Promise<World> => {
  const world = new World(worldPolicy, size)
  await world.recordHistory()
  await world.start(world.ports, asked)
  return world
})

/** How a call fails: before it took effect or after, and the function with it or not. */
export const FAILURES = ['killed before', 'killed after', 'refused', 'answer lost'] as const
export type Failure = (typeof FAILURES)[number]

/**
 * Ports whose k-th call fails. Where the function is killed there, every call after it throws as well until `revive`;
 * where it is not, the call alone fails: throttled, or done with its answer lost.
 */
export function failingAt(
  ports: Ports,
  k: number,
  failure: Failure,
): { ports: Ports; calls: () => number; hasFailed: () => boolean; revive: () => void } {
  let calls = 0
  let isDead = false
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        return async (...args: unknown[]) => {
          if (isDead) throw new Error('dead')
          calls += 1
          const fails = calls === k
          if (fails && failure.startsWith('killed')) isDead = true
          if (fails && (failure === 'killed before' || failure === 'refused')) throw new Error(failure)
          const result = await method.apply(target, args)
          if (fails) throw new Error(failure)
          return result
        }
      },
    })
  const wrapped = {
    health: wrap(ports.health),
    deployments: wrap(ports.deployments),
    store: wrap(ports.store),
    events: wrap(ports.events),
    notifications: wrap(ports.notifications),
  }
  const revive = (): void => {
    isDead = false
  }
  return { ports: wrapped, calls: () => calls, hasFailed: () => calls >= k, revive }
}
