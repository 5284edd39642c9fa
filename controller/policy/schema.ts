import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { nearest } from '../support/schema-problems.ts'
import { writtenDuration } from '../units/duration.ts'
import { duration, memory, percent, writtenMemory, writtenPercent, writtenShare } from '../units/quantity.ts'
import { minutesBetween, shiftProblem, wallTime, zone } from '../units/wall-time.ts'
import { DEFAULT_POLICY } from './policy.ts'
import { part, period } from './quantities.ts'
import { BUILT_IN_NAMES } from './rules.ts'
import { MOST_RULES, rulesSchema } from './rules-document.ts'
import { stageName, stagesSchema, writtenNames } from './stages-document.ts'

/** Days of the week as documents name them, in the order of ISO 8601. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** An hour each: of a day, and of a week. */
const MOST_SHIFTS = 24
const MOST_WINDOWS = 7 * 24
/** One for every day of a year. */
const MOST_PERIODS = 366
/** Those that every policy has, and as many of the plant's own as it may have. */
const MOST_NAMED_RULES = BUILT_IN_NAMES.length + MOST_RULES

const { preflight, limits, evidence, memory: memoryLimits, telemetry } = DEFAULT_POLICY

const limitPct = percent.refine((value) => value > 0 && value <= 100, { message: 'must be above 0 and at most 100 %' })

/** A list that a machine reads at every evaluation, or a person at all, has an end. */
const listOf = <Item extends z.ZodType>(item: Item, most: number, what: string) =>
  z.array(item).max(most, { error: ({ input }) => `has ${(input as unknown[]).length} ${what}, ${most} at most` })

/** A key of the document with what it means and what holds where it is left out. */
const key = <Schema extends z.ZodType>(schema: Schema, meaning: string, usual: string | number | boolean) =>
  schema.describe(`${meaning}; ${usual} by default`)

const windowSchema = z
  .strictObject({
    days: listOf(z.enum(DAYS), DAYS.length, 'days')
      .min(1)
      .optional()
      .describe('Days on which it opens; every day by default'),
    from: wallTime,
    to: wallTime.describe('May lie past midnight; the same as "from" is a whole day'),
  })
  .describe('A weekly period in site-local time')
export type WindowFile = z.output<typeof windowSchema>

const localDateTime = z
  .string()
  .refine((written) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(written) && isOfCalendar(written), {
    message: 'is not a local time such as "2026-12-23T18:00"',
  })

function isOfCalendar(written: string): boolean {
  try {
    return Temporal.PlainDateTime.from(written, { overflow: 'reject' }).year > 0
  } catch {
    return false
  }
}

const windows = listOf(windowSchema, MOST_WINDOWS, 'windows').min(1, {
  message: 'has no windows, so that the stage would never be deployed',
})
const windowsByStage = z.record(stageName, windows)

const gatesSchema = z.union([z.enum(['plant', 'open']), windowsByStage], {
  error: ({ input }) => `${JSON.stringify(input)} is neither plant, open, nor windows of the stages`,
})

const preflightSchema = z
  .strictObject({
    shareTolerance: key(
      z.int().nonnegative(),
      "Devices by which a stage's part of a line may differ from its share",
      preflight.shareToleranceDevices,
    ),
    freeDisk: key(memory, 'Free disk that every device needs', writtenMemory(preflight.freeDiskMiB)),
    baselineCoverage: key(
      part,
      'Share of devices x shifts that the baseline must cover',
      writtenShare(preflight.baselineCoverageShare),
    ),
  })
  .partial()

const limitsSchema = z
  .strictObject({
    connectionFailures: key(
      limitPct,
      'Failed share of connection attempts',
      writtenPercent(limits.connectionFailurePct),
    ),
    cycleTimeIncrease: key(percent, 'Increase over the baseline', writtenPercent(limits.cycleTimeIncreasePct)),
    outputDecrease: key(
      limitPct,
      'Decrease of what is made per minute, beside the controls',
      writtenPercent(limits.outputDecreasePct),
    ),
    qualityFailureIncrease: key(
      limitPct,
      'Increase of the failed share of quality checks, in points',
      writtenPercent(limits.qualityFailureIncreasePoints),
    ),
    cycleTimeSpreadIncrease: key(
      percent,
      'Increase of the standard deviation of single cycles over the baseline',
      writtenPercent(limits.cycleTimeSpreadIncreasePct),
    ),
    errorRateIncrease: key(percent, 'Increase over the baseline rate', writtenPercent(limits.errorRateIncreasePct)),
    errorRateMode: key(
      z.enum(['relative', 'points']),
      'Whether that is relative to the rate or in percentage points of the operations',
      limits.errorRateMode,
    ),
    crashes: key(z.int().nonnegative(), 'Crashes allowed in a stage', limits.crashes),
    failedDeployments: key(
      percent.refine((value) => value >= 0 && value <= 100, { message: 'must be at most 100 %' }),
      'Share of a stage whose deployment may fail',
      writtenPercent(limits.failedDeploymentPct),
    ),
  })
  .partial()

