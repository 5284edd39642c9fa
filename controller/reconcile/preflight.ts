import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, STAGES, type StageName } from '../contract.ts'
import { type Baseline, coverageOf } from '../evidence/baseline.ts'
import type { Refusal, Unread } from '../messages/refusals.ts'
import { type Policy, quorumOf } from '../policy/policy.ts'
import type { DeploymentSpec, DeviceReading } from '../ports/ports.ts'
import { chooseHeld, HELD_FROM } from '../rollout/holdback.ts'
import type { Release } from '../rollout/rollout.ts'
import { groupedBy } from '../support/grouped.ts'

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
export interface Findings {
  readonly release: Release
  readonly policy: Policy
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly current: Readonly<Record<StageName, DeploymentSpec | null>>
  /** What the rollout and its rollback deploy. */
  readonly deployable: readonly Deployable[]
  readonly baseline: Baseline
  /** False where the policy holds devices back and there is no group for them. */
  readonly mayHoldBack: boolean
}

/** A component version, null where none is deployed, and whether it is DEPLOYABLE. */
export interface Deployable {
  readonly component: string
  readonly version: string | null
  readonly isDeployable: boolean
}

/** Share of devices x strata of the week that the baseline must cover. [detection D1] */
const MIN_BASELINE_COVERAGE = 0.7
/** [seed: 20 % of each line] */
const EARLY_SHARE = 0.2
/** [detection D2: roll back while free memory >= 25 %] */
const MIN_FREE_MEMORY = 0.25
/**
 * With less the nucleus downloads nothing, neither the release nor its predecessor. [nucleus:
 * DEFAULT_MIN_DISK_AVAIL_BYTES]
 */
const MIN_FREE_DISK_MIB = 20

/** Why the rollout must not start, one refusal for each check that failed; empty when it may. Pure. */
export function preflight(found: Findings): readonly Refusal[] {
  const { activeRollout, release } = found
  return [
    activeRollout === null ? null : ({ code: 'ROLLOUT_ACTIVE', data: { rolloutId: activeRollout } } as const),
    refuseEmptyGroups(found),
    refuseOtherVersions(found),
    refuseReach(found),
    ...refuseMembership(found),
    ...refuseHoldback(found),
    refuseComponents(found),
    ...refuseSchemas(release),
    ...refuseIrreversible(release),
    refuseMemory(found),
    refuseDisk(found),
    refuseBaseline(found),
  ].filter((refusal) => refusal !== null)
}

export const membersOf = (readings: readonly DeviceReading[], stage: StageName): readonly DeviceReading[] =>
  readings.filter(({ groups }) => groups.includes(stage))

const emptyStages = ({ readings }: Findings): readonly StageName[] =>
  STAGES.filter((stage) => membersOf(readings, stage).length === 0)

function refuseEmptyGroups(found: Findings): Refusal | null {
  const stages = emptyStages(found)
  return stages.length === 0 ? null : { code: 'GROUP_EMPTY', data: { stages } }
}

function refuseOtherVersions(found: Findings): Refusal | null {
  const { current, release } = found
  const empty = emptyStages(found)
  const stages = STAGES.filter((stage) => !empty.includes(stage))
    .map((stage) => ({ stage, version: current[stage]?.components[FIRMWARE_COMPONENT]?.componentVersion ?? null }))
    .filter(({ version }) => version !== release.replaces)
  return stages.length === 0 ? null : { code: 'GROUP_ON_OTHER_VERSION', data: { stages, expected: release.replaces } }
}

/** A stage that cannot reach its quorum would only be halted a window later. [detection D4] */
function refuseReach({ readings, policy }: Findings): Refusal | null {
  const stages = STAGES.map((stage) => {
    const all = membersOf(readings, stage)
    const held = new Set(policy.holdback && stage === HELD_FROM ? heldAmong(all) : [])
    const members = all.filter(({ thing }) => !held.has(thing))
    const reporting = members.filter(({ connected, sample }) => connected && sample !== null).length
    return { stage, reporting, members: members.length, quorum: quorumOf(policy, stage, members.length) }
  }).filter(({ reporting, quorum }) => reporting < quorum)
  return stages.length === 0 ? null : { code: 'STAGE_BELOW_QUORUM', data: { stages } }
}

/** The devices that would be held back now. */
const heldAmong = (members: readonly DeviceReading[]): readonly string[] =>
  chooseHeld(
    members.map(({ thing }) => thing),
    Object.fromEntries(members.map(({ thing, line }) => [thing, line])),
    members,
  )

/** Devices that are left over in the group are reached by no stage, whether or not devices are to be held back now. */
function refuseHoldback({ readings, mayHoldBack }: Findings): readonly (Refusal | null)[] {
  const things = readings.filter(({ groups }) => groups.includes(HOLDBACK_GROUP)).map(({ thing }) => thing)
  const group = HOLDBACK_GROUP
  return [
    mayHoldBack ? null : { code: 'HOLDBACK_GROUP_MISSING', data: { group } },
    things.length === 0 ? null : { code: 'HOLDBACK_GROUP_NOT_EMPTY', data: { group, things, returnTo: HELD_FROM } },
  ]
}

/**
 * Groups must be disjoint, exactly one canary per line, a fifth of each line early: what makes every stage a fair
 * sample of the plant. [seed: one device from each line, 20 % of each line]
 */
