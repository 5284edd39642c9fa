import { type MetricLine, metricWindow } from '../evidence/metric-evidence.ts'
import { limitEffect, limitOf, type MetricRule } from '../evidence/metric-rules.ts'
import type { SegmentKey } from '../messages/segment.ts'
import { limitBoundary, mixtureBoundary } from '../statistics/budget.ts'
import { mixtureLogRatio, mixtureRadius } from '../statistics/sequential.ts'
import { scaled } from './interval.ts'
import { metricName } from './metric-name.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, InconclusiveReason, Interval, Statistic } from './verdict.ts'

/** What an update alone may do to a device, as for the cycle time. [source: device-effect] */
const LEAST_LASTING = 0.02

/** An effect of the stage or of one line, beside the controls. */
interface Effect {
  readonly value: number
  readonly variance: number
  /** The part of it that more evaluations do not reduce. */
  readonly lastingVariance: number
}

interface Candidate extends Effect {
  readonly segment: SegmentKey
  readonly hasControls: boolean
  readonly statistic: Statistic
  readonly interval: Interval
  /** In nats, that the effect is more than the limit, and what that has to reach. */
  readonly beyondLimit: number
  readonly limitBoundary: number
  /** Against the direction of the rule it is no harm. */
  readonly isBad: boolean
}

interface End {
  readonly outcome: Finding['outcome']
  readonly inconclusive?: InconclusiveReason
}

/**
 * Mean, output or spread of the stage and of each line, less what the controls on the line show, against the same
 * devices before the update: always-valid beyond zero, and beyond the limit itself. Of an output or a spread without
 * controls, and of the output of one line alone, it is not known whether it is the release: nothing is promoted.
 * [source: msprt, limit-evidence, one-station]
 */
export function judgeEffect(rule: MetricRule, one: RuleInput): Finding {
  const candidates = candidatesOf(rule, one)
  const [first] = candidates
  if (first === undefined) return findingOf(rule, null, one, { outcome: 'inconclusive', inconclusive: 'insufficient' })
  const changed = candidates.filter((own) => own.isBad && isChanged(rule, own, one))
  const beyond = changed.filter((own) => own.beyondLimit >= own.limitBoundary)
  const lines = new Set(beyond.flatMap(({ segment: { line } }) => line ?? []))
  const isSure = ({ hasControls }: Candidate): boolean =>
    rule.metricTest.kind === 'mean' || (hasControls && (rule.metricTest.kind === 'spread' || lines.size !== 1))
  const breach = beyond.find(isSure)
  if (breach !== undefined) return findingOf(rule, breach, one, { outcome: 'breach' })
  const gate = beyond[0] ?? changed[0]
  if (gate !== undefined) return findingOf(rule, gate, one, { outcome: 'inconclusive', inconclusive: 'gate' })
  return findingOf(rule, first, one, { outcome: 'healthy' })
}

/** Beyond chance, and beyond the limit by the estimate. */
function isChanged({ metricTest }: MetricRule, { value, statistic }: Candidate, { policy }: RuleInput): boolean {
  return Math.abs(value) > limitEffect(metricTest, policy) && statistic.value >= statistic.boundary
}

function candidatesOf(rule: MetricRule, one: RuleInput): readonly Candidate[] {
  const { evaluations } = one.evidence
  const window = metricWindow(evaluations, rule.name)
  return [
    ...among(rule, one, window, 'rolling-window'),
    ...among(rule, one, one.evidence.metrics?.[rule.name] ?? [], 'since-update'),
  ]
}

function among(
  rule: MetricRule,
  one: RuleInput,
  all: readonly MetricLine[],
  span: 'since-update' | 'rolling-window',
): readonly Candidate[] {
  const lines = all.filter(({ stage }) => stage.readings > 0)
  const readings = lines.reduce((sum, { stage }) => sum + stage.exposure, 0)
  if (lines.length === 0 || readings < rule.metricTest.minimum) return []
  const effects = lines.map((line) => ({ line: line.line, ...effectOf(rule, one, line) }))
  const hasControls = lines.some(({ controls }) => controls.readings > 0)
  const judged = (segment: SegmentKey, effect: Effect, members: number): Candidate =>
    candidateOf(rule, one, { segment, hasControls, ...effect }, members)
  const n = effects.length
  const ofStage = meanOf(effects)
  const limit = limitEffect(rule.metricTest, one.policy)
  return [
    judged({ span }, ofStage, 1),
    ...effects
      .filter(({ value }) => Math.abs(value) > limit)
      .map(({ line, ...effect }) => judged({ span, line }, effect, n)),
  ]
}

/** Lines weigh equally. */
function meanOf(effects: readonly Effect[]): Effect {
  const n = effects.length
  const sum = (of: (effect: Effect) => number): number => effects.reduce((total, one) => total + of(one), 0)
  return {
    value: sum(({ value }) => value) / n,
    variance: sum(({ variance }) => variance) / n ** 2,
    lastingVariance: sum(({ lastingVariance }) => lastingVariance) / n ** 2,
  }
}

/** How the effect of these lines varies by what the week has shown; null where nothing is read. */
export function effectSeen(rule: MetricRule, one: RuleInput, all: readonly MetricLine[]): Effect | null {
  const lines = all.filter(({ stage }) => stage.readings > 0)
  return lines.length === 0 ? null : meanOf(lines.map((line) => effectOf(rule, one, line, 0)))
}

