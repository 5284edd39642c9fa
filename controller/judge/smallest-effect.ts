import { STAGES, type StageName } from '../contract.ts'
import type { Baseline } from '../evidence/baseline.ts'
import { cycleNoiseOf } from '../evidence/cycle-time-effect.ts'
import type { FindingReason } from '../messages/findings.ts'
import type { Policy } from '../policy/policy.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { countBoundary, mixtureBoundary } from '../statistics/budget.ts'
import { excessLogRatio } from '../statistics/excess.ts'
import { groupedBy } from '../support/grouped.ts'
import type { Finding } from './verdict.ts'

/** Chance with which an effect of the size given is found. [source: smallest-rate-ratio] */
const POWER_SIGMA = 1.2815515655446004
/** 95 % upper bound of a Poisson mean of which nothing was seen. [source: rule-of-three] */
const RULE_OF_THREE = 2.995732273553991

/**
 * Smallest ratio of rates that a count with this mean distinguishes from 1: both square roots spread by a half.
 * [source: smallest-rate-ratio]
 */
export const smallestRateRatio = (expected: number, sigmas: number): number =>
  (1 + sigmas / (2 * Math.sqrt(expected))) ** 2

/** Mean whose mixture likelihood ratio reaches the boundary: its inverse. */
export function smallestMean(variance: number, tau: number, boundary: number): number {
  const spread = variance + tau * tau
  return Math.sqrt(((2 * variance * spread) / (tau * tau)) * (boundary + 0.5 * Math.log(spread / variance)))
}

export interface Stages {
  readonly baseline: Baseline
  readonly members: Readonly<Record<StageName, readonly string[]>>
  /** Who will be held back from production: no members of it. */
  readonly held: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
  readonly readings: readonly DeviceReading[]
}

/** The smallest effects that every stage's window can detect, as healthy findings. [source: smallest-rate-ratio] */
export const smallestEffects = (stages: Stages, policy: Policy): readonly Finding[] =>
  STAGES.flatMap((stage) => [
    errorRate(stages, stage, policy),
    ...connection(stages, stage, policy),
    ...cycleTime(stages, stage, policy),
    leak(stages, stage, policy),
    crashes(stages, stage, policy),
  ])

const windowMinutes = ({ windowMs }: Policy): number => windowMs / 60_000

/** What a count of the stage may be expected to be in one window, and has been in the baseline. */
function countsOf(
  { baseline, members }: Stages,
  stage: StageName,
  policy: Policy,
  count: 'errors' | 'connectionFailures',
): { readonly expected: number; readonly reference: number } {
  let [reference, minutes] = [0, 0]
  for (const thing of members[stage]) {
    for (const stratum of Object.values(baseline.devices[thing] ?? {})) {
      reference += stratum[count]
      minutes += stratum.countedMinutes
    }
  }
  const exposed = members[stage].length * windowMinutes(policy)
  return { reference, expected: minutes === 0 ? 0 : (reference / minutes) * exposed }
}

/** Null where nothing was ever counted: then any is significant. */
function ratioOf(counts: ReturnType<typeof countsOf>, dispersion: number | undefined, policy: Policy): number | null {
  const { expected, reference } = counts
  if (expected === 0) return null
  const sigmas = Math.sqrt(2 * countBoundary(policy, 1, false)) + POWER_SIGMA
  return smallestRateRatio(expected, sigmas * Math.sqrt((dispersion ?? 1) * (1 + expected / reference)))
}

const finding = (
  metric: string,
  observed: number | null,
  limit: number,
  n: number,
  reason: FindingReason,
): Finding => ({
  rule: 'smallest-effect',
  metric,
  outcome: 'healthy',
  observed,
  baseline: null,
  limit,
  n,
  reason,
})

function errorRate(stages: Stages, stage: StageName, policy: Policy): Finding {
  const counts = countsOf(stages, stage, policy, 'errors')
  const ratio = ratioOf(counts, stages.baseline.dispersion?.errors, policy)
  const rise = ratio === null ? null : (ratio - 1) * 100
  const n = stages.members[stage].length
  return finding('errorRateIncreasePct', rise, policy.limits.errorRateIncreasePct, n, {
    code: 'SMALLEST_ERROR_INCREASE',
    data: { stage, increasePct: rise, expectedErrors: counts.expected, windowMs: policy.windowMs },
  })
}