function refuseMembership({ readings }: Findings): readonly (Refusal | null)[] {
  const overlapping = readings
    .filter(({ groups }) => STAGES.filter((stage) => groups.includes(stage)).length > 1)
    .map(({ thing, groups }) => ({ thing, groups }))
  const lineless = readings.filter(({ line }) => !Number.isInteger(line)).map(({ thing }) => thing)
  const lines = [...groupedBy(readings, ({ line }) => line)]
    .filter(([line]) => Number.isInteger(line))
    .sort(([a], [b]) => a - b)
  return [
    overlapping.length === 0 ? null : { code: 'SEVERAL_STAGES', data: { devices: overlapping } },
    lineless.length === 0 ? null : { code: 'LINE_MISSING', data: { things: lineless } },
    refuseCanaries(lines),
    refuseEarly(lines),
  ]
}

type Lines = readonly (readonly [line: number, devices: readonly DeviceReading[]])[]

function refuseCanaries(all: Lines): Refusal | null {
  const lines = all
    .map(([line, devices]) => ({ line, canaries: membersOf(devices, 'canary').length }))
    .filter(({ canaries }) => canaries !== 1)
  return lines.length === 0 ? null : { code: 'CANARY_COUNT', data: { lines, wanted: 1 } }
}

function refuseEarly(all: Lines): Refusal | null {
  const lines = all
    .map(([line, devices]) => ({ line, early: membersOf(devices, 'early').length, devices: devices.length }))
    .filter(({ early, devices }) => Math.abs(early - EARLY_SHARE * devices) > 1)
  return lines.length === 0 ? null : { code: 'EARLY_SHARE', data: { lines, wantedPct: EARLY_SHARE * 100 } }
}

function refuseComponents({ deployable }: Findings): Refusal | null {
  const components = deployable
    .filter(({ isDeployable }) => !isDeployable)
    .map(({ component, version }) => ({ component, version }))
  return components.length === 0 ? null : { code: 'NOT_DEPLOYABLE', data: { components } }
}

/** A firmware reads what its predecessor wrote and what its successor will write. [seed: N-1 and N+1] */
function refuseSchemas({ version, data, shadow }: Release): readonly (Refusal | null)[] {
  const { writes } = data
  const unread = [writes - 1, writes, writes + 1].filter((wanted) => !data.reads.includes(wanted))
  const readsFirstShadow = shadow.reads.includes('1.0') || shadow.writes === '1.0'
  return [
    unread.length === 0 ? null : { code: 'DATA_VERSIONS_UNREAD', data: { version, writes, unread } },
    readsFirstShadow ? null : { code: 'SHADOW_VERSION_UNREAD', data: { version, unread: '1.0' } },
  ]
}

/**
 * Each of the two versions reads what the other one writes: after an update N finds what N-1 wrote, after a rollback
 * N-1 finds what N wrote. Data that breaks this needs a migration; a health document has none. [detection E6]
 */
function refuseIrreversible(release: Release): readonly (Refusal | null)[] {
  const { version, replaces, previous, migration, data, shadow } = release
  if (previous === undefined) return [{ code: 'PREVIOUS_SCHEMAS_MISSING', data: { replaces } }]
  const [next, last] = [version, replaces]
  const ofData = [
    ...unreadBy(next, data.reads, last, previous.data.writes),
    ...unreadBy(last, previous.data.reads, next, data.writes),
  ]
  const ofShadow = [
    ...unreadBy(next, shadow.reads, last, previous.shadow.writes),
    ...unreadBy(last, previous.shadow.reads, next, shadow.writes),
  ]
  const isBreaking = ofData.length > 0 && migration === undefined
  return [
    isBreaking ? { code: 'BREAKING_DATA_CHANGE', data: { changes: ofData } } : null,
    ofShadow.length === 0 ? null : { code: 'BREAKING_SHADOW_CHANGE', data: { changes: ofShadow } },
  ]
}

const unreadBy = <T>(reader: string, reads: readonly T[], writer: string, written: T): readonly Unread[] =>
  reads.includes(written) ? [] : [{ reader, writer, written: String(written) }]

/** A device short of memory cannot even download its rollback. [detection B11] */
function refuseMemory({ readings }: Findings): Refusal | null {
  const devices = readings.flatMap(({ thing, sample }) => {
    if (sample === null) return []
    const { memoryMiB, memoryLimitMiB } = sample.gauges
    const freeShare = 1 - memoryMiB / memoryLimitMiB
    return freeShare >= MIN_FREE_MEMORY ? [] : [{ thing, freePct: freeShare * 100 }]
  })
  return devices.length === 0 ? null : { code: 'MEMORY_TOO_LOW', data: { devices, neededPct: MIN_FREE_MEMORY * 100 } }
}

/** A health component that does not report the disk is no reason to refuse the release. */
function refuseDisk({ readings }: Findings): Refusal | null {
  const devices = readings.flatMap(({ thing, sample }) => {
    const freeMiB = sample?.gauges.diskFreeMiB ?? MIN_FREE_DISK_MIB
    return freeMiB >= MIN_FREE_DISK_MIB ? [] : [{ thing, freeMiB }]
  })
  return devices.length === 0 ? null : { code: 'DISK_TOO_LOW', data: { devices, neededMiB: MIN_FREE_DISK_MIB } }
}

function refuseBaseline({ baseline, readings, policy }: Findings): Refusal | null {
  const things = readings.map(({ thing }) => thing)
  const coverage = coverageOf(baseline, things, policy)
  if (coverage >= MIN_BASELINE_COVERAGE) return null
  return {
    code: 'BASELINE_TOO_SHORT',
    data: { coveragePct: coverage * 100, neededPct: MIN_BASELINE_COVERAGE * 100 },
  }
}