const evidenceSchema = z
  .strictObject({
    rolling: key(period, 'Rolling window of connection and cycle time rules', writtenDuration(evidence.rollingMs)),
    falseRollbacks: key(
      part,
      'False-rollback budget per release, over all rules and evaluations',
      writtenShare(evidence.falseRollbackShare),
    ),
    horizon: key(
      period,
      'About as long as a stage is monitored until the release has ended; the budget is spread over it',
      writtenDuration(evidence.horizonMs),
    ),
    connectionMinAttempts: key(
      z.int().positive(),
      'Attempts of the whole stage that the connection rule needs; a line needs its share of them',
      evidence.connectionMinAttempts,
    ),
    minExtraErrors: key(
      z.number().nonnegative(),
      'Extra errors below which an increase is ignored',
      evidence.minExtraErrors,
    ),
    away: key(
      part,
      'Share of the time that a healthy device is away, before the fleet has shown its own',
      writtenShare(evidence.awayShare),
    ),
    awayFor: key(period, 'How long a device that is away is so on the average', writtenDuration(evidence.awayForMs)),
    failedDeployments: key(
      part,
      'Share of deployments that fail on healthy devices',
      writtenShare(evidence.failedDeploymentShare),
    ),
  })
  .partial()

const memorySchema = z
  .strictObject({
    rollbackWithin: key(
      period,
      'Memory that runs out sooner is rolled back',
      writtenDuration(memoryLimits.rollbackWithinMs),
    ),
    gateWithin: key(period, 'Memory that runs out sooner is not promoted', writtenDuration(memoryLimits.gateWithinMs)),
    freeFloor: key(
      limitPct,
      'Free memory below which no rollout starts and a leak is rolled back at once',
      writtenPercent(memoryLimits.freeFloorPct),
    ),
  })
  .partial()

const telemetrySchema = z
  .strictObject({
    silentShare: key(
      part,
      'Silent share of fleet and controls from which the telemetry is down',
      writtenShare(telemetry.silentShare),
    ),
    pageAfter: key(period, 'Time that it may be down before on-call is paged', writtenDuration(telemetry.pageAfterMs)),
    noRollbackFor: key(
      period,
      'Time that a breach is not acted upon while it is down',
      writtenDuration(telemetry.noRollbackForMs),
    ),
  })
  .partial()

const keys = z
  .strictObject({
    profile: z
      .enum(['default', 'raw-thresholds'])
      .describe('How thresholds are applied: default (with evidence rules) or raw-thresholds'),
    window: key(period, 'Monitoring window of each stage', writtenDuration(DEFAULT_POLICY.windowMs)),
    migrationWindow: key(
      period,
      'Monitoring window of each stage of a migration component',
      writtenDuration(DEFAULT_POLICY.migrationWindowMs),
    ),
    holdback: key(
      z.boolean(),
      'Keep one production device per line on the old firmware until production has passed: its controls',
      DEFAULT_POLICY.holdback,
    ),
    bake: key(
      duration,
      'Time for which the release is watched once every device has it, and may still be rolled back',
      writtenDuration(DEFAULT_POLICY.bakeMs),
    ),
    tick: key(
      period.refine((ms) => ms % MINUTE_MS === 0, { message: 'is not a whole number of minutes' }),
      'Period of the evaluations',
      writtenDuration(DEFAULT_POLICY.tickMs),
    ),
    baseline: key(
      period.refine((ms) => ms >= DAY_MS, { message: 'is shorter than a day' }),
      'History before the rollout that it is compared with',
      writtenDuration(DEFAULT_POLICY.baselineMs),
    ),
    zone: zone.describe(
      `IANA zone of gates and shifts; by default that of the fleet, or ${DEFAULT_POLICY.zone} without one`,
    ),
    shifts: listOf(z.strictObject({ name: z.string().min(1), from: wallTime, to: wallTime }), MOST_SHIFTS, 'shifts')
      .min(1)
      .describe('Strata of the baseline, which cover the day; by default the shifts of the fleet, or three of 8 h'),
    gates: gatesSchema.describe(
      'When a stage may be deployed. plant: its shift or maintenance window (default); open: at once; or windows of ' +
        'your own by the name of the stage; one that is left out has the default ones, and of a name of your own any time',
    ),
    deny: windowsByStage.describe(
      'When a stage must not be changed even inside its gate; a hotfix waits as well; never by default',
    ),
    freezes: listOf(
      z.strictObject({ name: z.string().min(1), from: localDateTime, to: localDateTime }),
      MOST_PERIODS,
      'freezes',
    ).describe('Dated freezes of the whole fleet, such as holidays; a hotfix passes them; none by default'),
    incidents: listOf(
      z.strictObject({
        from: localDateTime,
        to: localDateTime,
        reason: z.string().min(1).describe('What happened, for whoever reads the policy'),
      }),
      MOST_PERIODS,
      'incidents',
    ).describe(
      'Times in which the plant did not run as usual, such as a power cut: the shifts that they fall into are left out ' +
        'of the baseline; none by default',
    ),
    stages: stagesSchema,
    preflight: preflightSchema.describe('What must be so before a rollout starts'),
    limits: limitsSchema.describe('Thresholds of the rules'),
    evidence: evidenceSchema.describe('How much evidence a rule needs to report a breach'),
    memory: memorySchema.describe('When memory is about to run out'),
    onNoisyBaseline: key(
      z.enum(['refuse', 'raise']),
      'If the baseline alone would have been rolled back: refuse to start, or raise the evidence needed',
      DEFAULT_POLICY.onNoisyBaseline,
    ),
    rules: rulesSchema,
    dryRun: listOf(z.string(), MOST_NAMED_RULES, 'rules').describe(
      'Rules that report and do not decide, as `criticality: dry-run` of each says; none by default',
    ),
    quorum: key(
      part,
      'Share of the first stage that must be installed before the window begins',
      writtenShare(DEFAULT_POLICY.quorumShare),
    ),
    laterQuorum: key(part, 'The same for the stages after it', writtenShare(DEFAULT_POLICY.laterQuorumShare)),
    exposure: key(part, 'Of devices x window that must be healthy', writtenShare(DEFAULT_POLICY.exposureShare)),
    deviceExposure: key(
      part,
      'Of the window that every device must have run the release',
      pctOf(DEFAULT_POLICY.deviceExposureShare),
    ),
    shiftExposure: key(part, 'Of the time a shift has in the window', writtenShare(DEFAULT_POLICY.shiftExposureShare)),
    telemetry: telemetrySchema.describe('When silence is attributed to the telemetry, and what follows'),
    installTimeout: key(
      period,
      'After which a device without the release has failed',
      writtenDuration(DEFAULT_POLICY.installTimeoutMs),
    ),
    lostAfter: key(period, 'Silence after which a device is lost', writtenDuration(DEFAULT_POLICY.lostAfterMs)),
  })
  .partial()