/** Of the whole stage, and of the line whose devices are hardest to judge. */
function connection(stages: Stages, stage: StageName, policy: Policy): readonly Finding[] {
  const counts = countsOf(stages, stage, policy, 'connectionFailures')
  const ratio = ratioOf(counts, stages.baseline.dispersion?.connection, policy)
  const limit = policy.limits.connectionFailurePct
  const n = stages.members[stage].length
  const normalPct = (counts.expected / Math.max(n * windowMinutes(policy), 1)) * 100
  const share = Math.max(limit, ratio === null ? 0 : normalPct * ratio)
  const ofOneLine = Math.max(limit, ...lineShares(stages, stage, policy))
  const smallest = (failedPct: number, isOneLine: boolean): Finding =>
    finding('connectionFailurePct', failedPct, limit, n, {
      code: 'SMALLEST_FAILED_SHARE',
      data: { stage, failedPct, isOneLine, windowMs: policy.windowMs },
    })
  return [smallest(share, false), smallest(ofOneLine, true)]
}

/** In per cent, of each line: what is so many failures that the rule asks for, with the power given. */
function lineShares(stages: Stages, stage: StageName, policy: Policy): number[] {
  const { baseline, members, lineOf } = stages
  const byLine = groupedBy(members[stage], (thing) => lineOf[thing] as number)
  const boundary = countBoundary(policy, byLine.size, false) * (baseline.dispersion?.connection ?? 1)
  return [...byLine.values()].map((things) => {
    let [attempts, failures] = [0, 0]
    for (const thing of things) {
      for (const stratum of Object.values(baseline.devices[thing] ?? {})) {
        attempts += stratum.connectionAttempts
        failures += stratum.connectionFailures
      }
    }
    const exposed = things.length * windowMinutes(policy)
    if (attempts === 0) return 0
    let count = 1
    while (count < exposed && excessLogRatio({ count, reference: failures, ratio: exposed / attempts }) < boundary)
      count += 1
    return Math.min(smallestCountMean(count) / exposed, 1) * 100
  })
}

/** Mean of a Poisson count that reaches `count` with the power given: the square root is all but normal. */
export const smallestCountMean = (count: number): number =>
  ((POWER_SIGMA + Math.sqrt(POWER_SIGMA ** 2 + 4 * (count - 0.5))) / 2) ** 2

/** Of the whole stage, and of a line: noise that lasts for a day does not average out. */
function cycleTime({ baseline, members, held, lineOf }: Stages, stage: StageName, policy: Policy): readonly Finding[] {
  const limit = policy.limits.cycleTimeIncreasePct
  const tau = Math.log1p(limit / 100)
  const lines = new Set(members[stage].map((thing) => lineOf[thing])).size
  const isLast = stage === STAGES.at(-1)
  const controls = isLast ? held.length : Object.keys(baseline.devices).length - members[stage].length
  const [ownPerLine, controlsPerLine] = [members[stage].length / lines, controls / lines]
  const hasControls = controls > 0
  const variance = cycleNoiseOf([], baseline).lasting * (hasControls ? 1 / ownPerLine + 1 / controlsPerLine : 1)
  const smallest = (size: number, boundary: number, isOneLine: boolean): Finding => {
    const rise = Math.max(Math.expm1(smallestMean(size, tau, boundary) + POWER_SIGMA * Math.sqrt(size)) * 100, limit)
    return finding('cycleTimeIncreasePct', rise, limit, members[stage].length, {
      code: 'SMALLEST_CYCLE_TIME_INCREASE',
      data: { stage, increasePct: rise, isOneLine, windowMs: policy.windowMs },
    })
  }
  return [
    smallest(variance / lines, mixtureBoundary(policy, 1, false), false),
    smallest(variance, mixtureBoundary(policy, lines, false), true),
  ]
}

/** Trends are found within hours; what counts is when memory is exhausted. */
function leak({ readings, members }: Stages, stage: StageName, policy: Policy): Finding {
  const own = new Set(members[stage])
  const free = readings
    .flatMap(({ thing, sample }) =>
      own.has(thing) && sample !== null ? [sample.gauges.memoryLimitMiB - sample.gauges.memoryMiB] : [],
    )
    .sort((a, b) => a - b)
  const freeMiB = free[free.length >> 1] ?? null
  const hours = policy.memory.rollbackWithinMs / 3_600_000
  const slope = freeMiB === null ? null : freeMiB / hours
  return finding('memoryMiBPerHour', slope, hours, free.length, {
    code: 'SMALLEST_LEAK',
    data: { stage, slopeMiBPerHour: slope, withinHours: hours },
  })
}

/** What a whole window without a crash will have ruled out; it holds for a hazard that does not rise. */
function crashes({ members }: Stages, stage: StageName, policy: Policy): Finding {
  const n = members[stage].length
  const rate = RULE_OF_THREE / ((n * policy.windowMs) / 86_400_000)
  return finding('crashesPerDeviceDay', rate, policy.limits.crashes, n, {
    code: 'SMALLEST_CRASH_RATE',
    data: { stage, crashesPerDeviceDay: rate, windowMs: policy.windowMs },
  })
}
