/**
 * Kinds of test. `share`: events of attempts; `count`: events per exposure; `mean`: the mean of a gauge; `output`: what is
 * counted per minute, where nothing is the worst; `spread`: the standard deviation of a gauge; `trend`: a gauge against
 * the age of the process; `presence`: devices that do not report, or not as they should.
 */
export type TestKind = MetricTestKind | 'presence'
export const METRIC_TESTS = ['share', 'count', 'mean', 'output', 'spread', 'trend'] as const
export type MetricTestKind = (typeof METRIC_TESTS)[number]

/** `decides`: a breach rolls back; `holds`: it only keeps the stage from being promoted; `dry-run`: it is only reported. */
export const CRITICALITIES = ['decides', 'holds', 'dry-run'] as const
export type Criticality = (typeof CRITICALITIES)[number]

/**
 * Data that the baseline had and the stage has no more: `breaches`, where the controls on the same lines still have them;
 * `holds`: nothing is promoted; `ignored`.
 */
export const MISSING = ['breaches', 'holds', 'ignored'] as const
export type Missing = (typeof MISSING)[number]

export const DIRECTIONS = ['increase', 'decrease', 'either'] as const
export type Direction = (typeof DIRECTIONS)[number]

export type MetricLimit = 'qualityFailureIncreasePoints' | 'cycleTimeSpreadIncreasePct'

/** What a rule on one metric tests. */
export interface MetricTest {
  readonly kind: MetricTestKind
  /** A counter or a gauge of the health document, the plant's own among them. */
  readonly metric: string
  /** The counter of attempts, or of exposure; null for minutes. */
  readonly of: string | null
  readonly direction: Direction
  /**
   * In per cent of the baseline; of a share in percentage points; or in the unit of the metric; of a trend per hour. That of an entry which
   * every policy has stands among the policy's limits, by this name.
   */
  readonly limit: number | MetricLimit
  readonly isAbsolute: boolean
  /** Events more (or less) than expected below which a change is ignored. [source: extra-errors] */
  readonly floorEvents: number
  /** Readings of the stage, or attempts, before the rule may report a breach. */
  readonly minimum: number
  /** Whether the baseline is that of the same shift and kind of day. */
  readonly isStratified: boolean
}

/** One entry of the table of rules. */
export interface Rule {
  readonly name: string
  readonly test: TestKind
  readonly criticality: Criticality
  /** Time after the install of a device that does not count. [source: warm-up] */
  readonly warmUpMs: number
  readonly missing: Missing
  /** Absent for rules with a test of their own, whose limits are those of the policy. */
  readonly metricTest?: MetricTest
}

const MINUTE_MS = 60_000

/**
 * A process that has just started fills its caches and its connections; Kayenta and Argo Rollouts let a metric wait as
 * well. [source: warm-up]
 */
export const WARM_UP_MS = 15 * MINUTE_MS

/** How many kinds of alarm a rule has, each with its part of the false-rollback budget. */
export const STREAMS: Readonly<Record<string, number>> = {
  'component-crash': 1,
  'lost-device': 1,
  'connection-failure': 1,
  'cycle-time': 1,
  // Cycles and units.
  output: 2,
  'error-rate': 1,
  'memory-leak': 1,
}

/** [source: extra-errors] */
const FLOOR_EVENTS = 4
/** Half an hour of one device. */
const MINIMUM = 30

const entry = (name: string, test: TestKind, warmUpMs: number, more: Partial<Rule> = {}): Rule => ({
  name,
  test,
  criticality: 'decides',
  warmUpMs,
  missing: 'holds',
  ...more,
})

/** A test with what its entry leaves out. */
export const metricTest = (kind: MetricTestKind, metric: string, more: Partial<MetricTest>): MetricTest => ({
  kind,
  metric,
  of: null,
  direction: kind === 'mean' ? 'either' : kind === 'output' ? 'decrease' : 'increase',
  limit: 0,
  isAbsolute: false,
  floorEvents: FLOOR_EVENTS,
  minimum: MINIMUM,
  isStratified: true,
  ...more,
})

/** The rules that every policy has, in the order in which they are judged. */
export const BUILT_IN_RULES: readonly Rule[] = [
  entry('component-crash', 'presence', 0),
  entry('deployment-failure', 'presence', 0),
  entry('silent-fallback', 'presence', 0),
  entry('lost-device', 'presence', 0),
  entry('connection-failure', 'share', WARM_UP_MS),
  entry('connection-loss', 'presence', 0),
  entry('cycle-time', 'mean', WARM_UP_MS),
  entry('error-rate', 'count', WARM_UP_MS),
  entry('output', 'output', WARM_UP_MS),
  entry('quality', 'share', WARM_UP_MS, {
    missing: 'breaches',
    metricTest: metricTest('share', 'qualityPasses', {
      of: 'qualityChecks',
      direction: 'decrease',
      limit: 'qualityFailureIncreasePoints',
      floorEvents: 0,
      minimum: 0,
    }),
  }),
  entry('cycle-time-spread', 'spread', WARM_UP_MS, {
    // The rule on output sees to what is not made.
    missing: 'ignored',
    metricTest: metricTest('spread', 'cycleTimeMs', { limit: 'cycleTimeSpreadIncreasePct' }),
  }),
  entry('memory-leak', 'trend', 0),
  entry('spill-over', 'count', 0),
]

/** Rules that wait for the process to warm up; the others are about its start, or have a beginning of their own. */
export const WARMED = new Set([
  'connection-failure',
  'cycle-time',
  'error-rate',
  'output',
  'quality',
  'cycle-time-spread',
])

export const BUILT_IN_NAMES: readonly string[] = BUILT_IN_RULES.map(({ name }) => name)

/** Gauges that are made of counters: how many, their sum and the sum of their squares. */
export const SUMMED_GAUGES = ['cycleTimeMs'] as const

/** A rule of the plant's own, with what its entry leaves out. */
export const ownRule = (name: string, test: MetricTest): Rule =>
  entry(name, test.kind, WARM_UP_MS, { missing: 'breaches', metricTest: test })
