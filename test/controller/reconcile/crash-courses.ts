import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makePromote } from '../../../controller/lambda/promote.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import type { Ports } from '../../../controller/ports/ports.ts'
import type { PreflightRefused } from '../../../controller/reconcile/preflight.ts'
import { loadActive } from '../../../controller/reconcile/records.ts'
import { heldOf, isFinal, type Release, type Rollout } from '../../../controller/rollout/rollout.ts'
import { LAST_STAGE, OPEN_GATES } from '../../seed-stages.ts'
import { MINUTE_MS, type PlantOptions, policyWith } from '../fixtures.ts'
import { type Failure, failingAt, once, release, startedWorld, World } from '../world.ts'

/**
 * Short windows, no gates and little evidence: a whole rollout in some twenty evaluations. Without devices held back, which
 * have a course of their own below.
 */
export const quick = policyWith({
  holdback: false,
  windowMs: 15 * MINUTE_MS,
  migrationWindowMs: 15 * MINUTE_MS,
  bakeMs: 15 * MINUTE_MS,
  gates: OPEN_GATES,
  evidence: { ...policyWith().evidence, connectionMinAttempts: 40 },
})
export const MAX_TICKS = 80
export const SMALL = { lines: 3, perLine: 3 }

export const rolloutOf = async (world: World): Promise<Rollout> => (await loadActive(world.store))?.value as Rollout

/** What the rollout came to, without its times. */
export interface End {
  readonly state: string
  /** Deployments that were created; the rollbacks of two stages do not wait for each other. */
  readonly created: readonly string[]
  readonly requests: readonly (readonly [string, boolean, boolean])[]
  readonly trail: readonly string[]
  readonly announced: readonly string[]
  readonly notified: readonly string[]
}

export async function endOf(world: World): Promise<End> {
  const rollout = await rolloutOf(world)
  const trail: string[] = []
  for (let sequence = 0; sequence < 200; sequence++) {
    const key = `audit#${rollout.id}#${String(sequence).padStart(6, '0')}`
    const entry = await world.store.get<{ kind: string }>(key)
    if (entry !== null) trail.push(entry.value.kind)
  }
  return {
    state: rollout.state,
    created: world.created.map(({ group, version }) => `${group} ${version}`).sort(),
    requests: rollout.stages.map(({ name, deployment, rollback }) => [name, deployment !== null, rollback !== null]),
    trail,
    announced: [...new Set(world.announced)],
    notified: [...new Set(world.notified.map(({ message }) => message.code))],
  }
}

/** What happens in the plant before a tick; the same in a copy of the world. */
export type Course = (rollout: Rollout, world: World) => void

/** Nothing goes wrong. */
export const healthy: Course = () => undefined
/** A device of production crashes while others are held back from it. */
export const crashWhileHeld: Course = ({ state, stageIndex, holdback }, { plant }) => {
  const isHolding = stageIndex === LAST_STAGE && holdback?.releasedAtMs === null
  if (state === 'soaking' && isHolding && !plant.hasCrashed('line-1-2')) plant.crash('line-1-2')
}
/** A canary crashes while early soaks. */
export const crashInEarly: Course = ({ state, stageIndex }, { plant }) => {
  if (state === 'soaking' && stageIndex === 1 && !plant.hasCrashed('line-3-0')) plant.crash('line-3-0')
}

/** Every canary takes the release and falls back from it before the next evaluation. */
export const noneInstalls: Course = ({ state }, world) => {
  if (state === 'deploying') world.plant.revert(world.plant.canaries, '2.3.1')
}

/** Each with the state that it ends in, and a number of calls that it makes more than. */
export const COURSES: readonly (readonly [name: string, Course, state: string, calls: number])[] = [
  ['a whole rollout', healthy, 'completed', 180],
  ['a rollback', crashInEarly, 'rolled-back', 120],
  ['a rollout that on-call is paged for', noneInstalls, 'halted', 60],
]

/** One tick: the schedule calls the analyzer, and the event of a passed stage the promoter. */
export async function tick(world: World, ports: Ports, revive: () => void): Promise<void> {
  const before = world.announced.length
  await makeAnalyze(ports, world.policy, world.clock)(world.event()).catch(() => null)
  revive()
  if (world.announced.slice(before).includes('Firmware Rollout Stage Passed')) {
    await makePromote(ports, world.policy, world.clock)(world.event()).catch(() => null)
    revive()
  }
}

export type Tick = (world: World) => Promise<void>

