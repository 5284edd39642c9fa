import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, type StageName } from '../contract.ts'
import type { Refusal, Unread } from '../messages/refusals.ts'
import { closedForGoodBy } from '../policy/calendar.ts'
import type { Policy, StagePolicy } from '../policy/policy.ts'
import { claimOf, isNamed, lastStageOf, stageNames, windowOf } from '../policy/stages.ts'
import type { DeploymentSpec, DeviceReading } from '../ports/ports.ts'
import type { Release } from '../rollout/rollout.ts'
import { groupedBy } from '../support/grouped.ts'

/** A device as its groups and attributes describe it, without what it reports. */
export type Member = Pick<DeviceReading, 'thing' | 'groups' | 'line' | 'attributes'>

/** What is known of a rollout before any telemetry: the request, the policy, the groups, and what is deployed to them. */
export interface StaticFindings {
  readonly release: Release
  readonly policy: Policy
  /** When it would start. */
  readonly nowMs: number
  readonly readings: readonly Member[]
  readonly current: Readonly<Record<StageName, DeploymentSpec | null>>
  /** What the rollout and its rollback deploy. */
  readonly deployable: readonly Deployable[]
  /** False where the policy holds devices back and there is no group for them. */
  readonly mayHoldBack: boolean
}

/** A component version, null where none is deployed, and whether it is DEPLOYABLE. */
export interface Deployable {
  readonly component: string
  readonly version: string | null
  readonly isDeployable: boolean
}

/**
 * Why the rollout must not start, as far as it shows without telemetry: one refusal for each check that failed; empty
 * when nothing does. Pure: the controller asks it of its fleet, and `rehearse validate` of the fleet that a scenario plans.
 */
export function staticPreflight(found: StaticFindings): readonly Refusal[] {
  return [
    refuseEmptyGroups(found),
    refuseOtherVersions(found),
    ...refuseMembership(found),
    ...refuseHoldback(found),
    refuseWindow(found),
    refuseCalendar(found),
    refuseComponents(found),
    ...refuseSchemas(found.release),
    ...refuseIrreversible(found.release),
  ].filter((refusal) => refusal !== null)
}

export const membersOf = <One extends Member>(readings: readonly One[], stage: StageName): readonly One[] =>
  readings.filter(({ groups }) => groups.includes(stage))

const emptyStages = ({ readings, policy }: StaticFindings): readonly StageName[] =>
  stageNames(policy).filter((stage) => membersOf(readings, stage).length === 0)

function refuseEmptyGroups(found: StaticFindings): Refusal | null {
  const stages = emptyStages(found)
  return stages.length === 0 ? null : { code: 'GROUP_EMPTY', data: { stages } }
}

function refuseOtherVersions(found: StaticFindings): Refusal | null {
  const { current, release, policy } = found
  const empty = emptyStages(found)
  const stages = stageNames(policy)
    .filter((stage) => !empty.includes(stage))
    .map((stage) => ({ stage, version: current[stage]?.components[FIRMWARE_COMPONENT]?.componentVersion ?? null }))
    .filter(({ version }) => version !== release.replaces)
  return stages.length === 0 ? null : { code: 'GROUP_ON_OTHER_VERSION', data: { stages, expected: release.replaces } }
}

/** Devices that are left over in the group are reached by no stage, whether or not devices are to be held back now. */
function refuseHoldback({ readings, mayHoldBack, policy }: StaticFindings): readonly (Refusal | null)[] {
  const things = readings.filter(({ groups }) => groups.includes(HOLDBACK_GROUP)).map(({ thing }) => thing)
  const group = HOLDBACK_GROUP
  return [
    mayHoldBack ? null : { code: 'HOLDBACK_GROUP_MISSING', data: { group } },
    things.length === 0
      ? null
      : { code: 'HOLDBACK_GROUP_NOT_EMPTY', data: { group, things, returnTo: lastStageOf(policy) } },
  ]
}

/**
 * Groups must be disjoint, and every line split as the policy wants: what makes every stage a fair sample of the plant.
 * [source: stratified-groups]
 */
