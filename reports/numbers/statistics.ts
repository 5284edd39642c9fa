/** A share of some trials, with the interval that they support. */
export interface Share {
  readonly count: number
  readonly of: number
  /** 0 to 1; null without trials. */
  readonly share: number | null
  /** 95 % Wilson score interval; null without trials. */
  readonly low: number | null
  readonly high: number | null
}

/** Normal quantile of 0.975. */
const Z = 1.959963984540054

/** The Wilson score interval: it stays inside 0 to 1 and is informative even at 0 or n of n. [source: wilson] */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null }
  const share = count / of
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))
  const scale = 1 + (Z * Z) / of
  const middle = share + (Z * Z) / (2 * of)
  const low = count === 0 ? 0 : (middle - spread) / scale
  const high = count === of ? 1 : (middle + spread) / scale
  return { count, of, share, low, high }
}

/**
 * The same with the exact interval of Clopper and Pearson, which has at least its nominal coverage even for few trials.
 * `confidence` 0.9 gives the one-sided 95 % bounds. [source: clopper-pearson]
 */
export function exactShareOf(count: number, of: number, confidence = 0.95): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null }
  const tail = (1 - confidence) / 2
  const upperBound = (k: number): number => (k === of ? 1 : solve((p) => atMost(k, of, p) > tail))
  // At least k successes are at most n - k failures.
  return { count, of, share: count / of, low: 1 - upperBound(of - count), high: upperBound(count) }
}

/** Where in 0 to 1 `isBelow` turns from true to false. */
function solve(isBelow: (p: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (isBelow(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Probability of `k` or fewer successes in `n` trials, for p strictly between 0 and 1. */
function atMost(k: number, n: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p)
  let term = n * Math.log1p(-p)
  let sum = Math.exp(term)
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + odds
    sum += Math.exp(term)
  }
  return sum
}

/** A mean of some values, with the interval that they support. */
export interface Mean {
  readonly of: number
  /** Null without values. */
  readonly mean: number | null
  /** 95 % interval of Student's t; null with fewer than two values. */
  readonly low: number | null
  readonly high: number | null
}

export function meanWithInterval(values: readonly number[]): Mean {
  const of = values.length
  const mean = meanOf(values)
  if (mean === null || of < 2) return { of, mean, low: null, high: null }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (of - 1)
  const spread = studentQuantile(of - 1) * Math.sqrt(variance / of)
  return { of, mean, low: mean - spread, high: mean + spread }
}

/** Quantile 0.975 of Student's t: exact for 1 and 2 degrees of freedom, else Fisher's expansion about the normal one. */
export function studentQuantile(degrees: number): number {
  if (degrees === 1) return 12.706204736174698
  if (degrees === 2) return 4.302652729749464
  // [source: student-quantile]
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92_160,
  ]
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), Z)
}

/** Null without values. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** The smallest value that at least this share of the values does not exceed; `values` may be in any order, but not empty. */
export const nearestRank = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] as number
