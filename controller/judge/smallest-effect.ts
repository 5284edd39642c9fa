import type { StageName } from '../contract.ts'
import { limitOf, metricRules } from '../evidence/metric-rules.ts'
import type { FindingReason } from '../messages/findings.ts'
import type { Policy } from '../policy/policy.ts'
import { policyAt, stageNames } from '../policy/stages.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { bestWindowSigmas } from '../statistics/moving-window.ts'
import { own } from '../support/own.ts'
import {
  CONNECTIONS,
  CYCLE_TIME,
  type Detectable,
  ERRORS,
  type Look,
  OUTPUT,
  type Sigmas,
  smallestSize,
} from './detectable.ts'
import { knownMemory, smallestLeak } from './detectable-leak.ts'
import { detectableOf } from './detectable-metric.ts'
import { metricName } from './metric-name.ts'
import { type PlannedLine, type PlannedStages, type PlannedWindow, plannedWindow } from './planned-window.ts'
import type { Finding } from './verdict.ts'

/** Chance with which an effect of the size given is found, and its normal quantile. [source: smallest-rate-ratio] */
const POWER = 0.9
const POWER_SIGMA = 1.2815515655446004
/** 95 % upper bound of a Poisson mean of which nothing was seen. [source: rule-of-three] */
const RULE_OF_THREE = 2.995732273553991

export interface Stages extends PlannedStages {
  readonly readings: readonly DeviceReading[]
}

/**
 * The smallest effects that every stage's window can detect, as healthy findings: those that the rules themselves find
 * when they are given a window with the effect, of which chance hides as much as it does in one of ten. It hides less in
 * one of many rolling windows. [source: smallest-rate-ratio, moving-sum-maximum]
 */
export const smallestEffects = (stages: Stages, policy: Policy): readonly Finding[] => {
  const share = stages.baseline.falseRollbackShare
  const used = share === undefined ? policy : { ...policy, evidence: { ...policy.evidence, falseRollbackShare: share } }
  return stageNames(policy).flatMap((stage) => ofStage(windowsOf(stages, stage, used)))
}

/** A stage's window as the rules see it. */
interface Windows {
  readonly stages: Stages
  readonly stage: StageName
  readonly policy: Policy
  readonly whole: PlannedWindow
  readonly rolling: PlannedWindow
  /** What the best of all rolling windows reaches in half of them, and how much less in nine of ten. */
  readonly best: Pick<Sigmas, 'middle' | 'spread'>
}

function windowsOf(stages: Stages, stage: StageName, calendar: Policy): Windows {
  const policy = policyAt(calendar, stage)
  const { windowMs, tickMs, evidence } = policy
  const bestAt = (chance: number): number =>
    bestWindowSigmas(windowMs / evidence.rollingMs - 1, evidence.rollingMs / tickMs, chance)
  return {
    stages,
    stage,
    policy,
    whole: plannedWindow(stages, stage, calendar, 'since-update'),
    rolling: plannedWindow(stages, stage, calendar, 'rolling-window'),
    best: { middle: bestAt(0.5), spread: bestAt(0.5) - bestAt(POWER) },
  }
}

/** Of a window that is looked at once. */
const ONCE: Sigmas = { middle: 0, spread: POWER_SIGMA, lasting: POWER_SIGMA }

const looksOf = ({ whole, rolling, best }: Windows): readonly Look[] => [
  { window: whole, sigmas: ONCE },
  { window: rolling, sigmas: { ...best, lasting: POWER_SIGMA } },
]

function ofStage(windows: Windows): readonly Finding[] {
  const rules = [...errors(windows), ...connections(windows), ...cycleTime(windows)]
  // The owner's thresholds have no rule on these. [source: added-rules]
  const added =
    windows.policy.profile === 'raw-thresholds' ? [] : [...output(windows), drift(windows), ...metrics(windows)]
  return [...rules, leak(windows), crashes(windows), ...added]
}

/** On one line, the hardest to judge, and on all, where it is found no later; null where the rule finds none. */
function smallest(
  windows: Windows,
  rule: Detectable,
  line?: number,
): { readonly ofStage: number | null; readonly onLine: number | null } {
  const size = (one?: number): number | null => smallestSize(rule, looksOf(windows), one)
  const [ofAll, onLine] = [size(), line === undefined ? null : size(line)]
  return { ofStage: ofAll === null || onLine === null ? ofAll : Math.min(ofAll, onLine), onLine }
}

