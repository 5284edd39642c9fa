import jStat from 'jstat'

const cdf = (z: number): number => jStat.normal.cdf(z, 0, 1)

/**
 * Mann-Kendall's S of `n` independent normal values that rise by `step` standard deviations each: its mean, and about the
 * chance that it is above zero. Pairs that all but surely rise vary no more, so that the variance without a trend shrinks
 * by that of the pairs. [source: mann-kendall]
 */
export function risingPairs(n: number, step: number): { readonly mean: number; readonly chance: number } {
  const pairs = (n * (n - 1)) / 2
  if (pairs < 1) return { mean: 0, chance: 0 }
  let [mean, varying] = [0, 0]
  for (let k = 1; k < n; k++) {
    const sign = 2 * cdf((k * step) / Math.SQRT2) - 1
    mean += (n - k) * sign
    varying += (n - k) * (1 - sign * sign)
  }
  const sigma = Math.sqrt(((n * (n - 1) * (2 * n + 5)) / 18) * (varying / pairs))
  // An even number of pairs may also come to zero.
  const least = pairs % 2 === 0 ? 1 : 0
  return { mean, chance: sigma > 0 ? cdf((mean - least) / sigma) : 1 }
}

/** A chance nearer to 1 is 1. */
const SURE = 1 - 1e-12

/** How many of `n`, each with its chance, are reached with this power. */
export function atLeast(n: number, chance: number, power: number): number {
  if (chance > SURE) return n
  let [below, term] = [0, (1 - chance) ** n]
  for (let k = 0; k < n; k++) {
    if (below + term > 1 - power) return k
    below += term
    term *= ((n - k) / (k + 1)) * (chance / (1 - chance))
  }
  return n
}
