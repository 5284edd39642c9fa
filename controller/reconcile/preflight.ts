import { STAGES, type StageName } from '../contract.ts'
import { type Baseline, coverageOf } from '../evidence/baseline.ts'
import { quorumOf } from '../policy/policy.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { chooseHeld, HELD_FROM } from '../rollout/holdback.ts'
import { writtenShare } from '../units/quantity.ts'
import { membersOf, type StaticFindings, staticPreflight } from './static-preflight.ts'

/** What was found before a rollout. */
export interface Findings extends StaticFindings {
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly baseline: Baseline
}

/** Why the rollout must not start; empty when it may. Pure. */
export function preflight(found: Findings): readonly string[] {
  return [
    ...(found.activeRollout === null ? [] : [`rollout ${found.activeRollout} is active`]),
    ...staticPreflight(found),
    ...STAGES.flatMap((stage) => refuseReach(stage, found)),
    ...refuseMemory(found),
    ...refuseDisk(found),
    ...refuseBaseline(found),
  ]
}

/** A stage that cannot reach its quorum would only be halted a window later. [detection D4] */
function refuseReach(stage: StageName, { readings, policy }: Findings): string[] {
  const all = membersOf(readings, stage)
  const held = new Set(policy.holdback && stage === HELD_FROM ? heldAmong(all) : [])
  const members = all.filter(({ thing }) => !held.has(thing))
  const reporting = members.filter(({ connected, sample }) => connected && sample !== null).length
  const quorum = quorumOf(policy, stage, members.length)
  return reporting >= quorum
    ? []
    : [`${reporting} of ${members.length} devices of ${stage} are connected and report, ${quorum} needed`]
}

/** Who would be held back now. */
const heldAmong = (members: readonly DeviceReading[]): readonly string[] =>
  chooseHeld(
    members.map(({ thing }) => thing),
    Object.fromEntries(members.map(({ thing, line }) => [thing, line])),
    members,
  )

/** A device short of memory cannot even download a rollback. [detection B11, D2: roll back while free memory >= 25 %] */
function refuseMemory({ readings, policy }: Findings): string[] {
  const { freeFloorPct } = policy.memory
  return readings.flatMap(({ thing, sample }) => {
    if (sample === null) return []
    const { memoryMiB, memoryLimitMiB } = sample.gauges
    const freeShare = 1 - memoryMiB / memoryLimitMiB
    if (freeShare >= freeFloorPct / 100) return []
    return [`${thing} has ${(freeShare * 100).toFixed(0)} % of its memory free, ${freeFloorPct} % needed`]
  })
}

/** A health component that does not report the disk says nothing against the release. */
function refuseDisk({ readings, policy }: Findings): string[] {
  const neededMiB = policy.preflight.freeDiskMiB
  return readings.flatMap(({ thing, sample }) => {
    const freeMiB = sample?.gauges.diskFreeMiB ?? neededMiB
    return freeMiB >= neededMiB
      ? []
      : [`${thing} has ${freeMiB.toFixed(0)} MiB of its disk free, ${neededMiB} MiB needed`]
  })
}

function refuseBaseline({ baseline, readings, policy }: Findings): string[] {
  const things = readings.map(({ thing }) => thing)
  const coverage = coverageOf(baseline, things, policy)
  const needed = policy.preflight.baselineCoverageShare
  if (coverage >= needed) return []
  return [`the baseline covers ${(coverage * 100).toFixed(0)} % of devices x shifts, ${writtenShare(needed)} needed`]
}
