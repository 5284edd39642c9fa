import type { MetricLine } from '../evidence/metric-evidence.ts'
import { limitOf, type MetricRule } from '../evidence/metric-rules.ts'
import { partsOver } from '../evidence/variation.ts'
import type { Policy } from '../policy/policy.ts'
import { countAt, type Detectable, type Sigmas, shiftOf } from './detectable.ts'
import { effectSeen, judgeEffect } from './metric-effect.ts'
import { judgeEvents } from './metric-events.ts'
import type { PlannedLine, PlannedMetric } from './planned-window.ts'
import type { RuleInput } from './rule-input.ts'

/** Where no limit is given, and what no rule is asked beyond: as multiples of the unit of the size. */
const [LEAST, MOST] = [0.01, 10_000]

/**
 * How a rule on one metric is asked for what it can detect: its size is a change as the rule shows it, in its own
 * direction. Null for a trend, of whose scatter along the age of a process no week tells anything.
 */
export function detectableOf(rule: MetricRule, policy: Policy): Detectable | null {
  const { kind, direction, isAbsolute } = rule.metricTest
  if (kind === 'trend') return null
  const limit = limitOf(rule.metricTest, policy)
  const isBounded = kind === 'share' || (direction === 'decrease' && !isAbsolute)
  const range = { from: limit > 0 ? limit / 2 : LEAST, to: isBounded ? 100 : Math.max(limit, 1) * MOST }
  return { ...(kind === 'share' || kind === 'count' ? ofEvents(rule) : ofEffects(rule)), ...range }
}

type Asked = Omit<Detectable, 'from' | 'to'>

const metricOf = ({ metrics }: PlannedLine, { name }: MetricRule): PlannedMetric => metrics[name] as PlannedMetric

/** Of a share that must not decrease, those without it are counted. */
function ofEvents(rule: MetricRule): Asked {
  const { kind, direction } = rule.metricTest
  const sign = kind === 'count' && direction === 'decrease' ? -1 : 1
  return {
    judge: (one) => [judgeEvents(rule, one)],
    harm: (line, size) => {
      const { stage } = metricOf(line, rule)
      stage.count += (sign * size * (kind === 'share' ? stage.exposure : stage.count)) / 100
    },
    chance: (lines, { middle, spread }, healthy) => {
      const own = lines.map((line) => metricOf(line, rule).stage)
      const mean = own.reduce((sum, { count }) => sum + count, 0)
      if (mean <= 0) return
      const dispersion = 1 + mean * relativeVariance(lines, healthy, rule)
      const seen = countAt(mean, sign * (middle - spread), dispersion)
      for (const stage of own) stage.count *= seen / mean
    },
  }
}

/** Of a rate in the stage, by the noise that single devices have of their own: what they share, controls have as well. */
function relativeVariance(
  lines: readonly PlannedLine[],
  { baseline, policy }: RuleInput,
  { name }: MetricRule,
): number {
  const variation = baseline.rules?.[name]?.events
  const minutes = ((lines[0]?.evaluations ?? 0) * policy.tickMs) / 60_000
  const devices = lines.reduce((sum, { stage }) => sum + stage.countedMinutes, 0) / minutes
  if (variation === undefined || variation.shiftMinutes === 0 || !(devices > 0)) return 0
  return partsOver(variation, minutes).device / devices
}

function ofEffects(rule: MetricRule): Asked {
  const { kind, direction, isAbsolute } = rule.metricTest
  const sign = direction === 'decrease' ? -1 : 1
  const effectOf = (size: number): number =>
    isAbsolute ? size : kind === 'spread' ? Math.log1p(size / 100) : size / 100
  const add = (line: PlannedLine, effect: number): void => {
    const { stage } = metricOf(line, rule)
    stage.effects += sign * effect * stage.readings
  }
  return {
    judge: (one) => [judgeEffect(rule, one)],
    harm: (line, size) => add(line, effectOf(size)),
    chance: (lines, sigmas: Sigmas, healthy) => {
      const own = lines.map((line): MetricLine => ({ ...line, ...metricOf(line, rule) }))
      const shift = shiftOf(effectSeen(rule, healthy, own), sigmas)
      for (const line of lines) add(line, shift)
    },
  }
}
