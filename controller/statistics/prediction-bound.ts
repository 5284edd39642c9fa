import jStat from 'jstat'

/**
 * The value that one more of the same normal distribution stays below with this chance, by these values alone; null for
 * fewer than two, which do not tell how far they scatter. [source: prediction-bound]
 */
export function predictionBound(values: readonly number[], chance: number): number | null {
  const n = values.length
  if (n < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return mean + jStat.studentt.inv(chance, n - 1) * Math.sqrt((squares / (n - 1)) * (1 + 1 / n))
}
