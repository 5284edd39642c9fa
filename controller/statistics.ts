/**
 * How far `count` lies above what a reference count says, in standard deviations: the signed root of twice the log
 * likelihood ratio of two Poisson counts, so that the chance in the reference counts as well. `ratio` is the exposure of
 * `count` over that of `reference`. For an endless reference it is the Poisson MaxSPRT's (mu - c) + c ln(c / mu).
 * [detection D3: Kulldorff 2011]
 */
export function excessSigma(count: number, reference: number, ratio: number): number {
  const total = count + reference
  if (total === 0 || ratio <= 0) return 0
  const expected = (total * ratio) / (1 + ratio)
  const logRatio = xLogXOver(count, expected) + xLogXOver(reference, total - expected)
  return Math.sign(count - expected) * Math.sqrt(2 * Math.max(logRatio, 0))
}

const xLogXOver = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y))

/** The boundary that keeps a family of `members` tests at the false alarms of one. [union bound on exp(-z^2 / 2)] */
export const familyBoundary = (sigma: number, members: number): number =>
  Math.sqrt(sigma * sigma + 2 * Math.log(Math.max(members, 1)))
