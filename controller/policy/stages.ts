import type { StageName } from '../contract.ts'
import { groupedBy } from '../support/grouped.ts'
import type { Members, Policy, StagePolicy } from './policy.ts'

/** Names of the stages in the order in which they are deployed. */
export const stageNames = ({ stages }: Pick<Policy, 'stages'>): readonly StageName[] => stages.map(({ name }) => name)

/** The last stage to be deployed: the one that devices are held back from. */
export const lastStageOf = ({ stages }: Pick<Policy, 'stages'>): StageName => (stages.at(-1) as StagePolicy).name

/** The first stage to be deployed: its devices are the canaries. */
export const firstStageOf = ({ stages }: Pick<Policy, 'stages'>): StageName => (stages[0] as StagePolicy).name

/** Healthy exposure that a stage needs. */
export const windowOf = (policy: Pick<Policy, 'stages' | 'windowMs'>, stage: StageName): number =>
  entryOf(policy, stage)?.windowMs ?? policy.windowMs

const entryOf = ({ stages }: Pick<Policy, 'stages'>, stage: StageName): StagePolicy | undefined =>
  stages.find(({ name }) => name === stage)

const known = new WeakMap<Policy, Map<StageName, Policy>>()

/** The policy as it holds for one stage, with its window; of other stages it says nothing any more. */
export function policyAt(policy: Policy, stage: StageName): Policy {
  const windowMs = windowOf(policy, stage)
  if (windowMs === policy.windowMs) return policy
  const byStage = known.get(policy) ?? new Map<StageName, Policy>()
  known.set(policy, byStage)
  const own = byStage.get(stage) ?? { ...policy, windowMs }
  byStage.set(stage, own)
  return own
}

/** The policy with one window for all stages. */
export const withWindow = (policy: Policy, windowMs: number): Policy => ({
  ...policy,
  windowMs,
  stages: policy.stages.map(({ windowMs: _, ...stage }) => stage),
})

/** Devices of a stage that must count as installed. */
export function quorumOf(policy: Policy, stage: StageName, devices: number): number {
  const own = entryOf(policy, stage)?.quorumShare
  const usual = stage === firstStageOf(policy) ? policy.quorumShare : policy.laterQuorumShare
  return Math.ceil((own ?? usual) * devices)
}

/** A device as its stage is chosen by. */
export interface Candidate extends Named {
  readonly line: number
}

interface Named {
  readonly thing: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Whether a stage says which devices it has, wherever it stands in the order. */
export const isNamed = (members: Members): boolean => 'things' in members || 'attribute' in members

/** The stage that names a device, or its attribute; null where none does. */
export const claimOf = ({ stages }: Pick<Policy, 'stages'>, device: Named): StageName | null =>
  stages.find(({ members }) => isClaimed(members, device))?.name ?? null

/**
 * The stage of every device, by name; devices of a line are taken in the order given. A device that no stage takes is
 * absent. Pure.
 */
export function membership(
  stages: readonly StagePolicy[],
  devices: readonly Candidate[],
): ReadonlyMap<string, StageName> {
  const chosen = new Map<string, StageName>()
  for (const device of devices) {
    const stage = claimOf({ stages }, device)
    if (stage !== null) chosen.set(device.thing, stage)
  }
  for (const line of groupedBy(devices, (device) => device.line).values()) {
    let left = line.filter(({ thing }) => !chosen.has(thing))
    for (const { name, members } of stages) {
      const count = Math.min(countOf(members, line.length, left.length), left.length)
      for (const { thing } of left.slice(0, count)) chosen.set(thing, name)
      left = left.slice(count)
    }
  }
  return chosen
}

function isClaimed(members: Members, { thing, attributes }: Named): boolean {
  if ('things' in members) return members.things.includes(thing)
  return 'attribute' in members && members.is.includes(attributes[members.attribute] ?? '')
}

/** How many devices of a line a stage takes. */
function countOf(members: Members, ofLine: number, left: number): number {
  if ('perLine' in members) return members.perLine
  if ('ofLine' in members) return Math.round(ofLine * members.ofLine)
  return 'ofRest' in members ? Math.round(left * members.ofRest) : 0
}
