import { STAGES, type StageName } from '../contract.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { groupedBy } from '../support/grouped.ts'
import { heldOf, LAST_STAGE, type Rollout, type Stage, stageOf } from './rollout.ts'

/** The stage that devices are held back from. */
export const HELD_FROM = STAGES[LAST_STAGE] as StageName

/**
 * One device of every line: the last by name of those that can be reached and report, since others are no controls. A
 * line whose only device this is keeps it. [source: holdback]
 */
export function chooseHeld(
  members: readonly string[],
  lineOf: Readonly<Record<string, number>>,
  readings: readonly DeviceReading[],
): readonly string[] {
  const reachable = new Set(readings.filter(({ connected, sample }) => connected && sample !== null).map(thingOf))
  const byLine = groupedBy(members, (thing) => lineOf[thing])
  const chosen = [...byLine.values()].flatMap((own) => {
    const last =
      own.length > 1
        ? own
            .filter((thing) => reachable.has(thing))
            .sort()
            .at(-1)
        : undefined
    return last === undefined ? [] : [last]
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

/** Time since the holdback was released, from when its devices run a window; infinite where it was not. */
export const sinceReleaseMs = ({ holdback }: Rollout, nowMs: number): number =>
  nowMs - (holdback?.releasedAtMs ?? Number.NEGATIVE_INFINITY)

/**
 * The stage whose window its soak is: without devices that were released after it had begun, which run one of their
 * own.
 */
export function soakingStage({ holdback, ...rollout }: Rollout): Stage {
  const stage = stageOf(rollout)
  if ((holdback?.releasedAtMs ?? 0) <= (stage.soakingSinceMs ?? 0)) return stage
  const released = new Set(holdback?.things)
  return { ...stage, members: stage.members.filter((thing) => !released.has(thing)) }
}

/** Devices are held back as long as the state is about the last stage. */
const withMembers = (rollout: Rollout, members: readonly string[]): Rollout => ({
  ...rollout,
  stages: rollout.stages.map((stage) => (stage.name === HELD_FROM ? { ...stage, members } : stage)),
})
