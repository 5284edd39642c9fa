import type { StageName } from '../contract.ts'
import { closedForGoodBy, type Gate, gateAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { lastStageOf, stageNames, windowOf } from '../policy/stages.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { groupedBy } from '../support/grouped.ts'
import { heldOf, isAtLastStage, lastStage, type Rollout, type Stage, stageOf } from './rollout.ts'

/**
 * One device of every line: the last by name of those that can be reached and report, since others are no controls. A
 * line with only one such device of production takes the release with it: on no line is production held back as a whole.
 * [source: holdback]
 */
export function chooseHeld(
  members: readonly string[],
  lineOf: Readonly<Record<string, number>>,
  readings: readonly DeviceReading[],
): readonly string[] {
  const reachable = new Set(readings.filter(({ connected, sample }) => connected && sample !== null).map(thingOf))
  const byLine = groupedBy(members, (thing) => lineOf[thing])
  const chosen = [...byLine.values()].flatMap((all) => {
    const own = all.filter((thing) => reachable.has(thing)).sort()
    return own.length > 1 ? own.slice(-1) : []
  })
  return chosen.sort()
}

const thingOf = ({ thing }: DeviceReading): string => thing

/** The stage goes on without them: they are its controls. */
export function withHeld(rollout: Rollout, things: readonly string[], nowMs: number): Rollout {
  const held = new Set(things)
  const { members } = stageOf(rollout)
  return withMembers(
    { ...rollout, holdback: { things, sinceMs: nowMs, releasedAtMs: null } },
    members.filter((thing) => !held.has(thing)),
  )
}

/** They are members like any other again, whether or not they have been moved yet. */
export function withHoldbackReleased(rollout: Rollout, nowMs: number): Rollout {
  const { holdback } = rollout
  if (holdback === undefined || heldOf(rollout).length === 0) return rollout
  const { members } = stageOf(rollout)
  return withMembers({ ...rollout, holdback: { ...holdback, releasedAtMs: nowMs } }, [...members, ...holdback.things])
}

/** A gate, and the stage whose windows it is made of. */
export interface FollowGate extends Gate {
  readonly stage: StageName
}

/**
 * When the devices that were held back may follow: in the first gate of any stage to open. They are one of a line, as the
 * canaries are, so that each of these gates is made for as many; the next window of production may be days away. The
 * deny windows of production hold for them as for all its devices. Of gates that open together it is production's.
 * [source: holdback]
 */
export function followGateAt(policy: Policy, fromMs: number, isHotfix: boolean): FollowGate {
  const [stages, heldFrom] = [stageNames(policy), lastStageOf(policy)]
  const denied = policy.deny[heldFrom] ?? []
  const own: Policy = { ...policy, deny: Object.fromEntries(stages.map((stage) => [stage, denied])) }
  const gates = stages
    .filter((stage) => stage === heldFrom || closedForGoodBy(own, stage, fromMs, isHotfix) === null)
    .map((stage): FollowGate => ({ stage, ...gateAt(own, stage, fromMs, isHotfix) }))
  return gates.reduce((first, gate) => (gate.opensAtMs <= first.opensAtMs ? gate : first))
}

/** Time since the holdback was released, from when its devices are watched; infinite where it was not. */
export const sinceReleaseMs = ({ holdback }: Rollout, nowMs: number): number =>
  nowMs - (holdback?.releasedAtMs ?? Number.NEGATIVE_INFINITY)

/**
 * The stage whose window its soak is: without devices that were released after it had begun, which are watched for a
 * time of their own.
 */
export function soakingStage({ holdback, ...rollout }: Rollout): Stage {
  const stage = stageOf(rollout)
  if ((holdback?.releasedAtMs ?? 0) <= (stage.soakingSinceMs ?? 0)) return stage
  const released = new Set(holdback?.things)
  return { ...stage, members: stage.members.filter((thing) => !released.has(thing)) }
}

/**
 * How long the present soak has to be watched: a window, and the bake time after it where nothing was held back and every
 * device has the release. Devices that were held back bake from their release on.
 */
export function soakMs(rollout: Rollout, policy: Policy): number {
  const windowMs = windowOf(policy, stageOf(rollout).name)
  return isAtLastStage(rollout) && rollout.holdback === undefined ? windowMs + policy.bakeMs : windowMs
}

/** Devices are held back as long as the state is about the last stage. */
const withMembers = (rollout: Rollout, members: readonly string[]): Rollout => ({
  ...rollout,
  stages: rollout.stages.map((stage) => (stage === lastStage(rollout) ? { ...stage, members } : stage)),
})
