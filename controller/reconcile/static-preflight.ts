import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, STAGES, type StageName } from '../contract.ts'
import { listed } from '../messages/wording.ts'
import { closedForGoodBy } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import type { DeploymentSpec, DeviceReading } from '../ports/ports.ts'
import { HELD_FROM } from '../rollout/holdback.ts'
import type { Release } from '../rollout/rollout.ts'
import { groupedBy } from '../support/grouped.ts'
import { writtenShare } from '../units/quantity.ts'

/** A device as its groups and attributes describe it, without what it reports. */
export type Member = Pick<DeviceReading, 'thing' | 'groups' | 'line'>

/** What is known of a rollout before any telemetry: the request, the groups, and what is deployed to them. */
export interface StaticFindings {
  readonly release: Release
  readonly policy: Policy
  /** When it would start. */
  readonly nowMs: number
  readonly readings: readonly Member[]
  readonly current: Readonly<Record<StageName, DeploymentSpec | null>>
  readonly deployable: Readonly<Record<string, boolean>>
  /** False where the policy holds devices back and there is no group for them. */
  readonly mayHoldBack: boolean
}

/**
 * Why the rollout must not start, as far as groups, versions and schemas show it; empty when nothing does. Pure: the
 * controller asks it of its fleet, and `rehearse validate` of the fleet that a scenario plans.
 */
export function staticPreflight(found: StaticFindings): readonly string[] {
  return [
    ...STAGES.flatMap((stage) => refuseGroup(stage, found)),
    ...refuseMembership(found),
    ...refuseHoldback(found),
    ...STAGES.flatMap((stage) => refuseCalendar(stage, found)),
    ...Object.entries(found.deployable)
      .filter(([, isDeployable]) => !isDeployable)
      .map(([component]) => `component ${component} is not DEPLOYABLE`),
    ...refuseSchemas(found.release),
    ...refuseRollback(found.release),
  ]
}

export const membersOf = <One extends Member>(readings: readonly One[], stage: StageName): readonly One[] =>
  readings.filter(({ groups }) => groups.includes(stage))

function refuseGroup(stage: StageName, { readings, current, release }: StaticFindings): string[] {
  if (membersOf(readings, stage).length === 0) return [`thing group ${stage} has no members`]
  const version = current[stage]?.components[FIRMWARE_COMPONENT]?.componentVersion
  if (version === release.replaces) return []
  return [`thing group ${stage} runs ${version ?? 'no firmware'}, not ${release.replaces}`]
}

/** Whoever is left over in the group is reached by no stage, whether or not devices are to be held back now. */
function refuseHoldback({ readings, mayHoldBack }: StaticFindings): string[] {
  const left = readings.filter(({ groups }) => groups.includes(HOLDBACK_GROUP)).map(({ thing }) => thing)
  return [
    ...(mayHoldBack ? [] : [`there is no thing group ${HOLDBACK_GROUP} to hold devices back in; create it, empty`]),
    ...(left.length === 0
      ? []
      : [`thing group ${HOLDBACK_GROUP} is not empty: ${listed(left)}; put them back into ${HELD_FROM}`]),
  ]
}

/**
 * Groups must be disjoint, and every line split as the policy says: what makes every stage a fair sample of the plant.
 * [seed: one device from each line, 20 % of each line]
 */
function refuseMembership({ readings, policy }: StaticFindings): string[] {
  const overlapping = readings.filter(({ groups }) => STAGES.filter((stage) => groups.includes(stage)).length > 1)
  const lost = readings.filter(({ line }) => !Number.isInteger(line))
  return [
    ...overlapping.map(({ thing, groups }) => `${thing} is in several stages: ${groups.join(', ')}`),
    ...lost.map(({ thing }) => `${thing} has no attribute "line"`),
    ...[...groupedBy(readings, ({ line }) => line)]
      .filter(([line]) => Number.isInteger(line))
      .sort(([a], [b]) => a - b)
      .flatMap(([line, devices]) => refuseLine(line, devices, policy)),
  ]
}

function refuseLine(line: number, devices: readonly Member[], { stages, preflight }: Policy): string[] {
  const canaries = membersOf(devices, 'canary').length
  const early = membersOf(devices, 'early').length
  const wanted = stages.earlyShare * devices.length
  return [
    ...(canaries === stages.canariesPerLine
      ? []
      : [`line ${line} has ${canaries} canaries, not ${stages.canariesPerLine}`]),
    ...(Math.abs(early - wanted) <= preflight.earlyToleranceDevices
      ? []
      : [`line ${line} has ${early} early devices of ${devices.length}, not ${writtenShare(stages.earlyShare)}`]),
  ]
}

/** A stage whose deny windows cover its gate would wait for ever. */
function refuseCalendar(stage: StageName, { policy, release, nowMs }: StaticFindings): string[] {
  const closedBy = closedForGoodBy(policy, stage, nowMs, release.hotfix !== undefined)
  return closedBy === null ? [] : [`the gate of ${stage} never opens: ${closedBy}`]
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
 * Each of the two versions reads what the other one writes: after the update N finds what N-1 wrote, after a
 * rollback N-1 finds what N wrote. Data that breaks this needs a migration; a health document has none. [detection E6]
 */
function refuseRollback({ version, replaces, previous, migration, ...release }: Release): string[] {
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
