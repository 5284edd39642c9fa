import type { Baseline } from '../evidence/baseline.ts'
import { type Sums, totalOf } from '../evidence/sums.ts'
import { type Count, excessLogRatio } from '../statistics/excess.ts'
import { memoized } from '../support/memoized.ts'
import type { RuleInput } from './rule-input.ts'
import {
  isSignificant,
  type Judged,
  rollingWindowOf,
  type Segment,
  segmentsOf,
  significant,
  statisticOf,
  strataOf,
  worstSegment,
} from './segments.ts'
import type { Finding } from './verdict.ts'

/** How the quality checks of some devices ended. */
type Checks = Pick<Sums, 'qualityChecks' | 'qualityFailures'>

/**
 * Failed share of the quality checks, of the stage and of each line, against the same devices in the same shifts and
 * kinds of day before the rollout: above the limit, and significant against the chance in both counts. A rise that the
 * controls explain is inconclusive, and so is a window without checks where there should be some. None where the
 * baseline has no checks at all. [source: quality-limit]
 */
export function judgeQuality(one: RuleInput): readonly Finding[] {
  if (referenceOf(one, one.evidence.strata).qualityChecks === 0) return []
  if (isStale(one)) return [staleFinding(one)]
  const segments = segmentsOf(one, null, ({ qualityFailures }) => qualityFailures > 0)
  const judged = segments.map((segment) => judgedOf(segment, one, referenceOf(one, segment.strata, segment.key.line)))
  const worst = worstSegment(judged)
  return [findingOf(one, worst, referenceOf(one, worst.segment.strata, worst.segment.key.line))]
}

/** So many checks missing are not by chance: e^-5 is less than one in a hundred. */
const MISSING_CHECKS = 5

function isStale(one: RuleInput): boolean {
  const { stage } = totalOf(rollingWindowOf(one.evidence.evaluations))
  const { qualityChecks, countedMinutes } = referenceOf(one, strataOf(one.evidence.evaluations))
  const expected = countedMinutes === 0 ? 0 : (stage.countedMinutes * qualityChecks) / countedMinutes
  return stage.qualityChecks === 0 && expected >= MISSING_CHECKS
}

const staleFinding = ({ policy }: RuleInput): Finding => ({
  rule: 'quality',
  metric: 'qualityFailurePct',
  outcome: 'inconclusive',
  inconclusive: 'stale',
  observed: null,
  baseline: null,
  limit: policy.limits.qualityFailureIncreasePoints,
  n: 0,
  reason: { code: 'NO_QUALITY_CHECKS', data: {} },
})

function judgedOf(segment: Segment, one: RuleInput, reference: Checks): Judged {
  const { stage, controls } = segment
  if (stage.qualityChecks === 0 || reference.qualityChecks === 0)
    return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const isAbove = risePoints(stage, reference) > one.policy.limits.qualityFailureIncreasePoints
  if (!isAbove) return { segment, outcome: 'healthy' }
  const dispersion = one.baseline.dispersion?.quality
  const statistic = statisticOf(segment, countOf(stage, reference), dispersion)
  if (!isSignificant(statistic)) return { segment, outcome: 'healthy', statistic }
  const isOwn = controls.qualityChecks === 0 || excessLogRatio(countOf(stage, controls), dispersion) >= segment.boundary
  return significant(segment, statistic, isOwn)
}

const countOf = (stage: Checks, reference: Checks): Count => ({
  count: stage.qualityFailures,
  reference: reference.qualityFailures,
  ratio: stage.qualityChecks / reference.qualityChecks,
})

type Reference = Checks & Pick<Sums, 'countedMinutes'>
type MutableReference = { -readonly [K in keyof Reference]: Reference[K] }

interface References {
  readonly members: readonly string[]
  readonly stage: Reference
  readonly lines: ReadonlyMap<number, Reference>
}

const NO_REFERENCE: Reference = { qualityChecks: 0, qualityFailures: 0, countedMinutes: 0 }

/** By strata: a stage has hundreds of evaluations with the same members. */
const known = memoized((_: Baseline) => new Map<string, References>())

/** What the members did in these strata of the baseline, of the stage or of one of its lines. */
function referenceOf({ baseline, watch }: RuleInput, strata: readonly string[], line?: number): Reference {
  const key = strata.join()
  let references = known(baseline).get(key)
  if (references === undefined || !isSame(references.members, watch.members)) {
    references = sumUp(baseline, watch, strata)
    known(baseline).set(key, references)
  }
  return line === undefined ? references.stage : (references.lines.get(line) ?? NO_REFERENCE)
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((thing, i) => thing === b[i]))

function sumUp(baseline: Baseline, { members, lineOf }: RuleInput['watch'], strata: readonly string[]): References {
  const stage: MutableReference = { ...NO_REFERENCE }
  const lines = new Map<number, MutableReference>()
  for (const thing of members) {
    const line = lines.get(lineOf[thing] as number) ?? { ...NO_REFERENCE }
    lines.set(lineOf[thing] as number, line)
    for (const stratum of strata) {
      const before = baseline.devices[thing]?.[stratum]
      if (before === undefined) continue
      for (const sums of [stage, line]) {
        sums.qualityChecks += before.qualityChecks
        sums.qualityFailures += before.qualityFailures
        sums.countedMinutes += before.countedMinutes
      }
    }
  }
  return { members, stage, lines }
}

const sharePct = ({ qualityChecks, qualityFailures }: Checks): number | null =>
  qualityChecks === 0 ? null : (qualityFailures / qualityChecks) * 100

const risePoints = (stage: Checks, reference: Checks): number => (sharePct(stage) ?? 0) - (sharePct(reference) ?? 0)

function findingOf(one: RuleInput, { segment, outcome, statistic, inconclusive }: Judged, reference: Checks): Finding {
  const { stage, controls, key } = segment
  const limit = one.policy.limits.qualityFailureIncreasePoints
  const failedPct = sharePct(stage)
  return {
    rule: 'quality',
    metric: 'qualityFailurePct',
    outcome,
    observed: failedPct,
    baseline: sharePct(reference),
    limit: (sharePct(reference) ?? 0) + limit,
    n: stage.qualityChecks,
    ...(key.line !== undefined && { line: key.line }),
    ...(statistic !== undefined && { statistic }),
    ...(inconclusive !== undefined && { inconclusive }),
    reason: {
      code: 'QUALITY_FAILURES',
      data: {
        failures: stage.qualityFailures,
        checks: stage.qualityChecks,
        failedPct,
        baselinePct: sharePct(reference),
        allowedPoints: limit,
        controlsPct: sharePct(controls),
        segment: key,
      },
    },
  }
}