/** What no evaluation may fall into, and so would be passed over in silence. [source: analysis-period] */
function tooShort({ tick = DEFAULT_POLICY.tickMs, gates, ...policy }: z.output<typeof keys>): readonly Problem[] {
  const period = `the period of the evaluations (${writtenDuration(tick)})`
  const soaks = (['window', 'migrationWindow'] as const)
    .filter((name) => {
      const soakMs = policy[name] ?? Number.POSITIVE_INFINITY
      return soakMs > 0 && soakMs <= tick
    })
    .map((name) => ({ path: [name], message: `must be longer than ${period}` }))
  const openings = typeof gates === 'object' ? Object.entries(gates) : []
  const closed = openings.flatMap(([stage, windows = []]) =>
    windows.flatMap(({ from, to }, i) => {
      const opensFor = minutesBetween(from, to) * MINUTE_MS
      const message = `is open for ${writtenDuration(opensFor)}, less than ${period}: the stage might never be deployed`
      return opensFor < tick ? [{ path: ['gates', stage, i], message }] : []
    }),
  )
  return [...soaks, ...closed]
}

interface Problem {
  readonly path: (string | number)[]
  readonly message: string
}

/**
 * The policy document: what the rollout controller goes by, with the names and units of scenario files. The functions
 * read it as JSON from their table or a file, `rehearse` reads it as YAML, alone or in a scenario.
 */
export const policySchema = keys
  .superRefine((policy, context) => {
    const shifts = policy.shifts === undefined ? null : shiftProblem(policy.shifts)
    if (shifts !== null) context.addIssue({ code: 'custom', path: ['shifts'], message: shifts })
    const names = [...BUILT_IN_NAMES, ...Object.keys(policy.rules ?? {})]
    for (const [i, name] of (policy.dryRun ?? []).entries()) {
      if (!names.includes(name))
        context.addIssue({
          code: 'custom',
          path: ['dryRun', i],
          message: `"${name}" is no rule${nearest(name, names)}`,
        })
    }
    const stages = [...new Set(writtenNames(policy.stages).values())]
    for (const [part, own] of Object.entries({ gates: policy.gates, deny: policy.deny })) {
      for (const name of typeof own === 'object' ? Object.keys(own) : []) {
        const message = `"${name}" is no stage${nearest(name, stages)}`
        if (!stages.includes(name)) context.addIssue({ code: 'custom', path: [part, name], message })
      }
    }
    for (const problem of tooShort(policy)) context.addIssue({ code: 'custom', ...problem })
    for (const list of ['freezes', 'incidents'] as const) {
      for (const [i, { from, to }] of (policy[list] ?? []).entries()) {
        if (from >= to)
          context.addIssue({ code: 'custom', path: [list, i, 'to'], message: 'does not lie after "from"' })
      }
    }
  })
  .describe('What the rollout controller goes by: windows, gates, limits, evidence')

/** A document as it is written. */
export type PolicyDocument = z.input<typeof policySchema>
/** A document that was checked, with its quantities as numbers. */
export type PolicyFile = z.output<typeof policySchema>

function pctOf(value: number): string {
  return `${Math.round(value * 100)} %`
}
