/**
 * Tests that may be evaluated after every sample without inflating their false alarms. Their statistics are logarithms
 * of likelihood ratios, so that one boundary means one thing everywhere: `boundaryFor`.
 */

/**
 * ln of the mixture likelihood ratio (mSPRT) of a mean against zero, when the mean has this variance and effects are
 * expected to spread by `tau`; 0 at or below zero. With variance 1/n it is the well-known (1 + n tau^2)^(-1/2)
 * exp(tau^2 S^2 / (2 (1 + n tau^2))), with a variance that stops shrinking it also holds for samples that share a
 * disturbance. Crosses ln(1/alpha) at any time with at most alpha. [source: msprt]
 */
export function mixtureLogRatio(mean: number, variance: number, tau: number): number {
  if (mean <= 0) return 0
  const spread = variance + tau * tau
  return 0.5 * Math.log(variance / spread) + (tau * tau * mean * mean) / (2 * variance * spread)
}

/**
 * How far a mean may be from another value, in either direction, until the ratio against that value reaches the boundary:
 * the values within it are a confidence sequence. [source: confidence-sequence]
 */
export function mixtureRadius(variance: number, tau: number, boundary: number): number {
  const spread = variance + tau * tau
  return Math.sqrt(((2 * variance * spread) / (tau * tau)) * (boundary + 0.5 * Math.log(spread / variance)))
}

/**
 * One step of a CUSUM: what has accumulated, never below zero, plus the new evidence less what is due anyway. With log
 * likelihood ratios it alarms above ln(looks / alpha) within `looks` looks with at most alpha. [source: cusum]
 */
export const cusumStep = (sum: number, evidence: number): number => Math.max(0, sum + evidence)

/** Log likelihood ratio of a standardised value: mean `shift` against 0. It is k = shift / 2 in units of `shift`. */
export const normalLogRatio = (value: number, shift: number): number => shift * value - (shift * shift) / 2

/** Log likelihood ratio of a Poisson count: `ratio` times the expected against the expected. [source: poisson-cusum] */
export const poissonLogRatio = (count: number, expected: number, ratio: number): number =>
  count * Math.log(ratio) - expected * (ratio - 1)

/** The boundary in ln that keeps false alarms at `alpha` over a family of `members` such tests. [source: ville] */
export const boundaryFor = (alpha: number, members = 1): number => Math.log(Math.max(members, 1) / alpha)

/**
 * Critical values of the Poisson MaxSPRT up to an expected count of 10,000, by alpha = 10^-2, 10^-3 ...; for a tenth of
 * the count they are 0.3 less. Made by the exact algorithm that the test has for the published ones, for interim looks
 * after every single event, which is more often than every five minutes. [source: maxsprt-critical-values]
 */
const CRITICAL_VALUES = [6.407556, 8.873027, 11.288345, 13.677633] as const

/** Between the computed values the critical value is all but linear in ln(alpha); beyond the last one it goes on so. */
export function maxSprtCriticalValue(alpha: number): number {
  const place = Math.max(-Math.log10(alpha) - 2, 0)
  const index = Math.min(Math.floor(place), CRITICAL_VALUES.length - 2)
  const [low, high] = [CRITICAL_VALUES[index] as number, CRITICAL_VALUES[index + 1] as number]
  return low + (place - index) * (high - low)
}

/** How much less the critical value is up to an expected count of 1, 10, 100, 1,000 and 10,000, by the same algorithm. */
const LESS_UP_TO = [1.65, 1.147, 0.669, 0.31, 0] as const

/**
 * What the critical value is lower by where no more than this is expected until the last look; the same for every alpha,
 * or a little more. [source: maxsprt-critical-values]
 */
export function criticalValueLess(expected: number): number {
  const place = Math.min(Math.max(Math.log10(expected), 0), LESS_UP_TO.length - 1)
  const index = Math.min(Math.floor(place), LESS_UP_TO.length - 2)
  const [low, high] = [LESS_UP_TO[index] as number, LESS_UP_TO[index + 1] as number]
  return low + (place - index) * (high - low)
}
