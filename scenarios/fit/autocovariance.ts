import { bootstrapInterval, type Interval } from './numbers.ts'

/** How a series of each device goes together with itself some slots later: the mean product, by lag. */
export interface Autocovariance {
  /** In slots, rising, from 0. */
  readonly lags: readonly number[]
  /** A row for each device; NaN where it has no two values so far apart. */
  readonly byDevice: readonly Float64Array[]
}

/** Dense at first, and then each a fifth longer. */
export function lagsUpTo(most: number): readonly number[] {
  const lags = [0]
  for (let lag = 1; lag <= most; lag = Math.max(lag + 1, Math.round(lag * 1.12))) lags.push(lag)
  return lags
}

/** Values are differences from a mean; NaN where there is none. */
export function autocovarianceOf(series: readonly Float64Array[], lags: readonly number[]): Autocovariance {
  return { lags, byDevice: series.map((values) => Float64Array.from(lags, (lag) => meanProduct(values, lag))) }
}

function meanProduct(values: Float64Array, lag: number): number {
  let [total, count] = [0, 0]
  for (let i = lag; i < values.length; i++) {
    const product = (values[i] as number) * (values[i - lag] as number)
    if (Number.isNaN(product)) continue
    total += product
    count += 1
  }
  return count === 0 ? Number.NaN : total / count
}

/** What a series may consist of, by lag in minutes; each has a variance of 1. */
export interface Component {
  /** Time constant or period. */
  readonly minutes: number
  readonly at: Float64Array
}

/** A first-order autoregression: e^(-lag / time constant). */
export const autoregression = (minutes: number, lagMinutes: readonly number[]): Component => ({
  minutes,
  at: Float64Array.from(lagMinutes, (lag) => Math.exp(-lag / minutes)),
})

const PERIODS = 11

/**
 * A sawtooth of any phase, with periods that differ from device to device by up to `range`: at x periods the covariance is
 * 1/12 - x (1 - x) / 2 of the squared height.
 */
export const sawtooth = (minutes: number, range: number, lagMinutes: readonly number[]): Component => ({
  minutes,
  at: Float64Array.from(lagMinutes, (lag) => {
    let total = 0
    for (let i = 0; i < PERIODS; i++) {
      const periods = lag / (minutes * (1 + range * ((2 * i) / (PERIODS - 1) - 1)))
      const x = periods - Math.floor(periods)
      total += 1 / 12 - (x * (1 - x)) / 2
    }
    return total / PERIODS
  }),
})

/** A mixture of one component of each family, and of what does not change within the recording. */
export interface Mixture {
  /** By family, in the order of the families. */
  readonly parts: readonly { readonly weight: number; readonly minutes: number }[]
  /** Beyond what the parts explain at lag 0: white noise. */
  readonly white: number
}

/**
 * Least squares over the lags from 1 on, for every choice of one component of each family: what is left at lag 0 is white
 * noise. A constant stands for the means that were subtracted. [source: autocovariance-moments]
 */
export class MixtureFit {
  readonly #choices: readonly { readonly columns: readonly Component[]; readonly inverse: readonly number[][] }[]
  readonly #auto: Autocovariance

  constructor(auto: Autocovariance, families: readonly (readonly Component[])[]) {
    this.#auto = auto
    const combinations = families.reduce<readonly (readonly Component[])[]>(
      (all, family) => all.flatMap((one) => family.map((component) => [...one, component])),
      [[]],
    )
    this.#choices = combinations.flatMap((columns) => {
      const inverse = inverseOf(this.#normal(columns))
      return inverse === null ? [] : [{ columns, inverse }]
    })
  }

  get devices(): number {
    return this.#auto.byDevice.length
  }

  /** Over all devices, or those that are drawn. */
  fit(drawn?: Uint16Array): Mixture {
    const { lags, byDevice } = this.#auto
    const gamma = lags.map((_, k) => weightedMean(byDevice, k, drawn))
    let best: { error: number; columns: readonly Component[]; weights: readonly number[] } | null = null
    for (const { columns, inverse } of this.#choices) {
      const right = [...columns.map(({ at }) => dot(at, gamma)), total(gamma)]
      const weights = inverse.map((row) => row.reduce((sum, value, i) => sum + value * (right[i] as number), 0))
      // |y - Xb|^2 = y'y - b'X'y, and y'y is the same for all.
      const error = -weights.reduce((sum, weight, i) => sum + weight * (right[i] as number), 0)
      if (best === null || error < best.error) best = { error, columns, weights }
    }
    const { columns, weights } = best as NonNullable<typeof best>
    const parts = columns.map(({ minutes }, i) => ({ weight: weights[i] as number, minutes }))
    const explained = columns.reduce((sum, { at }, i) => sum + (weights[i] as number) * (at[0] as number), 0)
    return { parts, white: (gamma[0] as number) - explained - (weights.at(-1) as number) }
  }

  /** Of something that is made of a mixture. */
  interval(label: string, read: (mixture: Mixture) => number): Interval {
    return bootstrapInterval(read(this.fit()), this.devices, label, (drawn) => read(this.fit(drawn)))
  }

  #normal(columns: readonly Component[]): number[][] {
    const ones = Float64Array.from(this.#auto.lags, () => 1)
    const all = [...columns.map(({ at }) => at), ones]
    return all.map((a) => all.map((b) => dot(a, b)))
  }
}

/** Over the lags from 1 on. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let k = 1; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}

const total = (values: readonly number[]): number => values.reduce((sum, value, k) => (k === 0 ? sum : sum + value), 0)

function weightedMean(rows: readonly Float64Array[], k: number, drawn: Uint16Array | undefined): number {
  let [sum, count] = [0, 0]
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]?.[k] as number
    if (Number.isNaN(value)) continue
    const times = drawn === undefined ? 1 : (drawn[i] as number)
    sum += value * times
    count += times
  }
  return count === 0 ? 0 : sum / count
}

/** Of a small symmetric matrix; null where it is singular. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))])
  for (let i = 0; i < n; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row) => (Math.abs(row[i] as number) > Math.abs(best[i] as number) ? row : best))
    const at = rows.indexOf(pivot)
    if (Math.abs(pivot[i] as number) < 1e-12 * Math.abs(matrix[i]?.[i] as number)) return null
    rows[at] = rows[i] as number[]
    rows[i] = pivot.map((value) => value / (pivot[i] as number))
    for (let j = 0; j < n; j++) {
      if (j === i) continue
      const factor = rows[j]?.[i] as number
      rows[j] = (rows[j] as number[]).map((value, c) => value - factor * (rows[i]?.[c] as number))
    }
  }
  return rows.map((row) => row.slice(n))
}
