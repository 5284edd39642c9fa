import fc from 'fast-check'
import {
  DEFAULT_POLICY,
  type Members,
  type Policy,
  type Shift,
  type StagePolicy,
  type WeeklyWindow,
} from '../../../controller/policy/policy.ts'
import {
  BUILT_IN_RULES,
  CRITICALITIES,
  DIRECTIONS,
  type MetricTest,
  MISSING,
  ownRule,
  type Rule,
  WARMED,
} from '../../../controller/policy/rules.ts'
import { LONGEST_DURATION } from '../../../controller/units/duration.ts'
import { minutesBetween } from '../../../controller/units/wall-time.ts'

const two = (value: number): string => String(value).padStart(2, '0')
const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`)
const periodMs = fc.integer({ min: 1, max: LONGEST_DURATION.value })
const tickMs = fc.integer({ min: 1, max: 24 * 60 }).map((minutes) => minutes * 60_000)
const baselineMs = fc.integer({ min: 86_400_000, max: 60 * 86_400_000 })
const positive = { noNaN: true, minExcluded: true } as const
const share = fc.double({ min: 0, max: 1, ...positive })
const limitPct = fc.double({ min: 0, max: 100, ...positive })
const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })

const weekly: fc.Arbitrary<WeeklyWindow> = fc.record({ days, from: time, to: time })
const windows = fc.array(weekly, { minLength: 1, maxLength: 3 })

/** Members of every kind, and last the rest, under names of which some are the seed's. */
const members: fc.Arbitrary<Members> = fc.oneof(
  fc.record({ perLine: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ ofLine: share }),
  fc.record({ ofRest: fc.double({ min: 0.01, max: 0.99, noNaN: true }) }),
  fc.record({ things: fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 3 }) }),
  fc.record({ attribute: fc.constant('product'), is: fc.constantFrom(['seat'], ['seat', 'frame']) }),
)
const stageNames = fc.uniqueArray(fc.constantFrom('canary', 'early', 'production', 'lab', 'Pilot:1', 'a_b'), {
  minLength: 1,
  maxLength: 5,
})
const stages: fc.Arbitrary<readonly StagePolicy[]> = stageNames.chain((names) =>
  fc.tuple(
    ...names.map((name, i) =>
      fc
        .tuple(
          i === names.length - 1 ? fc.constant({ ofRest: 1 }) : members,
          fc.record({ windowMs: periodMs, quorumShare: share }, { requiredKeys: [] }),
        )
        .map(([own, set]): StagePolicy => ({ name, members: own, ...set })),
    ),
  ),
)

/** Gates and deny windows of the stages of a policy. */
const calendarOf = ({ stages: own }: Policy): fc.Arbitrary<Pick<Policy, 'gates' | 'deny'>> => {
  const byStage = Object.fromEntries(own.map(({ name }) => [name, windows]))
  const deny = fc.record(byStage, { requiredKeys: [] }) as fc.Arbitrary<Policy['deny']>
  return fc.record({ gates: fc.record(byStage), deny })
}

/** Shifts that cover the day: the times at which each begins, in order. */
const shifts: fc.Arbitrary<readonly Shift[]> = fc
  .uniqueArray(time, { minLength: 1, maxLength: 4 })
  .map((starts) => [...starts].sort())
  .map((starts) =>
    starts.map((from, index) => ({
      name: `shift-${index}`,
      from,
      to: starts[(index + 1) % starts.length] as string,
    })),
  )

const freeze = fc.tuple(fc.integer({ min: 1, max: 27 }), time, time).map(([day, from, to]) => ({
  name: `freeze ${day}`,
  from: `2026-12-${two(day)}T${from}`,
  to: `2026-12-${two(day + 1)}T${to}`,
}))

const incident = freeze.map(({ name, from, to }) => ({ from, to, reason: name }))

const criticality = fc.constantFrom(...CRITICALITIES)
const missing = fc.constantFrom(...MISSING)
const metric = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,39}$/)
const positiveNumber = fc.double({ min: 1e-9, max: 1e6, noNaN: true })
const common = {
  direction: fc.constantFrom('increase' as const, 'decrease' as const),
  minimum: amount,
  isStratified: fc.boolean(),
}
const metricTest: fc.Arbitrary<MetricTest> = fc.oneof(
  fc.record<MetricTest>({
    ...common,
    kind: fc.constant('share'),
    metric,
    of: metric,
    limit: amount,
    isAbsolute: fc.constant(false),
    floorEvents: amount,
  }),
  fc.record<MetricTest>({
    ...common,
    kind: fc.constant('count'),
    metric,
    of: fc.option(metric),
    limit: amount,
    isAbsolute: fc.constant(false),
    floorEvents: amount,
  }),
  fc.record<MetricTest>({
    ...common,
    kind: fc.constant('mean'),
    metric,
    of: fc.constant(null),
    direction: fc.constantFrom(...DIRECTIONS),
    limit: positiveNumber,
    isAbsolute: fc.boolean(),
    floorEvents: fc.constant(4),
  }),
  fc.record<MetricTest>({
    ...common,
    kind: fc.constant('spread'),
    metric,
    of: fc.constant(null),
    limit: amount,
    isAbsolute: fc.constant(false),
    floorEvents: fc.constant(4),
  }),
  fc.record<MetricTest>({
    ...common,
    kind: fc.constant('trend'),
    metric,
    of: fc.constant(null),
    direction: fc.constantFrom(...DIRECTIONS),
    limit: amount,
    isAbsolute: fc.boolean(),
    floorEvents: fc.constant(4),
  }),
)
const settings = fc.record({ criticality, missing, warmUpMs: fc.integer({ min: 0, max: 86_400_000 }) })
/** The rules that every policy has, with settings of their own where they may have some, and rules of the plant's own. */
const rules: fc.Arbitrary<readonly Rule[]> = fc
  .tuple(
    fc.array(settings, { minLength: BUILT_IN_RULES.length, maxLength: BUILT_IN_RULES.length }),
    fc.uniqueArray(fc.tuple(fc.stringMatching(/^own-[a-z0-9-]{1,20}$/), metricTest, settings), {
      maxLength: 3,
      selector: ([name]) => name,
    }),
  )
  .map(([given, own]) => [
    ...BUILT_IN_RULES.map(
      (rule, i): Rule => ({
        ...rule,
        criticality: given[i]?.criticality ?? rule.criticality,
        ...(WARMED.has(rule.name) && { warmUpMs: given[i]?.warmUpMs ?? 0 }),
        ...(rule.metricTest !== undefined && { missing: given[i]?.missing ?? rule.missing }),
      }),
    ),
    ...own.map(([name, test, set]): Rule => ({ ...ownRule(name, test), ...set })),
  ])

/** What is too short for an evaluation to fall into it is made as long as it may be. */
const seen = (policy: Policy): Policy => {
  const { tickMs, gates } = policy
  const open = (windows: readonly WeeklyWindow[]): readonly WeeklyWindow[] =>
    windows.map((one) => (minutesBetween(one.from, one.to) * 60_000 < tickMs ? { ...one, to: one.from } : one))
  return {
    ...policy,
    windowMs: Math.max(policy.windowMs, tickMs + 1),
    migrationWindowMs: Math.max(policy.migrationWindowMs, tickMs + 1),
    gates: Object.fromEntries(Object.entries(gates).map(([stage, windows]) => [stage, open(windows)])),
    stages: policy.stages.map((stage) =>
      stage.windowMs === undefined ? stage : { ...stage, windowMs: Math.max(stage.windowMs, tickMs + 1) },
    ),
  }
}

const anyPolicy: fc.Arbitrary<Policy> = fc.record<Policy>({
  profile: fc.constantFrom('default', 'raw-thresholds'),
  windowMs: periodMs,
  migrationWindowMs: periodMs,
  holdback: fc.boolean(),
  bakeMs: periodMs,
  tickMs,
  baselineMs,
  zone: fc.constantFrom('UTC', 'Asia/Tokyo', DEFAULT_POLICY.zone),
  shifts,
  gates: fc.constant({}),
  deny: fc.constant({}),
  freezes: fc.array(freeze, { maxLength: 2 }),
  incidents: fc.array(incident, { maxLength: 2 }),
  stages,
  preflight: fc.record({ shareToleranceDevices: fc.nat(5), freeDiskMiB: amount, baselineCoverageShare: share }),
  limits: fc.record({
    connectionFailurePct: limitPct,
    cycleTimeIncreasePct: amount,
    outputDecreasePct: limitPct,
    qualityFailureIncreasePoints: limitPct,
    cycleTimeSpreadIncreasePct: amount,
    errorRateIncreasePct: amount,
    errorRateMode: fc.constantFrom('relative', 'points'),
    crashes: fc.nat(100),
    failedDeploymentPct: limitPct,
  }),
  evidence: fc.record({
    rollingMs: periodMs,
    falseRollbackShare: share,
    horizonMs: periodMs,
    connectionMinAttempts: fc.integer({ min: 1, max: 1e6 }),
    minExtraErrors: amount,
    awayShare: share,
    awayForMs: periodMs,
    failedDeploymentShare: share,
  }),
  memory: fc.record({ rollbackWithinMs: periodMs, gateWithinMs: periodMs, freeFloorPct: limitPct }),
  onNoisyBaseline: fc.constantFrom('refuse', 'raise'),
  rules: rules,
  quorumShare: share,
  laterQuorumShare: share,
  exposureShare: share,
  deviceExposureShare: share,
  shiftExposureShare: share,
  telemetry: fc.record({ silentShare: share, pageAfterMs: periodMs, noRollbackForMs: periodMs }),
  installTimeoutMs: periodMs,
  lostAfterMs: periodMs,
})

/** Any policy that a document can describe: every number of its range, to the last digit. */
export const arbitraryPolicy: fc.Arbitrary<Policy> = anyPolicy
  .chain((policy) => calendarOf(policy).map((calendar) => ({ ...policy, ...calendar })))
  .map(seen)
