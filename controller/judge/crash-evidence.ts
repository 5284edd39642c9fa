import type { StageName } from '../contract.ts'
import type { Baseline } from '../evidence/baseline.ts'
import type { Policy } from '../policy/policy.ts'
import { firstStageOf } from '../policy/stages.ts'
import { meanInterval } from '../statistics/exact-interval.ts'
import { rareCountNats } from '../statistics/rare-count.ts'
import type { Interval, Statistic } from './verdict.ts'

/**
 * How many crashes the baseline may let expect until the first one of a stage no longer counts, as multiples of the
 * release's share of false rollbacks: 0.0075 and, of three stages, 0.00125 by default. With one crash in the 340 device-weeks of the
 * baseline, 17 canaries let expect 0.0071 in a day of their window: there a crash must count. A healthy release is rolled
 * back for a first crash about as rarely, by canary and two later stages together 1 %. [source: crash-level]
 */
const FIRST_STAGE_SHARES = 0.75
const LATER_STAGES_SHARES = 0.25

/** The chance that is left for each further crash, as a share of that for the one before. */
const NEXT_CRASH_SHARE = 0.25

/** What the crashes of a stage amount to next to those of the baseline. */
export interface CrashEvidence {
  readonly expected: number
  /** Absent where the baseline had no crash at all: any crash is one too many then. */
  readonly statistic?: Statistic
  /** How many the firmware makes on the average of so much exposure; absent with the owner's thresholds. */
  readonly interval?: Interval
}

/**
 * Crashes of the baseline are pooled over its whole fleet: they are too few to have a rate by device or shift. The chance
 * of the stage's crashes takes into account how uncertain that rate is; for a first crash that makes it 1 + 1/reference
 * times the expected number, which the level allows for. The interval is exact by the same levels: the one of the count
 * itself, and the one of the crash that has not come yet.
 */
export function crashEvidence(
  { crashes: pooled }: Pick<Baseline, 'crashes'>,
  policy: Policy,
  stage: StageName,
  { crashes: count, exposureMs }: { readonly crashes: number; readonly exposureMs: number },
): CrashEvidence {
  const { crashes: reference, minutes } = pooled ?? { crashes: 0, minutes: 0 }
  if (policy.profile === 'raw-thresholds') return { expected: 0 }
  const later = policy.stages.length - 1
  const shares = stage === firstStageOf(policy) ? FIRST_STAGE_SHARES : LATER_STAGES_SHARES / later
  const firstLevel = shares * policy.evidence.falseRollbackShare * (reference > 0 ? 1 + 1 / reference : 1)
  const boundaryOf = (crash: number): number =>
    -Math.log(firstLevel) - Math.max(crash - 1, 0) * Math.log(NEXT_CRASH_SHARE)
  const boundary = boundaryOf(count)
  const interval = meanInterval(count, boundary, boundaryOf(count + 1))
  if (reference === 0) return { expected: 0, interval }
  const ratio = Math.max(exposureMs / 60_000, 1) / minutes
  return {
    expected: reference * ratio,
    interval,
    statistic: { name: 'poisson', value: rareCountNats({ count, reference, ratio }), boundary },
  }
}
