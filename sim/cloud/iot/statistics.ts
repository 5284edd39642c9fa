/** The summary of numbers that GetStatistics returns. [source: aggregation] */
export function statisticsOf(values: readonly number[]) {
  const count = values.length
  if (count === 0) return { count }
  const sum = values.reduce((total, value) => total + value, 0)
  const average = sum / count
  const sumOfSquares = values.reduce((total, value) => total + value * value, 0)
  const variance = values.reduce((total, value) => total + (value - average) ** 2, 0) / count
  return {
    count,
    average,
    sum,
    minimum: values.reduce((least, value) => Math.min(least, value)),
    maximum: values.reduce((most, value) => Math.max(most, value)),
    sumOfSquares,
    variance,
    stdDeviation: Math.sqrt(variance),
  }
}

/**
 * The value below which `percent` of the values lie, between the two nearest; `sorted` has at least one. AWS gives an
 * approximation. [source: aggregation]
 */
export function percentileOf(sorted: readonly number[], percent: number): number {
  const position = Math.min(Math.max((percent / 100) * sorted.length - 0.5, 0), sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (position - below)
}
