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

/** The Wilson score interval: it stays inside 0 to 1 and says something even at 0 or all of n. [Wilson 1927] */
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

/** Null of nothing. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** The smallest value that at least this share of the values does not exceed; `values` may be in any order, but not empty. */
export const nearestRank = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] as number
