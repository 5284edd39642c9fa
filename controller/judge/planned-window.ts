import type { StageName } from '../contract.ts'
import type { Baseline } from '../evidence/baseline.ts'
import { NO_EVIDENCE } from '../evidence/evidence.ts'
import { type MetricLines, type MutableMetricSums, noMetricSums } from '../evidence/metric-evidence.ts'
import { doneBefore, eventsOf, isOfGauge } from '../evidence/metric-reading.ts'
import { type MetricRule, metricRules } from '../evidence/metric-rules.ts'
import { type EvaluationSums, type LineSums, type MutableSums, noSums, totalOf } from '../evidence/sums.ts'
import { gateOpensAtMs, shiftBoundaries, stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { policyAt, stageNames, windowOf } from '../policy/stages.ts'
import { groupedBy } from '../support/grouped.ts'
import { own } from '../support/own.ts'
import type { RuleInput } from './rule-input.ts'

/** Stages as they are before their rollout. */
export interface PlannedStages {
  readonly baseline: Baseline
  readonly members: Readonly<Record<StageName, readonly string[]>>
  /** Who will be held back from production: no members of it. */
  readonly held: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
}

/**
 * `since-update`: all of a stage's window, seen from its end; `rolling-window`: one rolling window of it, in shifts as
 * they are on the average.
 */
export type PlannedSpan = 'since-update' | 'rolling-window'

/** What a harm does to the sums of the stage's devices on each line. */
export type Harm = (lines: readonly PlannedLine[]) => void

export interface PlannedLine {
  readonly line: number
  readonly evaluations: number
  readonly stage: MutableSums
  readonly controls: MutableSums
  /** What the rules on metrics read of it, by name. */
  readonly metrics: Readonly<Record<string, PlannedMetric>>
}

export interface PlannedMetric {
  readonly stage: MutableMetricSums
  readonly controls: MutableMetricSums
}

const NO_NOISE = { squares: 0, degrees: 0 }
const INSTALL_MS = 15 * 60_000

/** How long each stratum lasts in the stage's window, as far as the calendar tells now. */
export function plannedStrata(
  { baseline }: PlannedStages,
  stage: StageName,
  policy: Policy,
): Readonly<Record<string, number>> {
  let atMs = baseline.toMs
  for (const name of stageNames(policy)) {
    atMs = gateOpensAtMs(policy, name, atMs) + INSTALL_MS
    if (name === stage) break
    atMs += windowOf(policy, name)
  }
  const endsMs = atMs + windowOf(policy, stage)
  const edges = [atMs, ...shiftBoundaries(policy, atMs + 1, endsMs - 1), endsMs]
  const strata: Record<string, number> = {}
  for (const [i, endMs] of edges.slice(1).entries()) {
    const startMs = edges[i] as number
    const { name } = stratumAt(policy, startMs)
    strata[name] = (strata[name] ?? 0) + (endMs - startMs) / 60_000
  }
  return strata
}

/** What the rules are given of a window with some harm. */
export type PlannedWindow = (harm: Harm) => RuleInput

/**
 * What the rules would be given if the stage did in the span what its devices did in the same shifts of the baseline's
 * week, and the controls as well, and `harm` besides. A rule that is asked with it says what it can detect, whatever its
 * evidence is.
 */
export function plannedWindow(
  stages: PlannedStages,
  stage: StageName,
  calendar: Policy,
  span: PlannedSpan,
): PlannedWindow {
  const { baseline, members, held, lineOf } = stages
  const strata = plannedStrata(stages, stage, calendar)
  const policy = policyAt(calendar, stage)
  const strataNames = Object.keys(strata)
  const spanMs = span === 'rolling-window' ? policy.evidence.rollingMs : policy.windowMs - warmUpMs(policy)
  const share = Math.min(Math.max(spanMs / policy.windowMs, 0), 1)
  const names = stageNames(policy)
  const later = names.slice(names.indexOf(stage) + 1).flatMap((name) => members[name] ?? [])
  const watch = {
    stage,
    version: '',
    previousVersion: '',
    members: members[stage] ?? [],
    controls: [...later, ...held],
    lineOf,
    deployedAtMs: baseline.toMs,
  }
  const rules = metricRules(policy).filter(({ name }) => own(baseline.rules, name)?.hasData)
  const healthy = linesOf(baseline, watch, strata, share, policy, rules)
  return (harm) => {
    const lines = healthy.map((one) => ({ ...one, stage: { ...one.stage }, metrics: mapped(one.metrics, copied) }))
    harm(lines)
    const total = totalOf(lines)
    const metrics = metricLinesOf(lines, rules)
    const evidence =
      span === 'since-update'
        ? { ...NO_EVIDENCE, lines, total, strata: strataNames, metrics }
        : { ...NO_EVIDENCE, evaluations: evaluationsOf(lines, total, metrics, strataNames, baseline.toMs) }
    return { evidence, watch, baseline, policy, nowMs: baseline.toMs + policy.windowMs, failedDevices: [] }
  }
}

/** Before that devices tell nothing; rules that wait for less are asked with a little less than they will have. */
const warmUpMs = ({ rules }: Policy): number => Math.max(...rules.map((rule) => rule.warmUpMs))

const copied = ({ stage, controls }: PlannedMetric): PlannedMetric => ({ stage: { ...stage }, controls })

const mapped = <A, B>(of: Readonly<Record<string, A>>, by: (one: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(of).map(([name, one]) => [name, by(one)]))

const metricLinesOf = (lines: readonly PlannedLine[], rules: readonly MetricRule[]): MetricLines =>
  Object.fromEntries(
    rules.map(({ name }) => [
      name,
      lines.map(({ line, evaluations, metrics }) => ({ line, evaluations, ...(metrics[name] as PlannedMetric) })),
    ]),
  )

/** One evaluation for all; the others only tell that their strata are in the window as well. */
const evaluationsOf = (
  lines: readonly LineSums[],
  total: EvaluationSums['total'],
  metrics: MetricLines,
  strata: readonly string[],
  atMs: number,
): readonly EvaluationSums[] =>
  strata.map((stratum, i) => ({
    atMs,
    stratum,
    lines: i === 0 ? lines : [],
    total: i === 0 ? total : totalOf([]),
    ...(i === 0 && { metrics: mapped(metrics, (own) => ({ lines: own, noise: NO_NOISE, stageNoise: NO_NOISE })) }),
    noise: NO_NOISE,
    outputNoise: NO_NOISE,
    down: { stage: 0, stageOf: 0, controls: 0, controlsOf: 0 },
  }))

function linesOf(
  baseline: Baseline,
  { members, controls, lineOf }: Pick<RuleInput['watch'], 'members' | 'controls' | 'lineOf'>,
  strata: Readonly<Record<string, number>>,
  share: number,
  policy: Policy,
  rules: readonly MetricRule[],
): PlannedLine[] {
  const lineOfThing = (thing: string): number => lineOf[thing] as number
  const ofControls = groupedBy(controls, lineOfThing)
  const minutes = Object.values(strata).reduce((sum, one) => sum + one, 0) * share
  return [...groupedBy(members, lineOfThing)].map(([line, things]) => {
    const sums = { stage: noSums(), controls: noSums() }
    for (const [stratum, length] of Object.entries(strata)) {
      for (const thing of things) addExpected(sums.stage, baseline, thing, stratum, length * share, policy)
      for (const thing of ofControls.get(line) ?? [])
        addExpected(sums.controls, baseline, thing, stratum, length * share, policy)
    }
    const metrics = Object.fromEntries(
      rules.map((rule): [string, PlannedMetric] => {
        const own = { stage: noMetricSums(), controls: noMetricSums() }
        for (const [stratum, length] of Object.entries(strata)) {
          for (const thing of things) addMetric(own.stage, rule, baseline, thing, stratum, length * share, policy)
          for (const thing of ofControls.get(line) ?? [])
            addMetric(own.controls, rule, baseline, thing, stratum, length * share, policy)
        }
        return [rule.name, own]
      }),
    )
    return { line, evaluations: (minutes * 60_000) / policy.tickMs, ...sums, metrics }
  })
}

/** What a device does in so many minutes of a stratum by its own baseline. */
function addExpected(
  sums: MutableSums,
  { devices }: Baseline,
  thing: string,
  stratum: string,
  minutes: number,
  { tickMs }: Policy,
): void {
  const before = devices[thing]?.[stratum]
  if (before === undefined || before.countedMinutes <= 0) return
  const scale = minutes / before.countedMinutes
  const readings = before.cycles > 0 ? (minutes * 60_000) / tickMs : 0
  sums.minutes += minutes
  sums.countedMinutes += minutes
  sums.readings += readings
  sums.attempts += before.connectionAttempts * scale
  sums.failures += before.connectionFailures * scale
  sums.cycles += before.cycles * scale
  sums.expectedReadings += readings
  sums.expectedCycles += before.cycles * scale
  sums.units += before.units * scale
  sums.expectedUnits += before.units * scale
  sums.cycleMs += before.cycleTimeMsSum * scale
  sums.expectedCycleMs += before.cycleTimeMsSum * scale
  sums.operations += before.operations * scale
  sums.errors += before.errors * scale
  sums.expectedErrors += before.errors * scale
}

/** What a rule on a metric reads of it. */
function addMetric(
  sums: MutableMetricSums,
  { metricTest }: MetricRule,
  { devices }: Baseline,
  thing: string,
  stratum: string,
  minutes: number,
  { tickMs }: Policy,
): void {
  const sumsBefore = devices[thing]?.[stratum]
  if (sumsBefore === undefined || sumsBefore.countedMinutes <= 0) return
  const before = doneBefore(sumsBefore)
  const scale = minutes / before.countedMinutes
  const isGauge = isOfGauge(metricTest.kind)
  const done = isGauge
    ? { count: 0, exposure: before.gauge(metricTest.metric)?.count ?? 0 }
    : eventsOf(metricTest, before)
  if (done === null || done.exposure === 0) return
  sums.due += done.exposure * scale
  sums.came += done.exposure * scale
  sums.exposure += done.exposure * scale
  sums.count += done.count * scale
  sums.expected += done.count * scale
  if (isGauge || metricTest.kind === 'output') sums.readings += (minutes * 60_000) / tickMs
}
