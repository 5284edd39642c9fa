import { z } from 'zod'
import { STAGES, type StageName } from '../controller/contract.ts'
import { DEFAULT_POLICY, OPEN_GATES, type Policy } from '../controller/policy.ts'
import { duration, percent } from '../sim/units.ts'
import { shiftProblem, wallTime, zone } from './shift-times.ts'

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
const windows = z.array(weekly).min(1, { message: 'has no windows, so that the stage would never be deployed' })

/** What the controller goes by: a file of its own, or a part of the scenario. What is left out is the seed's. */
export const policySchema = z
  .strictObject({
    window: some.optional().describe('Monitoring window of each stage; 24h by default'),
    profile: z.enum(['default', 'seed-literal']).optional().describe('How the thresholds are applied'),
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
        crashes: z.int().nonnegative().describe('Crashes allowed in a stage; 0 by default'),
      })
      .partial()
      .optional(),
    evidence: z
      .strictObject({
        rolling: some.describe('Rolling window of the connection and cycle time rules; 1h by default'),
        boundarySigma: z.number().positive().describe('Standard deviations that count as a difference; 4 by default'),
        connectionMinAttempts: z.int().positive().describe('Attempts the connection rule needs; 500 by default'),
        minExtraErrors: z.number().nonnegative().describe('Extra errors below which a rise is ignored; 4 by default'),
      })
      .partial()
      .optional()
      .describe('When there is enough of it to speak'),
    quorum: share.optional().describe('Devices of a stage that must be installed before it may soak; 88 % by default'),
    exposure: share.optional().describe('Of devices x window that must be healthy; 90 % by default'),
    installTimeout: some.optional().describe('After which a device without the release is failed; 10min by default'),
    lostAfter: some.optional().describe('Silence after which a device is lost; 10min by default'),
  })
  .superRefine((policy, context) => {
    const shifts = policy.shifts === undefined ? null : shiftProblem(policy.shifts)
    if (shifts !== null) context.addIssue({ code: 'custom', path: ['shifts'], message: shifts })
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
  const { limits, evidence } = DEFAULT_POLICY
  return {
    ...DEFAULT_POLICY,
    profile: file.profile ?? DEFAULT_POLICY.profile,
    windowMs: file.window ?? DEFAULT_POLICY.windowMs,
    tickMs: file.tick ?? DEFAULT_POLICY.tickMs,
    baselineMs: file.baseline ?? DEFAULT_POLICY.baselineMs,
    zone: file.zone ?? site.zone,
    shifts: file.shifts ?? site.shifts,
    gates: gatesOf(file.gates),
    limits: {
      connectionFailurePct: file.limits?.connectionFailures ?? limits.connectionFailurePct,
      cycleTimeIncreasePct: file.limits?.cycleTimeIncrease ?? limits.cycleTimeIncreasePct,
      errorRateIncreasePct: file.limits?.errorRateIncrease ?? limits.errorRateIncreasePct,
      crashes: file.limits?.crashes ?? limits.crashes,
    },
    evidence: {
      rollingMs: file.evidence?.rolling ?? evidence.rollingMs,
      boundarySigma: file.evidence?.boundarySigma ?? evidence.boundarySigma,
      connectionMinAttempts: file.evidence?.connectionMinAttempts ?? evidence.connectionMinAttempts,
      minExtraErrors: file.evidence?.minExtraErrors ?? evidence.minExtraErrors,
    },
    quorumShare: file.quorum === undefined ? DEFAULT_POLICY.quorumShare : file.quorum / 100,
    exposureShare: file.exposure === undefined ? DEFAULT_POLICY.exposureShare : file.exposure / 100,
    installTimeoutMs: file.installTimeout ?? DEFAULT_POLICY.installTimeoutMs,
    lostAfterMs: file.lostAfter ?? DEFAULT_POLICY.lostAfterMs,
  }
}

function gatesOf(gates: PolicyFile['gates']): Policy['gates'] {
  if (gates === undefined || gates === 'plant') return DEFAULT_POLICY.gates
  if (gates === 'open') return OPEN_GATES
  const own = STAGES.flatMap((stage) => {
    const given = gates[stage]
    return given === undefined ? [] : [[stage, given.map(weeklyWindow)] as const]
  })
  return { ...DEFAULT_POLICY.gates, ...Object.fromEntries(own) }
}

/** ISO weekdays, 1 = Monday. */
const weeklyWindow = ({ days = [...DAYS], from, to }: z.output<typeof weekly>) => ({
  days: days.map((day) => DAYS.indexOf(day) + 1),
  from,
  to,
})
