import type { Policy } from '../policy/policy.ts'
import { memoized } from '../support/memoized.ts'
import { type Baseline, coveredSums } from './baseline.ts'
import type { Delta } from './difference.ts'
import { doneBefore, doneSince, readMetric, type UsualMetric, usualOf } from './metric-reading.ts'
import { type MetricRule, metricRules } from './metric-rules.ts'
import { NO_TREND, type TrendSeries, type TrendsOfRules, withEffect } from './metric-trend.ts'
import { plus, type StratumSums } from './stratum-sums.ts'
import { type Noise, WithinLines } from './within-lines.ts'

/** What a rule on one metric has read of some devices over some evaluations. */
export interface MetricSums {
  /** Evaluations x devices with an effect. */
  readonly readings: number
  readonly due: number
  readonly came: number
  readonly count: number
  readonly exposure: number
  readonly expected: number
  /** Sum of the effects, each bounded. */
  readonly effects: number
}

export interface MetricLine {
  readonly line: number
  /** Evaluations in which the stage was seen. */
  readonly evaluations: number
  readonly stage: MetricSums
  readonly controls: MetricSums
}

/** What one rule read at one evaluation. */
export interface MetricEvaluation {
  readonly lines: readonly MetricLine[]
  /** How single controls scatter about their line, and single devices of the stage. */
  readonly noise: Noise
  readonly stageNoise: Noise
}

/** By the names of the rules. */
export type MetricEvaluations = Readonly<Record<string, MetricEvaluation>>
export type MetricLines = Readonly<Record<string, readonly MetricLine[]>>

export const noMetricSums = (): MutableMetricSums => ({
  readings: 0,
  due: 0,
  came: 0,
  count: 0,
  exposure: 0,
  expected: 0,
  effects: 0,
})

const NO_METRIC_SUMS: MetricSums = noMetricSums()

/** To be added up. */
export type MutableMetricSums = { -readonly [K in keyof MetricSums]: MetricSums[K] }

/** Adds up what devices of one role did, line by line and rule by rule. */
export class MetricObserver {
  readonly #baseline: Baseline
  readonly #rules: readonly MetricRule[]
  readonly #sums: readonly Map<number, MutableMetricSums>[]
  readonly #scatter: readonly WithinLines[]
  /** Of single devices, for the rules that look at each. */
  readonly #effects: readonly (Map<string, { readonly line: number; readonly effect: number }> | null)[]

  constructor(baseline: Baseline, policy: Policy) {
    this.#baseline = baseline
    this.#rules = metricRules(policy)
    this.#sums = this.#rules.map(() => new Map())
    this.#scatter = this.#rules.map(() => new WithinLines())
    this.#effects = this.#rules.map(({ metricTest }) => (metricTest.kind === 'trend' ? new Map() : null))
  }

