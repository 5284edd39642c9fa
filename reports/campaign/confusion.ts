import { rounded } from '../numbers/format.ts'
import { nearestRank, type Share, shareOf } from '../numbers/statistics.ts'
import type { Report } from '../run/report.ts'
import { delayMinutes, type Judgement, judgementOf } from './judgement.ts'
import type { Variant } from './variant.ts'

/** The judgements of all runs with faults of one family and size, under one rollout configuration. */
export interface ConfusionRow extends Pick<Variant, 'windowHours' | 'gates' | 'profile'> {
  /** Kind of the fault, kinds joined by `+`, or `none` for good releases. */
  readonly family: string
  /** Null: all sizes of the family. */
  readonly size: string | null
  readonly runs: number
  readonly caught: number
  readonly missed: number
  readonly falseAlarm: number
  readonly promotedGood: number
  readonly undecided: number
  /** Caught of all runs; null for good releases. */
  readonly detected: Share | null
  /** First onset of a fault of the release to the decision, over the caught; nearest rank. Null if none was caught. */
  readonly delayMinutes: { readonly p50: number; readonly p90: number } | null
}

/** A variant with the reports of its runs. */
export interface VariantRuns {
  readonly variant: Variant
  readonly reports: readonly Report[]
}

/** Folds many runs: one row per family, size and configuration, and one more per family of several sizes. Pure. */
export function foldConfusion(runs: readonly VariantRuns[]): readonly ConfusionRow[] {
  const configuration = ({ variant: { windowHours, gates, profile } }: VariantRuns): string =>
    `${windowHours} ${gates} ${profile}`
  return groups(runs, configuration).flatMap((ofOne) =>
    groups(ofOne, ({ variant }) => familyOf(variant)).flatMap((ofFamily) => {
      const rows = groups(ofFamily, ({ variant }) => variant.faultSize).map((ofSize) =>
        rowOf(ofSize, ofSize[0].variant.faultSize),
      )
      return rows.length === 1 ? rows : [...rows, rowOf(ofFamily, null)]
    }),
  )
}

const familyOf = ({ faultKinds }: Variant): string =>
  faultKinds.length === 0 ? 'none' : [...new Set(faultKinds)].sort().join('+')

type Group<T> = readonly [T, ...T[]]

function rowOf(runs: Group<VariantRuns>, size: string | null): ConfusionRow {
  const { variant } = runs[0]
  const judged = runs.flatMap((one) =>
    one.reports.map((report) => ({
      judgement: judgementOf(one.variant, report),
      delay: delayMinutes(report),
    })),
  )
  const count = (judgement: Judgement): number => judged.filter((one) => one.judgement === judgement).length
  const delays = judged.flatMap(({ judgement, delay }) => (judgement === 'caught' && delay !== null ? [delay] : []))
  return {
    windowHours: variant.windowHours,
    gates: variant.gates,
    profile: variant.profile,
    family: familyOf(variant),
    size,
    runs: judged.length,
    caught: count('caught'),
    missed: count('missed'),
    falseAlarm: count('false-alarm'),
    promotedGood: count('promoted-good'),
    undecided: count('undecided'),
    detected: variant.isFaulty ? shareOf(count('caught'), judged.length) : null,
    delayMinutes:
      delays.length === 0 ? null : { p50: rounded(nearestRank(delays, 0.5)), p90: rounded(nearestRank(delays, 0.9)) },
  }
}

/** Groups of equal key, in the order of the first item of each. */
function groups<T>(items: readonly T[], keyOf: (item: T) => string): readonly Group<T>[] {
  const found = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const group = found.get(keyOf(item))
    if (group === undefined) found.set(keyOf(item), [item])
    else group.push(item)
  }
  return [...found.values()]
}
