import { InvalidPolicy } from '../errors.ts'
import { problemLine, problemsOf } from '../support/schema-problems.ts'
import { DEFAULT_POLICY, openGates, type Policy } from './policy.ts'
import { rulesOf } from './rules-document.ts'
import { DAYS, type PolicyFile, policySchema, type WindowFile } from './schema.ts'
import { stagesOf, writtenNames } from './stages-document.ts'

/** What the policy takes from the site where its document leaves it out. */
export type Site = Pick<Policy, 'zone' | 'shifts'>

/**
 * The policy of a document, as it was read from JSON or YAML: what it leaves out is the default's, or the site's.
 * @throws InvalidPolicy with every problem, each with its path and the nearest name
 * @example
 * parsePolicy({ window: '4h', limits: { connectionFailures: '3 %' } }).windowMs // 14_400_000
 */
export function parsePolicy(document: unknown, site: Site = DEFAULT_POLICY): Policy {
  const parsed = policySchema.safeParse(document)
  if (parsed.success) return policyOf(parsed.data, site)
  throw new InvalidPolicy(problemsOf(policySchema, parsed.error, document, 'the document').map(problemLine))
}

/** The policy of a document that was checked. */
export function policyOf(file: PolicyFile, site: Site): Policy {
  return {
    profile: file.profile ?? DEFAULT_POLICY.profile,
    windowMs: file.window ?? DEFAULT_POLICY.windowMs,
    migrationWindowMs: file.migrationWindow ?? DEFAULT_POLICY.migrationWindowMs,
    holdback: file.holdback ?? DEFAULT_POLICY.holdback,
    bakeMs: file.bake ?? DEFAULT_POLICY.bakeMs,
    tickMs: file.tick ?? DEFAULT_POLICY.tickMs,
    baselineMs: file.baseline ?? DEFAULT_POLICY.baselineMs,
    zone: file.zone ?? site.zone,
    shifts: file.shifts ?? site.shifts,
    stages: stagesOf(file.stages),
    gates: gatesOf(file),
    deny: windowsOf(file.deny ?? {}, file.stages),
    freezes: file.freezes ?? DEFAULT_POLICY.freezes,
    incidents: file.incidents ?? DEFAULT_POLICY.incidents,
    ...limitsOf(file),
    onNoisyBaseline: file.onNoisyBaseline ?? DEFAULT_POLICY.onNoisyBaseline,
    rules: rulesOf(file.rules, file.dryRun),
    quorumShare: file.quorum ?? DEFAULT_POLICY.quorumShare,
    laterQuorumShare: file.laterQuorum ?? DEFAULT_POLICY.laterQuorumShare,
    exposureShare: file.exposure ?? DEFAULT_POLICY.exposureShare,
    deviceExposureShare: file.deviceExposure ?? DEFAULT_POLICY.deviceExposureShare,
    shiftExposureShare: file.shiftExposure ?? DEFAULT_POLICY.shiftExposureShare,
    installTimeoutMs: file.installTimeout ?? DEFAULT_POLICY.installTimeoutMs,
    lostAfterMs: file.lostAfter ?? DEFAULT_POLICY.lostAfterMs,
  }
}

function limitsOf(file: PolicyFile): Pick<Policy, 'preflight' | 'limits' | 'evidence' | 'memory' | 'telemetry'> {
  const { preflight, limits, evidence, memory, telemetry } = DEFAULT_POLICY
  return {
    preflight: {
      shareToleranceDevices: file.preflight?.shareTolerance ?? preflight.shareToleranceDevices,
      freeDiskMiB: file.preflight?.freeDisk ?? preflight.freeDiskMiB,
      baselineCoverageShare: file.preflight?.baselineCoverage ?? preflight.baselineCoverageShare,
    },
    limits: {
      connectionFailurePct: file.limits?.connectionFailures ?? limits.connectionFailurePct,
      cycleTimeIncreasePct: file.limits?.cycleTimeIncrease ?? limits.cycleTimeIncreasePct,
      outputDecreasePct: file.limits?.outputDecrease ?? limits.outputDecreasePct,
      qualityFailureIncreasePoints: file.limits?.qualityFailureIncrease ?? limits.qualityFailureIncreasePoints,
      cycleTimeSpreadIncreasePct: file.limits?.cycleTimeSpreadIncrease ?? limits.cycleTimeSpreadIncreasePct,
      errorRateIncreasePct: file.limits?.errorRateIncrease ?? limits.errorRateIncreasePct,
      errorRateMode: file.limits?.errorRateMode ?? limits.errorRateMode,
      crashes: file.limits?.crashes ?? limits.crashes,
      failedDeploymentPct: file.limits?.failedDeployments ?? limits.failedDeploymentPct,
    },
    evidence: {
      rollingMs: file.evidence?.rolling ?? evidence.rollingMs,
      falseRollbackShare: file.evidence?.falseRollbacks ?? evidence.falseRollbackShare,
      horizonMs: file.evidence?.horizon ?? evidence.horizonMs,
      connectionMinAttempts: file.evidence?.connectionMinAttempts ?? evidence.connectionMinAttempts,
      minExtraErrors: file.evidence?.minExtraErrors ?? evidence.minExtraErrors,
      awayShare: file.evidence?.away ?? evidence.awayShare,
      awayForMs: file.evidence?.awayFor ?? evidence.awayForMs,
      failedDeploymentShare: file.evidence?.failedDeployments ?? evidence.failedDeploymentShare,
    },
    memory: {
      rollbackWithinMs: file.memory?.rollbackWithin ?? memory.rollbackWithinMs,
      gateWithinMs: file.memory?.gateWithin ?? memory.gateWithinMs,
      freeFloorPct: file.memory?.freeFloor ?? memory.freeFloorPct,
    },
    telemetry: {
      silentShare: file.telemetry?.silentShare ?? telemetry.silentShare,
      pageAfterMs: file.telemetry?.pageAfter ?? telemetry.pageAfterMs,
      noRollbackForMs: file.telemetry?.noRollbackFor ?? telemetry.noRollbackForMs,
    },
  }
}

function gatesOf({ gates = 'plant', stages }: PolicyFile): Policy['gates'] {
  const open = openGates(stagesOf(stages))
  if (gates === 'open') return open
  const usual = Object.fromEntries(Object.entries(DEFAULT_POLICY.gates).filter(([stage]) => stage in open))
  return { ...open, ...usual, ...(gates === 'plant' ? {} : windowsOf(gates, stages)) }
}

function windowsOf(
  given: Readonly<Record<string, readonly WindowFile[]>>,
  stages: PolicyFile['stages'],
): Policy['gates'] {
  const own = [...writtenNames(stages)].flatMap(([stage, written]) => {
    const windows = given[written]
    return windows === undefined ? [] : [[stage, windows.map(weeklyWindow)] as const]
  })
  return Object.fromEntries(own)
}

/** ISO weekdays, 1 = Monday. */
const weeklyWindow = ({ days = [...DAYS], from, to }: WindowFile) => ({
  days: days.map((day) => DAYS.indexOf(day) + 1),
  from,
  to,
})
