import jStat from 'jstat'

const SIZE = 4_096
const made = new Map<number, Float64Array>()

/**
 * Quantiles of the gamma distribution with mean 1 and this variance, for 4,096 equally likely cases. Rounded to 2^-20, so
 * that differences of engines in the last digit have no effect; a Poisson rate with such a factor is negative binomial.
 */
export function gammaTable(variance: number): Float64Array {
  const known = made.get(variance)
  if (known !== undefined) return known
  const table = Float64Array.from({ length: SIZE }, (_, i) => jStat.gamma.inv((i + 0.5) / SIZE, 1 / variance, variance))
  // The middle of the last case lies below its mean.
  const scale = SIZE / table.reduce((sum, value) => sum + value, 0)
  for (let i = 0; i < SIZE; i++) table[i] = Math.round((table[i] as number) * scale * 1_048_576) / 1_048_576
  made.set(variance, table)
  return table
}

export const gammaAt = (table: Float64Array, uniform: number): number => table[Math.floor(uniform * SIZE)] as number
