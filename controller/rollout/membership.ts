import { HOLDBACK_GROUP } from '../contract.ts'
import type { MembershipChange } from '../messages/decisions.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { groupsOf, heldOf, lastStage, type Rollout } from './rollout.ts'

/** The group of every planned device; the plan changes only with the stages, when devices are held back or released. */
const plans = new WeakMap<Rollout['stages'], ReadonlyMap<string, string>>()

function planOf(rollout: Rollout): ReadonlyMap<string, string> {
  const { stages } = rollout
  let plan = plans.get(stages)
  if (plan === undefined) {
    plan = new Map<string, string>([
      ...stages.flatMap(({ name, members }) => members.map((thing) => [thing, name] as const)),
      ...heldOf(rollout).map((thing) => [thing, HOLDBACK_GROUP] as const),
    ])
    plans.set(stages, plan)
  }
  return plan
}

/** How far the fleet index may be behind a move of the controller's own. */
const INDEX_LAG_MS = 15 * 60_000

/** Devices that the controller itself is moving, or has just moved: either group is as planned, and both. */
function movingOf({ holdback, pending }: Rollout, nowMs: number): ReadonlySet<string> {
  if (holdback === undefined) return new Set()
  const isMoving = pending.some(({ kind }) => kind === 'hold-back' || kind === 'release-holdback')
  const hasMoved = nowMs - (holdback.releasedAtMs ?? holdback.sinceMs) < INDEX_LAG_MS
  return new Set(isMoving || hasMoved ? holdback.things : [])
}

const isBetween = (groups: readonly string[], heldFrom: string): boolean =>
  groups.every((group) => group === heldFrom || group === HOLDBACK_GROUP)

/**
 * How the thing groups differ from the plan that was frozen at the start, device by device: a device that is added to a
 * group from outside takes whatever is deployed there, outside of the order of the stages. [source: group-membership]
 */
export function membershipChanges(
  rollout: Rollout,
  readings: readonly DeviceReading[],
  nowMs: number,
): readonly MembershipChange[] {
  const plan = planOf(rollout)
  const moving = movingOf(rollout, nowMs)
  const all = groupsOf(rollout)
  const { name: heldFrom } = lastStage(rollout)
  let planned = 0
  const changes: MembershipChange[] = []
  for (const { thing, groups } of readings) {
    const stage = plan.get(thing)
    if (stage !== undefined) planned += 1
    if (groups.length === 1 && groups[0] === stage) continue
    const own = all.filter((name) => groups.includes(name))
    if (own.length > 0 && moving.has(thing) && isBetween(own, heldFrom)) continue
    const isAsPlanned = stage === undefined ? own.length === 0 : own.length === 1 && own[0] === stage
    if (!isAsPlanned) changes.push({ thing, groups: own, planned: stage ?? null })
  }
  if (planned === plan.size) return changes
  const present = new Set(readings.map(({ thing }) => thing))
  const gone = [...plan].filter(([thing]) => !present.has(thing))
  return [...changes, ...gone.map(([thing, planned]) => ({ thing, groups: null, planned }))]
}
