import { z } from 'zod'
import { STAGES, type StageName } from '../../controller/contract.ts'
import { DEFAULT_POLICY, OPEN_GATES, type Policy } from '../../controller/policy/policy.ts'
import { duration, percent } from '../../controller/units/quantity.ts'
import { shiftProblem, wallTime, zone } from '../../controller/units/wall-time.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MINUTE_MS = 60_000

const some = duration.refine((ms) => ms > 0, { message: 'is no time at all' })
const share = percent.refine((value) => value > 0 && value <= 100, { message: 'is not above 0 and up to 100 %' })

const weekly = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).optional().describe('On which it opens; every day by default'),
    from: wallTime,
    to: wallTime.describe('May lie past midnight; the same as "from" is a whole day'),
  })
  .describe('A weekly period in site-local time')
const localDateTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, { message: 'is not a local time such as "2026-12-23T18:00"' })
const windows = z.array(weekly).min(1, { message: 'has no windows, so that the stage would never be deployed' })

/** What the controller goes by: a file of its own, or a part of the scenario. What is left out is the seed's. */
export const policySchema = z
  .strictObject({
    window: some.optional().describe('Monitoring window of each stage; 24h by default'),
    profile: z.enum(['default', 'raw-thresholds']).optional().describe('How the thresholds are applied'),
    gates: z
      .union(
        [
          z.enum(['plant', 'open']),
          z
            .strictObject(
              Object.fromEntries(STAGES.map((stage) => [stage, windows])) as Record<StageName, typeof windows>,
            )
            .partial(),
        ],
        { error: ({ input }) => `${JSON.stringify(input)} is neither plant, open, nor windows of the stages` },
      )
      .optional()
      .describe(
        'When a stage may be deployed. plant: its shift or maintenance window (default); open: at once; or windows of ' +
          'your own for each stage, the default ones for stages that are left out',
      ),
    deny: z
      .strictObject(Object.fromEntries(STAGES.map((stage) => [stage, windows])) as Record<StageName, typeof windows>)
      .partial()
      .optional()
      .describe('When a stage must not be touched even inside its gate; a hotfix waits as well'),
    freezes: z
      .array(z.strictObject({ name: z.string().min(1), from: localDateTime, to: localDateTime }))
      .optional()
      .describe('Dated freezes of the whole fleet, such as holidays; a hotfix passes them'),
    zone: zone.optional().describe("IANA zone of gates and shifts; the fleet's by default"),
    shifts: z
      .array(z.strictObject({ name: z.string().min(1), from: wallTime, to: wallTime }))
      .min(1)
      .optional()
      .describe("Strata of the baseline; the fleet's shifts by default"),
    tick: some
      .refine((ms) => ms % MINUTE_MS === 0, { message: 'is not a whole number of minutes' })
      .optional()
      .describe('Period of the looks; 5min by default'),
    baseline: some
      .refine((ms) => ms >= 24 * 60 * MINUTE_MS, { message: 'is shorter than a day' })
      .optional()
      .describe('History before the rollout that it is compared with; 7d by default'),
    limits: z
      .strictObject({
        connectionFailures: share.describe('Failed share of connection attempts; 2 % by default'),
        cycleTimeIncrease: percent.describe('Over the baseline; 10 % by default'),
        errorRateIncrease: percent.describe('Over the baseline, relative; 5 % by default'),
        errorRateMode: z
          .enum(['relative', 'points'])
          .describe('Of the rate itself (default), or in percentage points of the operations'),
        crashes: z.int().nonnegative().describe('Crashes allowed in a stage; 0 by default'),
      })
      .partial()
      .optional(),
    evidence: z
      .strictObject({
        rolling: some.describe('Rolling window of the connection and cycle time rules; 1h by default'),
        falseRollbacks: share.describe(
          'Healthy releases that may be rolled back, over all rules and looks; 1 % by default',
        ),
        horizon: some.describe('About as long as a stage is watched until the release is through; 7d by default'),
        connectionMinAttempts: z.int().positive().describe('Attempts the connection rule needs; 500 by default'),
        minExtraErrors: z.number().nonnegative().describe('Extra errors below which a rise is ignored; 4 by default'),
      })
      .partial()
      .optional()
      .describe('When there is enough of it to speak'),
    memory: z
      .strictObject({
        rollbackWithin: some.describe('Memory that runs out sooner is rolled back; 72h by default'),
        gateWithin: some.describe('Memory that runs out sooner is not promoted; 14d by default'),
        freeFloor: share.describe('Free memory below which a leak is rolled back at once; 25 % by default'),
      })
      .partial()
      .optional(),
    onNoisyBaseline: z
      .enum(['refuse', 'raise'])
      .optional()
      .describe(
        'A week that would have rolled back a release that never was: refuse (default), or ask for more evidence',
      ),
    dryRun: z.array(z.string()).optional().describe('Rules that report and do not decide'),
    quorum: share.optional().describe('Canaries that must be installed before they may soak; 88 % by default'),
    laterQuorum: share.optional().describe('The same for early and production; 90 % by default'),
    exposure: share.optional().describe('Of devices x window that must be healthy; 90 % by default'),
    deviceExposure: share.optional().describe('Of the window that every device must have run it; 83 % by default'),
    shiftExposure: share.optional().describe('Of the time a shift has in the window; 75 % by default'),
    telemetry: z
      .strictObject({
        silentShare: share.describe(
          'Silent share of fleet and controls from which the telemetry is down; 30 % by default',
        ),
        pageAfter: some.describe('Before somebody is called; 15min by default'),
        noRollbackFor: some.describe('How long a breach is not acted upon meanwhile; 1h by default'),
      })
      .partial()
      .optional(),
    migrationWindow: some
      .optional()
      .describe('Monitoring window of each stage of a migration component; 1h by default'),
    holdback: z
      .boolean()
      .optional()
      .describe('Whether one device a line stays on the old firmware until production has passed; false by default'),
    installTimeout: some.optional().describe('After which a device without the release is failed; 10min by default'),
    lostAfter: some.optional().describe('Silence after which a device is lost; 10min by default'),
  })
  .superRefine((policy, context) => {
    const shifts = policy.shifts === undefined ? null : shiftProblem(policy.shifts)
    if (shifts !== null) context.addIssue({ code: 'custom', path: ['shifts'], message: shifts })
    for (const [i, { from, to }] of (policy.freezes ?? []).entries()) {
      if (from >= to)
        context.addIssue({ code: 'custom', path: ['freezes', i, 'to'], message: 'does not lie after "from"' })
    }
  })
  .describe('What the rollout controller goes by: windows, gates, limits, evidence')

