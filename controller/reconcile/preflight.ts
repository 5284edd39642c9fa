import { type Baseline, coverageOf } from '../evidence/baseline.ts'
import type { Refusal } from '../messages/refusals.ts'
import { unknownMetrics } from '../policy/metric-names.ts'
import { lastStageOf, quorumOf, stageNames } from '../policy/stages.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { chooseHeld } from '../rollout/holdback.ts'
import { membersOf, type StaticFindings, staticPreflight } from './static-preflight.ts'

/** The rollout cannot start; every refusal at once. Their sentences are made by who catches it. */
export class PreflightRefused extends Error {
  override readonly name = 'PreflightRefused'
  readonly refusals: readonly Refusal[]

  constructor(refusals: readonly Refusal[]) {
    super(`preflight refused: ${refusals.map(({ code }) => code).join(', ')}`)
    this.refusals = refusals
  }
}

/** What was found before a rollout. */
export interface Findings extends StaticFindings {
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly baseline: Baseline
}

/** Why the rollout must not start, one refusal for each check that failed; empty when it may. Pure. */
export function preflight(found: Findings): readonly Refusal[] {
  const { activeRollout } = found
  return [
    activeRollout === null ? null : ({ code: 'ROLLOUT_ACTIVE', data: { rolloutId: activeRollout } } as const),
    ...staticPreflight(found),
    refuseReach(found),
    refuseMemory(found),
    refuseDisk(found),
    refuseMetrics(found),
    refuseBaseline(found),
  ].filter((refusal) => refusal !== null)
}

/** A stage that cannot reach its quorum would only be halted a window later. [source: quorum] */
function refuseReach({ readings, policy }: Findings): Refusal | null {
  const stages = stageNames(policy)
    .map((stage) => {
      const all = membersOf(readings, stage)
      const held = new Set(policy.holdback && stage === lastStageOf(policy) ? heldAmong(all) : [])
      const members = all.filter(({ thing }) => !held.has(thing))
      const reporting = members.filter(({ connected, sample }) => connected && sample !== null).length
      return { stage, reporting, members: members.length, quorum: quorumOf(policy, stage, members.length) }
    })
    .filter(({ reporting, quorum }) => reporting < quorum)
  return stages.length === 0 ? null : { code: 'STAGE_BELOW_QUORUM', data: { stages } }
}

/** The devices that would be held back now. */
const heldAmong = (members: readonly DeviceReading[]): readonly string[] =>
  chooseHeld(
    members.map(({ thing }) => thing),
    Object.fromEntries(members.map(({ thing, line }) => [thing, line])),
    members,
  )

/** A device short of memory cannot even download its rollback. [source: free-memory] */
function refuseMemory({ readings, policy }: Findings): Refusal | null {
  const neededPct = policy.memory.freeFloorPct
  const devices = readings.flatMap(({ thing, sample }) => {
    if (sample === null) return []
    const { memoryMiB, memoryLimitMiB } = sample.gauges
    const freeShare = (memoryLimitMiB - memoryMiB) / memoryLimitMiB
    return freeShare >= neededPct / 100 ? [] : [{ thing, freePct: freeShare * 100 }]
  })
  return devices.length === 0 ? null : { code: 'MEMORY_TOO_LOW', data: { devices, neededPct } }
}

/** A health component that does not report the disk is no reason to refuse the release. */
function refuseDisk({ readings, policy }: Findings): Refusal | null {
  const neededMiB = policy.preflight.freeDiskMiB
  const devices = readings.flatMap(({ thing, sample }) => {
    const freeMiB = sample?.gauges.diskFreeMiB ?? neededMiB
    return freeMiB >= neededMiB ? [] : [{ thing, freeMiB }]
  })
  return devices.length === 0 ? null : { code: 'DISK_TOO_LOW', data: { devices, neededMiB } }
}

/** A rule that can judge nothing would hold the first stage for ever. */
function refuseMetrics({ readings, policy }: Findings): Refusal | null {
  const [counters, gauges] = [new Set<string>(), new Set<string>()]
  for (const { sample } of readings) {
    for (const name of Object.keys(sample?.metrics?.counters ?? {})) counters.add(name)
    for (const name of Object.keys(sample?.metrics?.gauges ?? {})) gauges.add(name)
  }
  const metrics = unknownMetrics(policy.rules, { counters: [...counters], gauges: [...gauges] })
  return metrics.length === 0 ? null : { code: 'METRIC_UNKNOWN', data: { metrics } }
}

function refuseBaseline({ baseline, readings, policy }: Findings): Refusal | null {
  const things = readings.map(({ thing }) => thing)
  const coverage = coverageOf(baseline, things, policy)
  const needed = policy.preflight.baselineCoverageShare
  if (coverage >= needed) return null
  return { code: 'BASELINE_TOO_SHORT', data: { coveragePct: coverage * 100, neededPct: needed * 100 } }
}