/** What a rollout is started with. */
export interface Start {
  readonly policy: Policy
  readonly release: Release
  readonly size: PlantOptions
}

export const QUICK: Start = { policy: quick, release, size: SMALL }
/** One device of every line is held back from production. */
export const HOLDING: Start = { ...QUICK, policy: { ...quick, holdback: true }, size: { lines: 2, perLine: 4 } }

/** Plays a course to its end, `each` tick as the world has it; a migration to the start of its firmware. */
export async function playOn(
  course: Course,
  each: (world: World) => Tick,
  start: Start = QUICK,
  from?: World,
): Promise<{ world: World; end: End }> {
  const world = from ?? (await startedWorld(start.policy, start.size, start.release))
  const onTick = each(world)
  for (let ticks = 0; ticks < MAX_TICKS; ticks++) {
    const rollout = await rolloutOf(world)
    const isFollowing = start.release.migration !== undefined && rollout.subject === undefined
    if (isFollowing || (isFinal(rollout) && rollout.subject === undefined && rollout.pending.length === 0)) break
    course(rollout, world)
    await onTick(world)
    world.nowMs += world.policy.tickMs
  }
  return { world, end: await endOf(world) }
}

/** The world at the beginning of a tick, and what had been called by then. */
interface Moment {
  readonly world: World
  readonly calls: number
}

/** The ticks of an undisturbed course: one that is disturbed at a later call begins with the same. */
const momentsOf = once(async (course: Course, start: Start): Promise<readonly Moment[]> => {
  const moments: Moment[] = []
  await playOn(
    course,
    (world) => {
      const { ports, calls, revive } = failingAt(world.ports, Number.POSITIVE_INFINITY, 'refused')
      return async () => {
        moments.push({ world: await world.copy(), calls: calls() })
        await tick(world, ports, revive)
      }
    },
    start,
  )
  return moments
})

/** Plays a course whose k-th call fails; `onTick` sees the world after each tick. */
export async function play(
  course: Course,
  k = Number.POSITIVE_INFINITY,
  failure: Failure = 'refused',
  start: Start = QUICK,
  onTick: Tick = async () => undefined,
) {
  const moments = await momentsOf(course, start)
  const moment = moments.findLast(({ calls }) => calls < k) as Moment
  let hasFailed = (): boolean => false
  const { world, end } = await playOn(
    course,
    (world) => {
      const failing = failingAt(world.ports, k - moment.calls, failure)
      hasFailed = failing.hasFailed
      return async () => {
        await tick(world, failing.ports, failing.revive)
        await onTick(world)
      }
    },
    start,
    await moment.world.copy(),
  )
  return { hasFailed: hasFailed(), world, end }
}

const beforeStart = once(async () => {
  const world = new World(quick, SMALL)
  await world.recordHistory()
  return world
})

/** Starts a rollout; where its k-th call fails, the same event is delivered again: what that comes to, or why it is refused. */
export async function startTwice(k: number, failure?: Failure) {
  const world = await (await beforeStart()).copy()
  const { ports, hasFailed, revive } = failingAt(world.ports, k, failure ?? 'refused')
  await world.start(ports).catch(() => null)
  revive()
  if (!hasFailed()) return { hasFailed: false }
  const again = await world.start(ports).then(
    () => 'started',
    ({ refusals }: PreflightRefused) => refusals.map(({ code }) => code).join(),
  )
  return { hasFailed: true, rollout: await rolloutOf(world), again }
}

/** How many calls an undisturbed course makes before the first tick that finds the rollout like this. */
export async function callsBefore(
  course: Course,
  start: Start,
  isReached: (rollout: Rollout) => boolean,
): Promise<number> {
  for (const { world, calls } of await momentsOf(course, start)) if (isReached(await rolloutOf(world))) return calls
  throw new Error('the course does not come to that')
}

/** The same with devices held back: who has the release in the end, and who of those held back had it too early. */
export async function playHolding(course: Course, k?: number, failure?: Failure) {
  const early = new Set<string>()
  const { world, hasFailed, end } = await play(course, k, failure, HOLDING, async (world) => {
    for (const thing of heldOf(await rolloutOf(world))) if (world.updated.has(thing)) early.add(thing)
  })
  const groups = ['line-1-3', 'line-2-3'].map((thing) => world.groupsOf(thing).join())
  const updated = [...world.updated].sort()
  return { hasFailed, end: { ...end, groups, updated, early: [...early] } }
}
