import { writtenDuration } from '../units/duration.ts'
import { writtenMemory, writtenPercent, writtenShare } from '../units/quantity.ts'
import type { Policy, WeeklyWindow } from './policy.ts'
import { rulesDocumentOf } from './rules-document.ts'
import { DAYS, type PolicyDocument } from './schema.ts'
import { stagesDocumentOf } from './stages-document.ts'

/** A document that leaves nothing out. */
export type FullPolicyDocument = {
  readonly [Key in keyof PolicyDocument]-?: NonNullable<PolicyDocument[Key]> extends readonly unknown[] | string
    ? NonNullable<PolicyDocument[Key]>
    : Key extends 'deny' | 'rules' | 'stages'
      ? NonNullable<PolicyDocument[Key]>
      : Required<NonNullable<PolicyDocument[Key]>>
}

/**
 * The document of a policy with every key written out, ready to deploy: `parsePolicy(documentOf(policy))` is the same
 * policy, to the last digit.
 */
export function documentOf(policy: Policy): FullPolicyDocument {
  return {
    profile: policy.profile,
    window: writtenDuration(policy.windowMs),
    migrationWindow: writtenDuration(policy.migrationWindowMs),
    holdback: policy.holdback,
    bake: writtenDuration(policy.bakeMs),
    tick: writtenDuration(policy.tickMs),
    baseline: writtenDuration(policy.baselineMs),
    zone: policy.zone,
    shifts: policy.shifts.map(({ name, from, to }) => ({ name, from, to })),
    gates: writtenWindows(policy.gates),
    deny: writtenWindows(policy.deny),
    freezes: policy.freezes.map(({ name, from, to }) => ({ name, from, to })),
    incidents: policy.incidents.map(({ from, to, reason }) => ({ from, to, reason })),
    stages: stagesDocumentOf(policy.stages),
    ...limitsOf(policy),
    onNoisyBaseline: policy.onNoisyBaseline,
    rules: rulesDocumentOf(policy.rules),
    dryRun: [],
    quorum: writtenShare(policy.quorumShare),
    laterQuorum: writtenShare(policy.laterQuorumShare),
    exposure: writtenShare(policy.exposureShare),
    deviceExposure: writtenShare(policy.deviceExposureShare),
    shiftExposure: writtenShare(policy.shiftExposureShare),
    installTimeout: writtenDuration(policy.installTimeoutMs),
    lostAfter: writtenDuration(policy.lostAfterMs),
  }
}

const limitsOf = ({ preflight, limits, evidence, memory, telemetry }: Policy) => ({
  preflight: {
    shareTolerance: preflight.shareToleranceDevices,
    freeDisk: writtenMemory(preflight.freeDiskMiB),
    baselineCoverage: writtenShare(preflight.baselineCoverageShare),
  },
  limits: {
    connectionFailures: writtenPercent(limits.connectionFailurePct),
    cycleTimeIncrease: writtenPercent(limits.cycleTimeIncreasePct),
    outputDecrease: writtenPercent(limits.outputDecreasePct),
    qualityFailureIncrease: writtenPercent(limits.qualityFailureIncreasePoints),
    cycleTimeSpreadIncrease: writtenPercent(limits.cycleTimeSpreadIncreasePct),
    errorRateIncrease: writtenPercent(limits.errorRateIncreasePct),
    errorRateMode: limits.errorRateMode,
    crashes: limits.crashes,
    failedDeployments: writtenPercent(limits.failedDeploymentPct),
  },
  evidence: {
    rolling: writtenDuration(evidence.rollingMs),
    falseRollbacks: writtenShare(evidence.falseRollbackShare),
    horizon: writtenDuration(evidence.horizonMs),
    connectionMinAttempts: evidence.connectionMinAttempts,
    minExtraErrors: evidence.minExtraErrors,
    away: writtenShare(evidence.awayShare),
    awayFor: writtenDuration(evidence.awayForMs),
    failedDeployments: writtenShare(evidence.failedDeploymentShare),
  },
  memory: {
    rollbackWithin: writtenDuration(memory.rollbackWithinMs),
    gateWithin: writtenDuration(memory.gateWithinMs),
    freeFloor: writtenPercent(memory.freeFloorPct),
  },
  telemetry: {
    silentShare: writtenShare(telemetry.silentShare),
    pageAfter: writtenDuration(telemetry.pageAfterMs),
    noRollbackFor: writtenDuration(telemetry.noRollbackForMs),
  },
})

const writtenWindows = (byStage: Policy['gates']) =>
  Object.fromEntries(Object.entries(byStage).map(([stage, windows]) => [stage, windows.map(writtenWindow)]))

const writtenWindow = ({ days, from, to }: WeeklyWindow) => ({
  days: days.map((day) => DAYS[day - 1] as (typeof DAYS)[number]),
  from,
  to,
})
