import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makePromote } from '../../../controller/lambda/promote.ts'
import { OPEN_GATES } from '../../../controller/policy/policy.ts'
import type { Ports } from '../../../controller/ports/ports.ts'
import { loadActive } from '../../../controller/reconcile/records.ts'
import { isFinal, type Release, type Rollout } from '../../../controller/rollout/rollout.ts'
import { MINUTE_MS, policyWith } from '../fixtures.ts'
import { type Failure, failingAt, release, startedWorld, type World } from '../world.ts'

/** Short windows, no gates and little evidence: a whole rollout in some twenty evaluations. */
/** Without devices held back, which have a course of their own below. */
export const quick = policyWith({
  holdback: false,
  windowMs: 15 * MINUTE_MS,
  migrationWindowMs: 15 * MINUTE_MS,
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

export type Course = (rollout: Rollout, world: World) => void

/** One device of every line is held back from production. */
export const holding = { ...quick, holdback: true }
export const HOLDING_SIZE = { lines: 2, perLine: 4 }

/** Nothing goes wrong. */
export const healthy: Course = () => undefined
/** A device of production crashes while others are held back from it. */
export const crashWhileHeld = (): Course => {
  let isOver = false
  return ({ state, stageIndex, holdback }, world) => {
    if (isOver || state !== 'soaking' || stageIndex !== 2 || holdback?.releasedAtMs !== null) return
    isOver = true
    world.plant.crash('line-1-2')
  }
}
/** A canary crashes while early soaks. */
export const crashInEarly = (): Course => {
  let isOver = false
  return ({ state, stageIndex }, world) => {
    if (isOver || state !== 'soaking' || stageIndex !== 1) return
    isOver = true
    world.plant.crash('line-3-0')
  }
}

/** Every canary takes the release and falls back from it before the next evaluation. */
export const noneInstalls: Course = ({ state }, world) => {
  if (state === 'deploying') world.plant.revert(world.plant.canaries, '2.3.1')
}

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

/** Plays a course to its end, `each` tick as the world has it; a migration to the start of its firmware. */
export async function playOn(
  course: Course,
  each: (world: World) => Tick,
  policy = quick,
  asked: Release = release,
  size = SMALL,
): Promise<{ world: World; end: End }> {
  const world = await startedWorld(policy, size, asked)
  const onTick = each(world)
  for (let ticks = 0; ticks < MAX_TICKS; ticks++) {
    const rollout = await rolloutOf(world)
    const isFollowing = asked.migration !== undefined && rollout.subject === undefined
    if (isFollowing || (isFinal(rollout) && rollout.subject === undefined && rollout.pending.length === 0)) break
    course(rollout, world)
    await onTick(world)
    world.nowMs += world.policy.tickMs
  }
  return { world, end: await endOf(world) }
}

export async function play(
  course: Course,
  k = Number.POSITIVE_INFINITY,
  failure: Failure = 'refused',
  asked?: Release,
) {
  let hasFailed = (): boolean => false
  const { end } = await playOn(
    course,
    (world) => {
      const failing = failingAt(world.ports, k, failure)
      hasFailed = failing.hasFailed
      return () => tick(world, failing.ports, failing.revive)
    },
    quick,
    asked,
  )
  return { hasFailed: hasFailed(), end }
}
