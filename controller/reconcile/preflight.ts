import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, STAGES, type StageName } from '../contract.ts'
import { type Baseline, coverageOf } from '../evidence/baseline.ts'
import { listed } from '../messages/wording.ts'
import { type Policy, quorumOf } from '../policy/policy.ts'
import type { DeploymentSpec, DeviceReading } from '../ports/ports.ts'
import { chooseHeld, HELD_FROM } from '../rollout/holdback.ts'
import type { Release } from '../rollout/rollout.ts'
import { groupedBy } from '../support/grouped.ts'

/** What was found before a rollout. */
export interface Findings {
  readonly release: Release
  readonly policy: Policy
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly current: Readonly<Record<StageName, DeploymentSpec | null>>
  readonly deployable: Readonly<Record<string, boolean>>
  readonly baseline: Baseline
  /** False where the policy holds devices back and there is no group for them. */
  readonly mayHoldBack: boolean
}

/** Share of devices x cells of the week that the baseline must cover. [detection D1] */
const MIN_BASELINE_COVERAGE = 0.7
/** [seed: 20 % of each line] */
const EARLY_SHARE = 0.2
/** [detection D2: roll back while free memory >= 25 %] */
const MIN_FREE_MEMORY = 0.25
/** With less the nucleus downloads nothing, neither the release nor its predecessor. [nucleus: DEFAULT_MIN_DISK_AVAIL_BYTES] */
const MIN_FREE_DISK_MIB = 20

/** Why the rollout must not start; empty when it may. Pure. */
export function preflight(found: Findings): readonly string[] {
  return [
    ...(found.activeRollout === null ? [] : [`rollout ${found.activeRollout} is active`]),
    ...STAGES.flatMap((stage) => refuseGroup(stage, found)),
    ...STAGES.flatMap((stage) => refuseReach(stage, found)),
    ...refuseMembership(found),
    ...refuseHoldback(found),
    ...Object.entries(found.deployable)
      .filter(([, isDeployable]) => !isDeployable)
      .map(([component]) => `component ${component} is not DEPLOYABLE`),
    ...refuseSchemas(found.release),
    ...refuseWayBack(found.release),
    ...refuseMemory(found),
    ...refuseDisk(found),
    ...refuseBaseline(found),
  ]
}

export const membersOf = (readings: readonly DeviceReading[], stage: StageName): readonly DeviceReading[] =>
  readings.filter(({ groups }) => groups.includes(stage))

function refuseGroup(stage: StageName, { readings, current, release }: Findings): string[] {
  if (membersOf(readings, stage).length === 0) return [`thing group ${stage} has no members`]
  const version = current[stage]?.components[FIRMWARE_COMPONENT]?.componentVersion
  if (version === release.replaces) return []
  return [`thing group ${stage} runs ${version ?? 'no firmware'}, not ${release.replaces}`]
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

/** Whoever is left over in the group is reached by no stage, whether or not devices are to be held back now. */
function refuseHoldback({ readings, mayHoldBack }: Findings): string[] {
  const left = readings.filter(({ groups }) => groups.includes(HOLDBACK_GROUP)).map(({ thing }) => thing)
  return [
    ...(mayHoldBack ? [] : [`there is no thing group ${HOLDBACK_GROUP} to hold devices back in; create it, empty`]),
    ...(left.length === 0
      ? []
      : [`thing group ${HOLDBACK_GROUP} is not empty: ${listed(left)}; put them back into ${HELD_FROM}`]),
  ]
}

/**
 * Groups must be disjoint, exactly one canary a line, a fifth of each line early: what makes every stage a fair sample
 * of the plant. [seed: one device from each line, 20 % of each line]
 */
function refuseMembership({ readings }: Findings): string[] {
  const overlapping = readings.filter(({ groups }) => STAGES.filter((stage) => groups.includes(stage)).length > 1)
  const lost = readings.filter(({ line }) => !Number.isInteger(line))
  return [
    ...overlapping.map(({ thing, groups }) => `${thing} is in several stages: ${groups.join(', ')}`),
    ...lost.map(({ thing }) => `${thing} has no attribute "line"`),
    ...[...groupedBy(readings, ({ line }) => line)]
      .filter(([line]) => Number.isInteger(line))
      .sort(([a], [b]) => a - b)
      .flatMap(([line, devices]) => refuseLine(line, devices)),
  ]
}

function refuseLine(line: number, devices: readonly DeviceReading[]): string[] {
  const canaries = membersOf(devices, 'canary').length
  const early = membersOf(devices, 'early').length
  const wanted = EARLY_SHARE * devices.length
  return [
    ...(canaries === 1 ? [] : [`line ${line} has ${canaries} canaries, not 1`]),
    ...(Math.abs(early - wanted) <= 1
      ? []
      : [`line ${line} has ${early} early devices of ${devices.length}, not 20 %`]),
  ]
}

/** A firmware reads what its predecessor wrote and what its successor will write. [seed: N-1 and N+1] */
function refuseSchemas({ version, data, shadow }: Release): string[] {
  return [
    ...[data.writes - 1, data.writes, data.writes + 1]
      .filter((wanted) => !data.reads.includes(wanted))
      .map((wanted) => `${version} writes data version ${data.writes} and does not read ${wanted}`),
    ...(shadow.reads.includes('1.0') || shadow.writes === '1.0' ? [] : [`${version} does not read shadow version 1.0`]),
  ]
}

/**
 * Each of the two versions reads what the other one writes: on the way there N finds what N-1 wrote, on the way back
 * N-1 finds what N wrote. Data that breaks this needs a migration; a health document has none. [detection E6]
 */
function refuseWayBack({ version, replaces, previous, migration, ...release }: Release): string[] {
  if (previous === undefined) return [`the request does not say what ${replaces} reads and writes (release.previous)`]
  const check = (reader: string, reads: readonly unknown[], writer: string, writes: unknown, what: string): string[] =>
    reads.includes(writes) ? [] : [`${reader} does not read ${what} version ${writes} that ${writer} writes`]
  const broken = [
    ...check(version, release.data.reads, replaces, previous.data.writes, 'data'),
    ...check(replaces, previous.data.reads, version, release.data.writes, 'data'),
  ]
  return [
    ...(migration === undefined ? broken.map((text) => `${text}: a breaking change without release.migration`) : []),
    ...check(version, release.shadow.reads, replaces, previous.shadow.writes, 'shadow'),
    ...check(replaces, previous.shadow.reads, version, release.shadow.writes, 'shadow'),
  ]
}

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
