import type { Report } from '../run/report.ts'
import type { Variant } from './variant.ts'

/**
 * - `caught`: the rollback began after the onset of a fault of the release. Whether it succeeded on every device is another
 *   question: a run that halted during the rollback counts as caught.
 * - `missed`: faulty and promoted; or its fault had begun, and the run ended inconclusive.
 * - `false-alarm`: the rollback began before any fault of the release, whatever the network did.
 * - `promoted-good`: without a fault, and promoted.
 * - `undecided`: halted until an operator acts, ended inconclusive before any onset, or rolled back without an onset where
 *   a client from outside may be the cause.
 */
export type Judgement = 'caught' | 'missed' | 'false-alarm' | 'promoted-good' | 'undecided'

type ReleaseTruth = Pick<Variant, 'faultKinds'>

/** Compares the outcome of a release with the truth about it. Pure. */
export function judgementOf(truth: ReleaseTruth, report: Report): Judgement {
  const { outcome, detection, falseAlarm } = report
  const onset = releaseOnset(report)
  if (outcome === 'promoted') return truth.faultKinds.length > 0 ? 'missed' : 'promoted-good'
  if (outcome === 'rolled-back' || detection.at !== null) {
    if (onset !== null && detection.at !== null && onset <= detection.at) return 'caught'
    return falseAlarm === null ? 'undecided' : 'false-alarm'
  }
  return outcome === 'inconclusive' && onset !== null ? 'missed' : 'undecided'
}

/** From the first onset of a fault of the release to the decision; null if either is missing. */
export function delayMinutes(report: Report): number | null {
  const onset = releaseOnset(report)
  const { at } = report.detection
  return onset === null || at === null ? null : (Date.parse(at) - Date.parse(onset)) / 60_000
}

/** When the first fault of the release itself began; null if none has. */
function releaseOnset({ faults }: Report): string | null {
  const onsets = faults.filter(({ ofRelease }) => ofRelease).map(({ onsetAt }) => onsetAt)
  return onsets.sort()[0] ?? null
}
