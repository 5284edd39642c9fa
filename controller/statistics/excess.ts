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
 * reference it is (mu - c) + c ln(c / mu). [source: maxsprt, conditional-maxsprt]
 */
export function excessLogRatio({ count, reference, ratio }: Count): number {
  const total = count + reference
  if (total === 0 || !(ratio > 0)) return 0
  const expected = (total * ratio) / (1 + ratio)
  return count <= expected ? 0 : deviance(count, reference, expected)
}

/**
 * The same count where the ratio of both rates varies with this relative variance, by a gamma distribution. Given a
 * reference a Poisson rate has a gamma distribution, too: the relative variance of 1 / reference. Both together are that
 * of a shorter reference, and the excess is that of a negative binomial count, whose tail is as heavy as that of bursts.
 * [source: negative-binomial]
 */
export function withVariance({ count, reference, ratio }: Count, variance: number): Count {
  if (!(variance > 0) || reference <= 0) return { count, reference, ratio }
  const shrunk = reference / (1 + reference * variance)
  return { count, reference: shrunk, ratio: (reference * ratio) / shrunk }
}

/** Relative variance of the ratio of both rates as it is estimated. */
export const ratioVariance = ({ count, reference }: Count): number => 1 / count + 1 / reference

/** The same of a count whose mean is known. */
export const excessOver = (count: number, mean: number): number =>
  count <= mean ? 0 : mean > 0 ? mean - count + xLogXOver(count, mean) : Number.POSITIVE_INFINITY

const deviance = (count: number, reference: number, expected: number): number =>
  Math.max(xLogXOver(count, expected) + xLogXOver(reference, count + reference - expected), 0)

const xLogXOver = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y))

/** ln of how far a rate is looked for from the one that was counted; beyond it there is no end. */
const FARTHEST = 25
const HALVINGS = 30

/** The ends of a confidence sequence; `high` is null where there is none. */
export interface RateInterval {
  readonly low: number
  readonly high: number | null
}

/**
 * The multiples of the reference's rate that this count is not significantly more than, nor significantly less: `isMore`
 * is the test itself, asked whether a count is more than its reference lets expect. The lower end is therefore above 1
 * where, and only where, the test finds the count itself significant. [source: confidence-sequence]
 */
export function rateInterval(count: Count, isMore: (count: Count) => boolean): RateInterval {
  const { count: seen, reference, ratio } = count
  if (!(ratio > 0) || reference <= 0) return { low: 0, high: null }
  const estimate = seen / (reference * ratio)
  const start = estimate > 0 ? estimate : 1 / (reference * ratio)
  const isAbove = (multiple: number): boolean => isMore({ count: seen, reference, ratio: ratio * multiple })
  const isBelow = (multiple: number): boolean =>
    isMore({ count: reference, reference: seen, ratio: 1 / (ratio * multiple) })
  const end = (isOut: (multiple: number) => boolean, direction: 1 | -1): number | null => {
    if (!isOut(start * Math.exp(direction * FARTHEST))) return null
    let [inside, outside] = [0, FARTHEST]
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (inside + outside) / 2
      if (isOut(start * Math.exp(direction * middle))) outside = middle
      else inside = middle
    }
    return start * Math.exp(direction * (direction === 1 ? inside : outside))
  }
  return { low: estimate > 0 ? (end(isAbove, -1) ?? 0) : 0, high: end(isBelow, 1) }
}