function candidateOf(
  { metricTest: test }: MetricRule,
  { policy }: RuleInput,
  effect: Effect & Pick<Candidate, 'segment' | 'hasControls'>,
  members: number,
): Candidate {
  const { value, variance, segment } = effect
  const limit = limitEffect(test, policy)
  const isRolling = segment.span === 'rolling-window'
  const isTwoSided = test.direction === 'either'
  const isBad = isTwoSided || value > 0 === (test.direction === 'increase')
  const beyond = Math.max(Math.abs(value) - limit, 0)
  // Two directions are two tests.
  const boundary = mixtureBoundary(policy, members * (isTwoSided ? 2 : 1), isRolling)
  const radius = mixtureRadius(variance, limit, boundary)
  return {
    ...effect,
    isBad,
    statistic: { name: 'msprt', value: isBad ? mixtureLogRatio(Math.abs(value), variance, limit) : 0, boundary },
    interval: { low: value - radius, high: value + radius },
    beyondLimit: beyond ** 2 / (2 * variance),
    limitBoundary: limitBoundary(policy, members, isRolling),
  }
}

/** Of one line, and its variance by chance: as far as they tell, the controls and the baseline are the yardstick. */
function effectOf(rule: MetricRule, one: RuleInput, line: MetricLine, leastShare = LEAST_LASTING): Effect {
  const { baseline } = one
  const { evaluations, stage, controls } = line
  const hasControls = controls.readings > 0
  const variation = baseline.rules?.[rule.name]
  const least = leastShare * (rule.metricTest.isAbsolute ? (variation?.unit ?? 0) : 1)
  const besideLine = Math.max(variation?.besideLine ?? 0, least) ** 2
  const alone = Math.max(variation?.alone ?? 0, least) ** 2
  const passing = passingOf(rule, one, line, besideLine)
  const own = 1 / stage.readings
  const ofControls = hasControls ? 1 / controls.readings : 0
  // Without controls a line's own day cannot be told from the firmware, so that its devices do not average out.
  const lasting = hasControls ? besideLine * Math.max(evaluations, 1) * (own + ofControls) : alone
  return {
    value: stage.effects * own - (hasControls ? controls.effects * ofControls : 0),
    variance: lasting + passing * (own + ofControls),
    lastingVariance: lasting,
  }
}

/** Fewer values than this in the window are too little evidence about the scatter. */
const LEAST_DEGREES = 16

/**
 * From evaluation to evaluation, as single controls scatter about their line. Where there is one a line, or none, the
 * devices of the stage do; a few bad ones then make the test less sensitive, which is better than a scatter that nobody
 * has seen. With one device a line of either it is what single values make of it.
 */
function passingOf(rule: MetricRule, one: RuleInput, line: MetricLine, lasting: number): number {
  for (const role of ['noise', 'stageNoise'] as const) {
    let [squares, degrees] = [0, 0]
    for (const { metrics } of one.evidence.evaluations) {
      const noise = metrics?.[rule.name]?.[role]
      squares += noise?.squares ?? 0
      degrees += noise?.degrees ?? 0
    }
    if (degrees >= LEAST_DEGREES) return Math.max(squares / degrees - lasting, 0)
  }
  return ofSingleValues(rule, one, line)
}

/**
 * Of a spread what ln of a variance of so many values scatters by; of an output one event more or less; of a mean as if
 * the values of an evaluation had all in common. [source: log-variance]
 */
function ofSingleValues({ name, metricTest }: MetricRule, { baseline }: RuleInput, { stage }: MetricLine): number {
  if (metricTest.kind === 'output') return stage.readings / Math.max(stage.expected, 1)
  if (metricTest.kind === 'mean') return (baseline.rules?.[name]?.single ?? 0) ** 2
  const half = Math.max(stage.exposure / stage.readings - 1, 1) / 2
  return (1 / half + 1 / (2 * half ** 2) + 1 / (6 * half ** 3)) / 4
}

function findingOf(rule: MetricRule, shown: Candidate | null, { policy, watch }: RuleInput, end: End): Finding {
  const { metricTest: test } = rule
  const limit = limitOf(test, policy)
  const change = shown === null ? null : shownChange(rule, shown.value)
  const unit = test.isAbsolute ? 'metric' : 'percent'
  return {
    rule: rule.name,
    metric: metricName(test),
    ...end,
    observed: change,
    baseline: 0,
    limit,
    n: watch.members.length,
    ...(shown?.segment.line !== undefined && { line: shown.segment.line }),
    ...(shown !== null && {
      statistic: shown.statistic,
      interval: scaled(shown.interval, (end) => shownChange(rule, end)),
    }),
    reason:
      shown === null || change === null
        ? { code: 'NO_METRIC', data: { metric: test.metric } }
        : {
            code: 'METRIC_EFFECT',
            data: {
              metric: test.metric,
              test: test.kind,
              change,
              allowed: limit,
              unit,
              segment: shown.segment,
              hasControls: shown.hasControls,
            },
          },
  }
}

/** In per cent, or in the unit of the metric. */
function shownChange({ metricTest: { kind, isAbsolute } }: MetricRule, value: number): number {
  if (isAbsolute) return value
  return (kind === 'spread' ? Math.expm1(value) : value) * 100
}