function refuseMembership({ readings, policy }: StaticFindings): readonly (Refusal | null)[] {
  const stages = stageNames(policy)
  const overlapping = readings
    .filter(({ groups }) => stages.filter((stage) => groups.includes(stage)).length > 1)
    .map(({ thing, groups }) => ({ thing, groups }))
  const lineless = readings.filter(({ line }) => !Number.isInteger(line)).map(({ thing }) => thing)
  const lines = [...groupedBy(readings, ({ line }) => line)]
    .filter(([line]) => Number.isInteger(line))
    // A line of which every device is named has nothing to divide.
    .filter(([, devices]) => devices.some((device) => claimOf(policy, device) === null))
    .sort(([a], [b]) => a - b)
  return [
    overlapping.length === 0 ? null : { code: 'SEVERAL_STAGES', data: { devices: overlapping } },
    lineless.length === 0 ? null : { code: 'LINE_MISSING', data: { things: lineless } },
    ...policy.stages.flatMap((stage) => [refusePart(lines, stage, policy), refuseNamed(readings, stage, policy)]),
  ]
}

type Lines = readonly (readonly [line: number, devices: readonly Member[]])[]

/** Lines of which a stage has another number or share of devices than the policy says. */
function refusePart(all: Lines, { name: stage, members }: StagePolicy, { preflight }: Policy): Refusal | null {
  const counts = all.map(([line, devices]) => ({
    line,
    members: membersOf(devices, stage).length,
    devices: devices.length,
  }))
  if ('perLine' in members) {
    const wanted = members.perLine
    const lines = counts.filter((one) => one.members !== wanted)
    return lines.length === 0 ? null : { code: 'STAGE_COUNT', data: { stage, lines, wanted } }
  }
  if (!('ofLine' in members)) return null
  const lines = counts.filter(
    (one) => Math.abs(one.members - members.ofLine * one.devices) > preflight.shareToleranceDevices,
  )
  return lines.length === 0 ? null : { code: 'STAGE_SHARE', data: { stage, lines, wantedPct: members.ofLine * 100 } }
}

/** Devices that the policy names for a stage, or by an attribute, and that are not in its group; and others that are. */
function refuseNamed(
  readings: readonly Member[],
  { name: stage, members }: StagePolicy,
  policy: Policy,
): Refusal | null {
  if (!isNamed(members)) return null
  const claimed = new Set(readings.filter((one) => claimOf(policy, one) === stage).map(({ thing }) => thing))
  const own = new Set(membersOf(readings, stage).map(({ thing }) => thing))
  const missing = [...claimed].filter((thing) => !own.has(thing))
  const others = [...own].filter((thing) => !claimed.has(thing))
  return missing.length === 0 && others.length === 0
    ? null
    : { code: 'STAGE_MEMBERS', data: { stage, missing, others } }
}

/** No evaluation would fall into the window. A document that says so is refused before; an option may say it too. */
function refuseWindow({ policy }: StaticFindings): Refusal | null {
  const { tickMs } = policy
  const windowMs = Math.min(...stageNames(policy).map((stage) => windowOf(policy, stage)))
  return windowMs > tickMs ? null : { code: 'WINDOW_TOO_SHORT', data: { windowMs, tickMs } }
}

/** A stage whose deny windows cover its gate would wait for ever. */
function refuseCalendar({ policy, release, nowMs }: StaticFindings): Refusal | null {
  const stages = stageNames(policy).flatMap((stage) => {
    const closedBy = closedForGoodBy(policy, stage, nowMs, release.hotfix !== undefined)
    return closedBy === null ? [] : [{ stage, closedBy }]
  })
  return stages.length === 0 ? null : { code: 'GATE_NEVER_OPENS', data: { stages } }
}

function refuseComponents({ deployable }: StaticFindings): Refusal | null {
  const components = deployable
    .filter(({ isDeployable }) => !isDeployable)
    .map(({ component, version }) => ({ component, version }))
  return components.length === 0 ? null : { code: 'NOT_DEPLOYABLE', data: { components } }
}

/** A firmware reads what its predecessor wrote and what its successor will write. [source: compatibility] */
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
 * N-1 finds what N wrote. Data that breaks this needs a migration; a health document has none. [source: compatibility]
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