export type PolicyFile = z.output<typeof policySchema>

/** Of the site, for what the policy does not say itself. */
export interface Site {
  readonly zone: string
  readonly shifts: Policy['shifts']
}

/** The controller's policy: the seed's, with the file's words over it. */
export function policyOf(file: PolicyFile, site: Site): Policy {
  const { limits, evidence, memory, telemetry } = DEFAULT_POLICY
  return {
    ...DEFAULT_POLICY,
    profile: file.profile ?? DEFAULT_POLICY.profile,
    windowMs: file.window ?? DEFAULT_POLICY.windowMs,
    tickMs: file.tick ?? DEFAULT_POLICY.tickMs,
    baselineMs: file.baseline ?? DEFAULT_POLICY.baselineMs,
    zone: file.zone ?? site.zone,
    shifts: file.shifts ?? site.shifts,
    migrationWindowMs: file.migrationWindow ?? DEFAULT_POLICY.migrationWindowMs,
    holdback: file.holdback ?? DEFAULT_POLICY.holdback,
    gates: gatesOf(file.gates),
    deny: windowsOf(file.deny ?? {}),
    freezes: file.freezes ?? DEFAULT_POLICY.freezes,
    limits: {
      connectionFailurePct: file.limits?.connectionFailures ?? limits.connectionFailurePct,
      cycleTimeIncreasePct: file.limits?.cycleTimeIncrease ?? limits.cycleTimeIncreasePct,
      errorRateIncreasePct: file.limits?.errorRateIncrease ?? limits.errorRateIncreasePct,
      errorRateMode: file.limits?.errorRateMode ?? limits.errorRateMode,
      crashes: file.limits?.crashes ?? limits.crashes,
    },
    evidence: {
      rollingMs: file.evidence?.rolling ?? evidence.rollingMs,
      falseRollbackShare: shareOf(file.evidence?.falseRollbacks, evidence.falseRollbackShare),
      horizonMs: file.evidence?.horizon ?? evidence.horizonMs,
      connectionMinAttempts: file.evidence?.connectionMinAttempts ?? evidence.connectionMinAttempts,
      minExtraErrors: file.evidence?.minExtraErrors ?? evidence.minExtraErrors,
    },
    memory: {
      rollbackWithinMs: file.memory?.rollbackWithin ?? memory.rollbackWithinMs,
      gateWithinMs: file.memory?.gateWithin ?? memory.gateWithinMs,
      freeFloorPct: file.memory?.freeFloor ?? memory.freeFloorPct,
    },
    onNoisyBaseline: file.onNoisyBaseline ?? DEFAULT_POLICY.onNoisyBaseline,
    dryRun: file.dryRun ?? DEFAULT_POLICY.dryRun,
    quorumShare: shareOf(file.quorum, DEFAULT_POLICY.quorumShare),
    laterQuorumShare: shareOf(file.laterQuorum, DEFAULT_POLICY.laterQuorumShare),
    exposureShare: shareOf(file.exposure, DEFAULT_POLICY.exposureShare),
    deviceExposureShare: shareOf(file.deviceExposure, DEFAULT_POLICY.deviceExposureShare),
    shiftExposureShare: shareOf(file.shiftExposure, DEFAULT_POLICY.shiftExposureShare),
    telemetry: {
      silentShare: shareOf(file.telemetry?.silentShare, telemetry.silentShare),
      pageAfterMs: file.telemetry?.pageAfter ?? telemetry.pageAfterMs,
      noRollbackForMs: file.telemetry?.noRollbackFor ?? telemetry.noRollbackForMs,
    },
    installTimeoutMs: file.installTimeout ?? DEFAULT_POLICY.installTimeoutMs,
    lostAfterMs: file.lostAfter ?? DEFAULT_POLICY.lostAfterMs,
  }
}

function gatesOf(gates: PolicyFile['gates']): Policy['gates'] {
  if (gates === undefined || gates === 'plant') return DEFAULT_POLICY.gates
  if (gates === 'open') return OPEN_GATES
  return { ...DEFAULT_POLICY.gates, ...windowsOf(gates) }
}

function windowsOf(given: Partial<Record<StageName, readonly z.output<typeof weekly>[] | undefined>>): Policy['deny'] {
  const own = STAGES.flatMap((stage) => {
    const windows = given[stage]
    return windows === undefined ? [] : [[stage, windows.map(weeklyWindow)] as const]
  })
  return Object.fromEntries(own)
}

const shareOf = (pct: number | undefined, known: number): number => (pct === undefined ? known : pct / 100)

/** ISO weekdays, 1 = Monday. */
const weeklyWindow = ({ days = [...DAYS], from, to }: z.output<typeof weekly>) => ({
  days: days.map((day) => DAYS.indexOf(day) + 1),
  from,
  to,
})
