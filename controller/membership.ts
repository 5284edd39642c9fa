import { STAGES } from './contract.ts'
import type { DeviceReading } from './ports.ts'
import type { Rollout } from './rollout.ts'

/** The stage of every planned device; the plan of a rollout never changes. */
const plans = new WeakMap<Rollout['stages'], ReadonlyMap<string, string>>()

function planOf({ stages }: Rollout): ReadonlyMap<string, string> {
  let plan = plans.get(stages)
  if (plan === undefined) {
    plan = new Map(stages.flatMap(({ name, members }) => members.map((thing) => [thing, name] as const)))
    plans.set(stages, plan)
  }
  return plan
}

/**
 * How the thing groups differ from the plan that was frozen at the start, a sentence a device: a device that somebody
 * adds to a group takes whatever is deployed there, in no order that a rollout knows. [detection B13]
 */
export function membershipChanges(rollout: Rollout, readings: readonly DeviceReading[]): readonly string[] {
  const plan = planOf(rollout)
  let planned = 0
  const changes: string[] = []
  for (const { thing, groups } of readings) {
    const stage = plan.get(thing)
    if (stage !== undefined) planned += 1
    if (groups.length === 1 && groups[0] === stage) continue
    const stages = STAGES.filter((name) => groups.includes(name)).join(' and ')
    if (stages !== (stage ?? '')) changes.push(`${thing} is in ${stages || 'no stage'}, planned for ${stage ?? 'none'}`)
  }
  if (planned === plan.size) return changes
  const present = new Set(readings.map(({ thing }) => thing))
  const gone = [...plan].filter(([thing]) => !present.has(thing))
  return [...changes, ...gone.map(([thing, stage]) => `${thing} is gone, planned for ${stage}`)]
}
