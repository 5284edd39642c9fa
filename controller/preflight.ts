import { type Baseline, coverageOf } from './baseline.ts'
import { FIRMWARE_COMPONENT, STAGES, type StageName } from './contract.ts'
import type { Policy } from './policy.ts'
import type { DeploymentSpec, DeviceReading } from './ports.ts'
import type { Release } from './rollout.ts'

/** What was found before a rollout. */
export interface Findings {
  readonly release: Release
  readonly policy: Policy
  readonly activeRollout: string | null
  readonly readings: readonly DeviceReading[]
  readonly current: Readonly<Record<StageName, DeploymentSpec | null>>
  readonly deployable: Readonly<Record<string, boolean>>
  readonly baseline: Baseline
}

/** Share of devices x cells of the week that the baseline must cover. [detection D1] */
const MIN_BASELINE_COVERAGE = 0.7

/** Why the rollout must not start; empty when it may. Pure. */
export function preflight(found: Findings): readonly string[] {
  return [
    ...(found.activeRollout === null ? [] : [`rollout ${found.activeRollout} is active`]),
    ...STAGES.flatMap((stage) => refuseGroup(stage, found)),
    ...STAGES.flatMap((stage) => refuseReach(stage, found)),
    ...refuseMembership(found),
    ...Object.entries(found.deployable)
      .filter(([, isDeployable]) => !isDeployable)
      .map(([component]) => `component ${component} is not DEPLOYABLE`),
    ...refuseSchemas(found.release),
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
  const members = membersOf(readings, stage)
  const reporting = members.filter(({ connected, sample }) => connected && sample !== null).length
  const quorum = Math.ceil(policy.quorumShare * members.length)
  return reporting >= quorum
    ? []
    : [`${reporting} of ${members.length} devices of ${stage} are connected and report, ${quorum} needed`]
}

function refuseMembership({ readings }: Findings): string[] {
  const overlapping = readings.filter(({ groups }) => STAGES.filter((stage) => groups.includes(stage)).length > 1)
  const lines = [...new Set(readings.map(({ line }) => line))].sort((a, b) => a - b)
  const canaries = membersOf(readings, 'canary')
  return [
    ...overlapping.map(({ thing, groups }) => `${thing} is in several stages: ${groups.join(', ')}`),
    ...lines
      .map((line) => [line, canaries.filter((canary) => canary.line === line).length] as const)
      .filter(([, count]) => count !== 1)
      .map(([line, count]) => `line ${line} has ${count} canaries, not 1`),
  ]
}

/** A firmware reads what its predecessor wrote and what its successor will have written: the way back. [seed: N-1 and N+1] */
function refuseSchemas({ version, data, shadow }: Release): string[] {
  return [
    ...[data.writes - 1, data.writes, data.writes + 1]
      .filter((wanted) => !data.reads.includes(wanted))
      .map((wanted) => `${version} writes data version ${data.writes} and does not read ${wanted}`),
    ...(shadow.reads.includes('1.0') || shadow.writes === '1.0' ? [] : [`${version} does not read shadow version 1.0`]),
  ]
}

function refuseBaseline({ baseline, readings, policy }: Findings): string[] {
  const things = readings.map(({ thing }) => thing)
  const coverage = coverageOf(baseline, things, policy)
  if (coverage >= MIN_BASELINE_COVERAGE) return []
  return [
    `the baseline covers ${(coverage * 100).toFixed(0)} % of devices x shifts, ${MIN_BASELINE_COVERAGE * 100} % needed`,
  ]
}
