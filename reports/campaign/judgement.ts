import type { Report } from '../run/report.ts'
import type { Variant } from './variant.ts'

/**
 * - `caught`: ordered back, and a fault of the release had begun. Whether every device made its way back is another
 *   question: a run that halted in it is caught as well.
 * - `missed`: faulty, and kept by the whole fleet; or its fault had begun and time ran out without a word.
 * - `false-alarm`: ordered back, and no fault of the release had begun, whatever the network did.
 * - `promoted-good`: good, and promoted.
 * - `undecided`: a person was asked, or time ran out with nothing to be noticed.
 */
export type Judgement = 'caught' | 'missed' | 'false-alarm' | 'promoted-good' | 'undecided'

type ReleaseTruth = Pick<Variant, 'faultKinds'>

/** Judges what became of a release against what is true of it. Pure. */
export function judgementOf(truth: ReleaseTruth, report: Report): Judgement {
  const { outcome, detection } = report
  const onset = releaseOnset(truth, report)
  if (outcome === 'promoted') return truth.faultKinds.length > 0 ? 'missed' : 'promoted-good'
  if (outcome === 'rolled-back' || detection.at !== null) {
    return onset !== null && detection.at !== null && onset <= detection.at ? 'caught' : 'false-alarm'
  }
  return outcome === 'inconclusive' && onset !== null ? 'missed' : 'undecided'
}

/** First onset of a fault of the release to the decision; null if either never came. */
export function delayMinutes(truth: ReleaseTruth, report: Report): number | null {
  const onset = releaseOnset(truth, report)
  const { at } = report.detection
  return onset === null || at === null ? null : (Date.parse(at) - Date.parse(onset)) / 60_000
}

/** When the first fault of the release itself began; null if none has. */
function releaseOnset({ faultKinds }: ReleaseTruth, { faults }: Report): string | null {
  const onsets = faults.filter(({ kind }) => faultKinds.includes(kind)).map(({ onsetAt }) => onsetAt)
  return onsets.sort()[0] ?? null
}
