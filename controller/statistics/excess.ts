/** What is counted, and what that is compared with. */
export interface Count {
  readonly count: number
  /** The same counted where nothing is wrong. */
  readonly reference: number
  /** Exposure of `count` over that of `reference`. */
  readonly ratio: number
}

/**
 * Log likelihood ratio of a count against a reference count, 0 unless it is more than the reference lets expect: the
 * Poisson MaxSPRT conditional on the reference, so that the chance in the reference counts as well. For an endless
 * reference it is (mu - c) + c ln(c / mu). `dispersion` is how many times as much as chance the counts vary.
 * [source: maxsprt, conditional-maxsprt]
 */
export function excessLogRatio({ count, reference, ratio }: Count, dispersion = 1): number {
  const total = count + reference
  if (total === 0 || !(ratio > 0)) return 0
  const expected = (total * ratio) / (1 + ratio)
  if (count <= expected) return 0
  return Math.max(xLogXOver(count, expected) + xLogXOver(reference, total - expected), 0) / dispersion
}

/** The same of a count whose mean is known. */
export const excessOver = (count: number, mean: number): number =>
  count <= mean ? 0 : mean > 0 ? mean - count + xLogXOver(count, mean) : Number.POSITIVE_INFINITY

const xLogXOver = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y))
