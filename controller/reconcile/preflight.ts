import { STAGES, type StageName } from '../contract.ts'
import { type Baseline, coverageOf } from '../evidence/baseline.ts'
import { type Policy, quorumOf } from '../policy/policy.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { chooseHeld, HELD_FROM } from '../rollout/holdback.ts'
import { membersOf, type StaticFindings, staticPreflight } from './static-preflight.ts'

/** What was found before a rollout. */
export interface Findings extends StaticFindings {
  readonly policy: Policy
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly baseline: Baseline
}

/** Share of devices x cells of the week that the baseline must cover. [detection D1] */
const MIN_BASELINE_COVERAGE = 0.7
/** [detection D2: roll back while free memory >= 25 %] */
const MIN_FREE_MEMORY = 0.25
/** With less the nucleus downloads nothing, neither the release nor its predecessor. [nucleus: DEFAULT_MIN_DISK_AVAIL_BYTES] */
const MIN_FREE_DISK_MIB = 20

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

/** A device short of memory cannot even download its way back. [detection B11] */
function refuseMemory({ readings }: Findings): string[] {
  return readings.flatMap(({ thing, sample }) => {
    if (sample === null) return []
    const { memoryMiB, memoryLimitMiB } = sample.gauges
    const freeShare = 1 - memoryMiB / memoryLimitMiB
    if (freeShare >= MIN_FREE_MEMORY) return []
    return [`${thing} has ${(freeShare * 100).toFixed(0)} % of its memory free, ${MIN_FREE_MEMORY * 100} % needed`]
  })
}

/** A health component that does not tell of the disk says nothing against the release. */
function refuseDisk({ readings }: Findings): string[] {
  return readings.flatMap(({ thing, sample }) => {
    const freeMiB = sample?.gauges.diskFreeMiB ?? MIN_FREE_DISK_MIB
    return freeMiB >= MIN_FREE_DISK_MIB
      ? []
      : [`${thing} has ${freeMiB.toFixed(0)} MiB of its disk free, ${MIN_FREE_DISK_MIB} MiB needed`]
  })
}

function refuseBaseline({ baseline, readings, policy }: Findings): string[] {
  const things = readings.map(({ thing }) => thing)
  const coverage = coverageOf(baseline, things, policy)
  if (coverage >= MIN_BASELINE_COVERAGE) return []
  return [
    `the baseline covers ${(coverage * 100).toFixed(0)} % of devices x shifts, ${MIN_BASELINE_COVERAGE * 100} % needed`,
  ]
}
