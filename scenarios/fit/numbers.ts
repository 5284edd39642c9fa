import jStat from 'jstat'
import { studentQuantile } from '../../reports/numbers/statistics.ts'
import { Seed } from '../../sim/kernel/random.ts'

/** Of 95 %. */
export interface Interval {
  readonly low: number
  readonly high: number
}

const TAIL = 0.025
const Z = 1.959963984540054
const REPLICATES = 400
/** Fewer clusters have no bootstrap worth the name. */
export const LEAST_CLUSTERS = 5

export const sum = (values: Iterable<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** NaN of nothing; values that are NaN do not count. */
export function meanOf(values: Iterable<number>): number {
  let [total, count] = [0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    total += value
    count += 1
  }
  return total / count
}

export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1)
}

/** NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle) - 1] as number)) / 2
}

/**
 * Differences of neighbours in a row of independent values go together: their sample variance is as uncertain as that of
 * so many independent ones, 1 + 2 x (1/2)^2 times fewer.
 */
export const independentDifferences = (count: number): number => count / 1.5

/** Of a Poisson rate: exact for any count, none among them. [source: poisson-exact] */
export const rateInterval = (count: number, exposure: number): Interval => ({
  low: count === 0 ? 0 : jStat.gamma.inv(TAIL, count, 1) / exposure,
  high: jStat.gamma.inv(1 - TAIL, count + 1, 1) / exposure,
})

/** Of a standard deviation of normal values: exact, from the chi-square distribution. [source: chi-square-variance] */
export const deviationInterval = (variance: number, degrees: number): Interval => ({
  low: Math.sqrt((degrees * variance) / jStat.gamma.inv(1 - TAIL, degrees / 2, 2)),
  high: Math.sqrt((degrees * variance) / jStat.gamma.inv(TAIL, degrees / 2, 2)),
})

/**
 * Half the range of a uniform distribution from the range of n values of it: the ratio of both is Beta(n - 1, 2), whose
 * distribution function is n x^(n-1) - (n-1) x^n. The estimate is its median. [source: uniform-range]
 */
export function halfRange(values: readonly number[]): Interval & { readonly value: number } {
  const n = values.length
  const half = (Math.max(...values) - Math.min(...values)) / 2
  const quantile = (p: number): number => solve((x) => n * x ** (n - 1) - (n - 1) * x ** n < p)
  return { value: half / quantile(0.5), low: half / quantile(1 - TAIL), high: half / quantile(TAIL) }
}

/** Where in 0 to 1 `isBelow` turns from true to false. */
function solve(isBelow: (x: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (isBelow(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** How often each of n clusters is drawn, for each replicate; the same for every estimate with the same label. */
export function* resamples(n: number, label: string): Generator<Uint16Array> {
  const stream = new Seed(1).stream(`fit/${label}`)
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    const drawn = new Uint16Array(n)
    for (let i = 0; i < n; i++) {
      const one = Math.floor(stream.next() * n)
      drawn[one] = (drawn[one] as number) + 1
    }
    yield drawn
  }
}

/**
 * Intervals of estimates from resampled clusters (devices, since what one device does in different minutes is not
 * independent): the percentiles, drawn apart as Student's t and n / (n - 1) demand for few clusters.
 * [source: cluster-bootstrap]
 */
export function bootstrapIntervals(
  estimates: readonly number[],
  clusters: number,
  label: string,
  again: (drawn: Uint16Array) => readonly number[],
): readonly Interval[] {
  const found: number[][] = estimates.map(() => [])
  for (const drawn of resamples(clusters, label)) {
    for (const [i, value] of again(drawn).entries()) if (Number.isFinite(value)) found[i]?.push(value)
  }
  const wider = (studentQuantile(clusters - 1) / Z) * Math.sqrt(clusters / (clusters - 1))
  return estimates.map((estimate, i) => {
    const sorted = Float64Array.from(found[i] as number[]).sort()
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number
    return {
      low: estimate - Math.max(estimate - at(TAIL), 0) * wider,
      high: estimate + Math.max(at(1 - TAIL) - estimate, 0) * wider,
    }
  })
}

export const bootstrapInterval = (
  estimate: number,
  clusters: number,
  label: string,
  again: (drawn: Uint16Array) => number,
): Interval => bootstrapIntervals([estimate], clusters, label, (drawn) => [again(drawn)])[0] as Interval

/** A mean over clusters that are drawn so often, of values that may be NaN. */
export function drawnMean(values: readonly number[], drawn: Uint16Array): number {
  let [total, count] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) continue
    total += value * (drawn[i] as number)
    count += drawn[i] as number
  }
  return total / count
}