  /**
   * `ageMs` is the time since the install, during which a rule may have to wait. Of what `isOfTwoShifts` nothing is said
   * about spread: the cycles of two shifts, each even, differ from one another.
   */
  add(thing: string, line: number, delta: Delta, stratum: string, ageMs: number, isOfTwoShifts: boolean): void {
    const before = usualsOf(this.#baseline, this.#rules, thing, stratum)
    const now = doneSince(delta)
    for (let i = 0; i < this.#rules.length; i++) {
      const usual = before[i] ?? null
      const { name, metricTest, warmUpMs } = this.#rules[i] as MetricRule
      if (usual === null || ageMs < warmUpMs || (isOfTwoShifts && metricTest.kind === 'spread')) continue
      const sums = member(this.#sums[i] as Map<number, MutableMetricSums>, line, noMetricSums)
      const effect = readMetric(metricTest, now, usual, sums)
      if (effect === null) continue
      this.#effects[i]?.set(thing, { line, effect })
      const most = this.#baseline.rules?.[name]?.mostEffect ?? 0
      const bounded = most === 0 ? effect : Math.min(Math.max(effect, -most), most)
      sums.readings += 1
      sums.effects += bounded
      ;(this.#scatter[i] as WithinLines).add(line, bounded)
    }
  }

  /** The trends of single devices after this evaluation, above what the controls on their line show. */
  trends(before: TrendsOfRules, controls: MetricObserver, nowMs: number): TrendsOfRules {
    const trends: Record<string, Readonly<Record<string, TrendSeries>>> = {}
    for (const [i, { name }] of this.#rules.entries()) {
      const effects = this.#effects[i]
      if (effects === null || effects === undefined) continue
      const series: Record<string, TrendSeries> = Object.assign(Object.create(null), before[name])
      for (const [thing, { line, effect }] of effects) {
        const peers = controls.#sums[i]?.get(line)
        const common = peers === undefined || peers.readings === 0 ? 0 : peers.effects / peers.readings
        series[thing] = withEffect(series[thing] ?? NO_TREND, effect - common, nowMs)
      }
      trends[name] = series
    }
    return trends
  }

  /** What the controls of the same evaluation did beside this. */
  beside(controls: MetricObserver): MetricEvaluations {
    const evaluations: Record<string, MetricEvaluation> = {}
    for (const [i, { name }] of this.#rules.entries()) {
      const [stage, peers] = [
        this.#sums[i] as Map<number, MutableMetricSums>,
        controls.#sums[i] as Map<number, MutableMetricSums>,
      ]
      const lines = [...new Set([...stage.keys(), ...peers.keys()])].map(
        (line): MetricLine => ({
          line,
          evaluations: stage.has(line) ? 1 : 0,
          stage: stage.get(line) ?? NO_METRIC_SUMS,
          controls: peers.get(line) ?? NO_METRIC_SUMS,
        }),
      )
      const noise = (controls.#scatter[i] as WithinLines).sums()
      evaluations[name] = { lines, noise, stageNoise: (this.#scatter[i] as WithinLines).sums() }
    }
    return evaluations
  }
}

/** Lines of several times as one. */
export function metricLinesOf(parts: readonly (readonly MetricLine[])[]): readonly MetricLine[] {
  const lines = new Map<number, { evaluations: number; stage: MutableMetricSums; controls: MutableMetricSums }>()
  for (const part of parts) {
    for (const { line, evaluations, stage, controls } of part) {
      let own = lines.get(line)
      if (own === undefined) {
        own = { evaluations: 0, stage: noMetricSums(), controls: noMetricSums() }
        lines.set(line, own)
      }
      own.evaluations += evaluations
      addSums(own.stage, stage)
      addSums(own.controls, controls)
    }
  }
  return [...lines].map(([line, own]) => ({ line, ...own }))
}

/** The rolling window of a rule, added up once for all who ask. */
export function metricWindow(evaluations: readonly EvaluationOfMetrics[], rule: string): readonly MetricLine[] {
  const windows = windowsOf(evaluations)
  let window = windows.get(rule)
  if (window === undefined) {
    window = metricLinesOf(evaluations.map(({ metrics }) => metrics?.[rule]?.lines ?? []))
    windows.set(rule, window)
  }
  return window
}

interface EvaluationOfMetrics {
  readonly metrics?: MetricEvaluations
}

const windowsOf = memoized((_: readonly EvaluationOfMetrics[]) => new Map<string, readonly MetricLine[]>())

/** Over all lines. */
export function metricTotal(lines: readonly MetricLine[]): Pick<MetricLine, 'stage' | 'controls'> {
  const [stage, controls] = [noMetricSums(), noMetricSums()]
  for (const line of lines) {
    addSums(stage, line.stage)
    addSums(controls, line.controls)
  }
  return { stage, controls }
}

function addSums(sums: MutableMetricSums, more: MetricSums): void {
  if (more === NO_METRIC_SUMS) return
  sums.readings += more.readings
  sums.due += more.due
  sums.came += more.came
  sums.count += more.count
  sums.exposure += more.exposure
  sums.expected += more.expected
  sums.effects += more.effects
}

/** Of one device in one stratum, by the place of the rule; computed once: a shift has a hundred evaluations. */
type Usuals = readonly (UsualMetric | null)[]

const usuals = memoized((_: Baseline) => new Map<readonly MetricRule[], Map<string, Map<string, Usuals>>>())

function usualsOf(baseline: Baseline, rules: readonly MetricRule[], thing: string, stratum: string): Usuals {
  const ofRules = member(usuals(baseline), rules, () => new Map<string, Map<string, Usuals>>())
  const devices = member(ofRules, stratum, () => new Map<string, Usuals>())
  return member(devices, thing, () =>
    rules.map(({ metricTest }) => {
      const sums = metricTest.isStratified ? coveredSums(baseline, thing, stratum) : coveredTotal(baseline, thing)
      return sums === null || sums.countedMinutes <= 0 ? null : usualOf(metricTest, doneBefore(sums))
    }),
  )
}

function member<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

function coveredTotal(baseline: Baseline, thing: string): StratumSums | null {
  const covered = Object.keys(baseline.devices[thing] ?? {}).flatMap(
    (stratum) => coveredSums(baseline, thing, stratum) ?? [],
  )
  return covered.length === 0 ? null : plus(covered)
}
