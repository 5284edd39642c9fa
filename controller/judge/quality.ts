import { type Sums, totalOf } from '../evidence/sums.ts'
import { type Count, excessLogRatio } from '../statistics/excess.ts'
import type { RuleInput } from './rule-input.ts'
import {
  isSignificant,
  type Judged,
  rollingWindowOf,
  type Segment,
  segmentsOf,
  statisticOf,
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
  const { evidence } = one
  if (referenceOf(one, evidence.strata, undefined).qualityChecks === 0) return []
  if (isStale(one)) return [staleFinding(one)]
  const isAbove = ({ stage, strata, key }: Pick<Segment, 'stage' | 'strata' | 'key'>): boolean =>
    risePoints(stage, referenceOf(one, strata, key.line)) > one.policy.limits.qualityFailureIncreasePoints
  const segments = segmentsOf(one, null, ({ qualityFailures }) => qualityFailures > 0)
  return [findingOf(one, worstSegment(segments.map((segment) => judgedOf(segment, one, isAbove(segment)))))]
}

/** So many checks missing are not by chance: e^-5 is less than one in a hundred. */
const MISSING_CHECKS = 5

function isStale(one: RuleInput): boolean {
  const { stage } = totalOf(rollingWindowOf(one.evidence.evaluations))
  const strata = [...new Set(one.evidence.evaluations.map(({ stratum }) => stratum))]
  const { qualityChecks, countedMinutes } = referenceOf(one, strata, undefined)
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

function judgedOf(segment: Segment, one: RuleInput, isAbove: boolean): Judged {
  const { stage, controls, strata, key } = segment
  const reference = referenceOf(one, strata, key.line)
  if (stage.qualityChecks === 0 || reference.qualityChecks === 0)
    return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  if (!isAbove) return { segment, outcome: 'healthy' }
  const dispersion = one.baseline.dispersion?.quality
  const statistic = statisticOf(segment, countOf(stage, reference), dispersion)
  if (!isSignificant(statistic)) return { segment, outcome: 'healthy', statistic }
  const isOwn = controls.qualityChecks === 0 || excessLogRatio(countOf(stage, controls), dispersion) >= segment.boundary
  return isOwn
    ? { segment, outcome: 'breach', statistic }
    : { segment, outcome: 'inconclusive', inconclusive: 'common-mode', statistic }
}

const countOf = (stage: Checks, reference: Checks): Count => ({
  count: stage.qualityFailures,
  reference: reference.qualityFailures,
  ratio: stage.qualityChecks / reference.qualityChecks,
})

function referenceOf(
  { baseline, watch }: RuleInput,
  strata: readonly string[],
  line: number | undefined,
): Checks & Pick<Sums, 'countedMinutes'> {
  let [qualityChecks, qualityFailures, countedMinutes] = [0, 0, 0]
  for (const thing of watch.members) {
    if (line !== undefined && watch.lineOf[thing] !== line) continue
    for (const stratum of strata) {
      qualityChecks += baseline.devices[thing]?.[stratum]?.qualityChecks ?? 0
      qualityFailures += baseline.devices[thing]?.[stratum]?.qualityFailures ?? 0
      countedMinutes += baseline.devices[thing]?.[stratum]?.countedMinutes ?? 0
    }
  }
  return { qualityChecks, qualityFailures, countedMinutes }
}

const sharePct = ({ qualityChecks, qualityFailures }: Checks): number | null =>
  qualityChecks === 0 ? null : (qualityFailures / qualityChecks) * 100

const risePoints = (stage: Checks, reference: Checks): number => (sharePct(stage) ?? 0) - (sharePct(reference) ?? 0)

function findingOf(one: RuleInput, { segment, outcome, statistic, inconclusive }: Judged): Finding {
  const { stage, controls, key, strata } = segment
  const limit = one.policy.limits.qualityFailureIncreasePoints
  const reference = referenceOf(one, strata, key.line)
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
