import { type Mean, meanWithInterval, shareOf } from './statistics.ts'

/** Pairs of one seed: a value under the first and under the second configuration; null where there is none. */
export type Pair<T> = readonly [T, T]

/** A difference of two means or shares over the same seeds, second less first. */
export interface Difference {
  /** Pairs with both values. */
  readonly pairs: number
  /** Null without pairs. */
  readonly difference: number | null
  /** 95 %; null with too few pairs. */
  readonly low: number | null
  readonly high: number | null
}

/**
 * Of means: the mean of the differences within the pairs, with its interval of Student's t. The noise that both runs of
 * a seed have in common cancels out. [source: paired-t, student-quantile]
 */
export function meanDifference(pairs: readonly Pair<number | null>[]): Difference {
  const differences = pairs.flatMap(([first, second]) => (first === null || second === null ? [] : [second - first]))
  const { mean, low, high }: Mean = meanWithInterval(differences)
  return { pairs: differences.length, difference: mean, low, high }
}

/**
 * Of shares: Newcombe's interval for paired proportions, from Wilson's for each and the correlation of both; also where
 * all pairs agree, of which a t interval would make certainty. [source: newcombe-paired]
 */
export function shareDifference(pairs: readonly Pair<boolean>[]): Difference {
  const n = pairs.length
  if (n === 0) return { pairs: 0, difference: null, low: null, high: null }
  const count = (first: boolean, second: boolean): number =>
    pairs.filter((pair) => pair[0] === first && pair[1] === second).length
  const [both, onlyFirst, onlySecond, none] = [
    count(true, true),
    count(true, false),
    count(false, true),
    count(false, false),
  ]
  const [first, second] = [shareOf(both + onlyFirst, n), shareOf(both + onlySecond, n)] as readonly [Wilson, Wilson]
  const phi = correlation(both, onlyFirst, onlySecond, none)
  const spread = (a: number, b: number): number => Math.sqrt(Math.max(a * a - 2 * phi * a * b + b * b, 0))
  const difference = second.share - first.share
  return {
    pairs: n,
    difference,
    low: difference - spread(second.share - second.low, first.high - first.share),
    high: difference + spread(second.high - second.share, first.share - first.low),
  }
}

interface Wilson {
  readonly share: number
  readonly low: number
  readonly high: number
}

/** Corrected for continuity, as in method 10 of the source. */
function correlation(a: number, b: number, c: number, d: number): number {
  const margins = (a + b) * (c + d) * (a + c) * (b + d)
  if (margins === 0) return 0
  const product = a * d - b * c
  const corrected = product > 0 ? Math.max(product - (a + b + c + d) / 2, 0) : product
  return corrected / Math.sqrt(margins)
}

/** Whether the difference is above or below zero beyond chance; null where the interval holds zero, or is none. */
export const directionOf = ({ low, high }: Difference): 'more' | 'less' | null =>
  low === null || high === null ? null : low > 0 ? 'more' : high < 0 ? 'less' : null
