import jStat from 'jstat'

const cdf = (z: number): number => jStat.normal.cdf(z, 0, 1)

/**
 * Mann-Kendall's S of `n` independent normal values that rise by `step` standard deviations each: its mean, and about the
 * chance that it is above zero, with the spread it has without a trend, which is the widest. [source: mann-kendall]
 */
export function risingPairs(n: number, step: number): { readonly mean: number; readonly chance: number } {
  let mean = 0
  for (let k = 1; k < n; k++) mean += (n - k) * (2 * cdf((k * step) / Math.SQRT2) - 1)
  const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return { mean, chance: sigma > 0 ? cdf(mean / sigma) : 0 }
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