const healthyLines = ({ whole }: Windows): readonly PlannedLine[] =>
  whole(() => undefined).evidence.lines as PlannedLine[]

/** The line that is hardest to judge: of the least evidence. */
function hardestLine(windows: Windows, evidence: (line: PlannedLine) => number): number | undefined {
  const lines = healthyLines(windows).filter((line) => evidence(line) > 0)
  return lines.toSorted((a, b) => evidence(a) - evidence(b))[0]?.line
}

const sumOf = (windows: Windows, value: (line: PlannedLine) => number): number =>
  healthyLines(windows).reduce((sum, line) => sum + value(line), 0)

const finding = (
  metric: string,
  observed: number | null,
  limit: number,
  n: number,
  reason: FindingReason,
  line?: number,
): Finding => ({
  rule: 'smallest-effect',
  metric,
  outcome: 'healthy',
  observed,
  baseline: null,
  limit,
  n,
  ...(line !== undefined && { line }),
  reason,
})

const membersOf = ({ stages, stage }: Windows): number => (stages.members[stage] ?? []).length

/** Null where none was ever counted: then any is significant. */
function errors(windows: Windows): readonly Finding[] {
  const { stage, policy } = windows
  const { windowMs, limits } = policy
  const expectedErrors = sumOf(windows, ({ stage: { expectedErrors } }) => expectedErrors)
  const line = hardestLine(windows, ({ stage: { expectedErrors: own } }) => own)
  const { ofStage, onLine } = expectedErrors === 0 ? { ofStage: null, onLine: null } : smallest(windows, ERRORS, line)
  const of = (increasePct: number | null, reason: FindingReason, one?: number): Finding =>
    finding('errorRateIncreasePct', increasePct, limits.errorRateIncreasePct, membersOf(windows), reason, one)
  const all = of(ofStage, {
    code: 'SMALLEST_ERROR_INCREASE',
    data: { stage, increasePct: ofStage, expectedErrors, windowMs },
  })
  if (line === undefined || onLine === null) return [all]
  const data = { stage, line, increasePct: onLine, windowMs }
  return [all, of(onLine, { code: 'SMALLEST_ERROR_INCREASE_ON_LINE', data }, line)]
}

/** A canary in a short window may not show even that all fails. */
const ALL_FAIL_PCT = 100

/** Of the whole stage, and of the line whose devices are hardest to judge. */
function connections(windows: Windows): readonly Finding[] {
  const { stage, policy } = windows
  const { connectionFailurePct: limit } = policy.limits
  const line = hardestLine(windows, ({ stage: { attempts } }) => attempts)
  const { ofStage, onLine } = smallest(windows, CONNECTIONS, line)
  return [{ size: ofStage }, { size: onLine, line }].map(({ size, line: one }) => {
    const failedPct = size ?? ALL_FAIL_PCT
    const data = { stage, failedPct, isOneLine: one !== undefined, windowMs: policy.windowMs }
    const reason = { code: 'SMALLEST_FAILED_SHARE' as const, data }
    return finding('connectionFailurePct', failedPct, limit, membersOf(windows), reason, one)
  })
}

function cycleTime(windows: Windows): readonly Finding[] {
  const { stage, policy } = windows
  const line = hardestLine(windows, ({ stage: { readings } }) => readings)
  const { ofStage, onLine } = smallest(windows, CYCLE_TIME, line)
  return [{ size: ofStage }, { size: onLine, line }].flatMap(({ size: increasePct, line: one }): Finding[] => {
    if (increasePct === null) return []
    const data = { stage, increasePct, isOneLine: one !== undefined, windowMs: policy.windowMs }
    const reason = { code: 'SMALLEST_CYCLE_TIME_INCREASE' as const, data }
    const limit = policy.limits.cycleTimeIncreasePct
    return [finding('cycleTimeIncreasePct', increasePct, limit, membersOf(windows), reason, one)]
  })
}

/** A drift has come far by the end of the window: by half on the average, and by nearly all in its last hour. */
function drift(windows: Windows): Finding {
  const { stage, policy, whole, rolling } = windows
  const [hours, lastHours] = [policy.windowMs / 3_600_000, policy.evidence.rollingMs / 3_600_000]
  const looks: readonly Look[] = [
    { window: whole, sigmas: ONCE, part: hours / 2 },
    { window: rolling, sigmas: ONCE, part: Math.max(hours - lastHours / 2, hours / 2) },
  ]
  const ratePctPerHour = smallestSize({ ...CYCLE_TIME, from: CYCLE_TIME.from / hours }, looks)
  return finding('cycleTimeDriftPctPerHour', ratePctPerHour, policy.limits.cycleTimeIncreasePct, membersOf(windows), {
    code: 'SMALLEST_CYCLE_TIME_DRIFT',
    data: { stage, ratePctPerHour, windowMs: policy.windowMs },
  })
}

/** One line alone is a station that stands, and no breach. */
function output(windows: Windows): readonly Finding[] {
  const { stage, policy } = windows
  const { ofStage: decreasePct } = smallest(windows, OUTPUT)
  return [
    finding('outputDecreasePct', decreasePct, policy.limits.outputDecreasePct, membersOf(windows), {
      code: 'SMALLEST_OUTPUT_DECREASE',
      data: { stage, decreasePct, windowMs: policy.windowMs },
    }),
  ]
}

/** Of each rule on a metric, on all lines and on the one that is hardest to judge. */
function metrics(windows: Windows): readonly Finding[] {
  const { stage, stages, policy } = windows
  return metricRules(policy).flatMap((rule): readonly Finding[] => {
    const { name, metricTest } = rule
    const detectable = detectableOf(rule, policy)
    if (detectable === null || !own(stages.baseline.rules, name)?.hasData) return []
    const line = hardestLine(windows, ({ metrics: of }) => of[name]?.stage.exposure ?? 0)
    if (line === undefined) return []
    const { ofStage, onLine } = smallest(windows, detectable, line)
    const { kind, metric, direction, isAbsolute } = metricTest
    const unit = kind === 'share' ? 'points' : isAbsolute ? 'metric' : 'percent'
    return [{ change: ofStage }, { change: onLine, line }].flatMap(({ change, line: one }): Finding[] => {
      // A line alone may be a station, of which no release is rolled back.
      if (one !== undefined && change === null) return []
      const data = {
        stage,
        rule: name,
        test: kind,
        metric,
        direction,
        change,
        unit,
        windowMs: policy.windowMs,
      } as const
      const reason: FindingReason = { code: 'SMALLEST_METRIC_CHANGE', data: { ...data, isOneLine: one !== undefined } }
      return [finding(metricName(metricTest), change, limitOf(metricTest, policy), membersOf(windows), reason, one)]
    })
  })
}

function leak({ stages, stage, policy, whole }: Windows): Finding {
  const members = new Set(stages.members[stage])
  const samples = stages.readings.flatMap(({ thing, sample }) =>
    members.has(thing) && sample !== null ? [sample] : [],
  )
  const known = knownMemory(samples, stages.readings)
  const { rolledBack, held } =
    known === null
      ? { rolledBack: null, held: null }
      : smallestLeak(
          whole(() => undefined),
          known,
          POWER,
        )
  const hours = policy.memory.rollbackWithinMs / 3_600_000
  return finding('memoryMiBPerHour', rolledBack, hours, samples.length, {
    code: 'SMALLEST_LEAK',
    data: { stage, slopeMiBPerHour: rolledBack, heldMiBPerHour: held, withinHours: hours, windowMs: policy.windowMs },
  })
}

/** What a whole window without a crash will have ruled out; it holds for a hazard that does not rise. */
function crashes(windows: Windows): Finding {
  const { stage, policy } = windows
  const n = membersOf(windows)
  const rate = RULE_OF_THREE / ((n * policy.windowMs) / 86_400_000)
  return finding('crashesPerDeviceDay', rate, policy.limits.crashes, n, {
    code: 'SMALLEST_CRASH_RATE',
    data: { stage, crashesPerDeviceDay: rate, windowMs: policy.windowMs },
  })
}
