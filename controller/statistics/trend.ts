import jStat from 'jstat'

/** Below this size the null distribution is counted out; from there on it is as good as normal. */
const EXACT_UP_TO = 40
/** From there on half to the power of n comes near the least number there is. */
const SIGNS_EXACT_UP_TO = 1_000

/**
 * Slope of a series in units a step: the median of the slopes between all pairs; 0 for fewer than two.
 * [source: theil-sen]
 */
export function theilSenSlope(series: readonly number[]): number {
  const n = series.length
  const slopes = new Float64Array((n * (n - 1)) / 2)
  let filled = 0
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) slopes[filled++] = ((series[i] as number) - (series[j] as number)) / (i - j)
  }
  return filled === 0 ? 0 : middleOf(slopes.sort())
}

/** The median of sorted values. */
function middleOf(sorted: Float64Array): number {
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}

/** Pairs that rise less pairs that fall. */
export function mannKendallS(series: readonly number[]): number {
  let s = 0
  for (let i = 1; i < series.length; i++) s += signsAgainst(series[i] as number, series, i)
  return s
}

/** Signs of `value` less each of the first `count` values. */
export function signsAgainst(value: number, series: readonly number[], count = series.length): number {
  let s = 0
  for (let j = 0; j < count; j++) s += Math.sign(value - (series[j] as number))
  return s
}

/** Three standard deviations of S, which no chance below 0.001 is under. */
export const leastRise = (n: number): number => 3 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)

/** Variance of S without a trend, ties counted. [source: mann-kendall] */
export function mannKendallVariance(series: readonly number[]): number {
  const n = series.length
  const ties = new Map<number, number>()
  for (const value of series) ties.set(value, (ties.get(value) ?? 0) + 1)
  let variance = n * (n - 1) * (2 * n + 5)
  for (const t of ties.values()) variance -= t * (t - 1) * (2 * t + 5)
  return variance / 18
}

/** S in standard deviations, with the correction for its being an integer. */
export const mannKendallZ = (s: number, variance: number): number =>
  variance <= 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance)

/** Chance of S at least this large among `n` values without ties and without a trend; exact up to 40 values. */
export function mannKendallTail(s: number, n: number): number {
  if (n > EXACT_UP_TO) return normalTail(mannKendallZ(s, (n * (n - 1) * (2 * n + 5)) / 18))
  const chances = inversions(n)
  // S = pairs - 2 x inversions.
  const most = Math.floor(((n * (n - 1)) / 2 - s) / 2)
  let sum = 0
  for (let k = 0; k <= Math.min(most, chances.length - 1); k++) sum += chances[k] as number
  return sum
}

const known = new Map<number, readonly number[]>()

/** Chance of each number of inversions in a random order of n. */
function inversions(n: number): readonly number[] {
  const before = known.get(n)
  if (before !== undefined) return before
  let chances = [1]
  for (let size = 2; size <= n; size++) {
    const next = new Array<number>(chances.length + size - 1).fill(0)
    for (const [k, chance] of chances.entries()) {
      for (let add = 0; add < size; add++) next[k + add] = (next[k + add] as number) + chance / size
    }
    chances = next
  }
  known.set(n, chances)
  return chances
}

/**
 * Factor on the variance of S for a series whose values depend on those before them: from the autocorrelation of the
 * ranks of the series without its slope, where it is significant at 95 %. [source: hamed-rao]
 */
export function hamedRaoFactor(series: readonly number[], lags = series.length - 1): number {
  const n = series.length
  if (n < 4) return 1
  const slope = theilSenSlope(series)
  const ranks = ranksOf(series.map((value, i) => value - (i + 1) * slope))
  const mean = (n + 1) / 2
  const squares = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0)
  if (squares === 0) return 1
  const bound = 1.959963984540054 / Math.sqrt(n)
  let sum = 0
  for (let lag = 1; lag <= Math.min(lags, n - 1); lag++) {
    let products = 0
    for (let i = 0; i + lag < n; i++) products += ((ranks[i] as number) - mean) * ((ranks[i + lag] as number) - mean)
    const correlation = products / squares
    if (Math.abs(correlation) > bound) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation
  }
  return 1 + (2 * sum) / (n * (n - 1) * (n - 2))
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value)
  const ranks = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (order[to]?.value === order[from]?.value) to += 1
    for (let i = from; i < to; i++) ranks[order[i]?.index as number] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/** One-sided p-value of a rise; dependence between the values may only make it larger. */
export function riseTail(series: readonly number[], factor = hamedRaoFactor(series)): number {
  const s = mannKendallS(series)
  const independent = mannKendallTail(s, series.length)
  if (factor <= 1) return independent
  return Math.max(independent, normalTail(mannKendallZ(s, mannKendallVariance(series) * factor)))
}

/**
 * Chance that at least `positive` of `n` fair coins fall heads; beyond a thousand as good as normal.
 * [source: sign-test]
 */
export function signTail(positive: number, n: number): number {
  if (n > SIGNS_EXACT_UP_TO) return normalTail((2 * positive - 1 - n) / Math.sqrt(n))
  let [term, sum] = [0.5 ** n, 0]
  for (let heads = n; heads >= positive; heads--) {
    sum += term
    term *= heads / (n - heads + 1)
  }
  return sum
}

/** Ends of a confidence interval; null where there is none. */
export interface TrendInterval {
  readonly low: number | null
  readonly high: number | null
}

const HALVINGS = 20

/**
 * Slopes in units a step that the test does not reject on either side at this level: without any of them the series shows
 * no significant rise any more, and no significant fall. [source: theil-sen, confidence-sequence]
 */
export function slopeInterval(series: readonly number[], alpha: number): TrendInterval {
  const slope = theilSenSlope(series)
  const steps = series.slice(1).map((value, i) => value - (series[i] as number))
  const farthest = 2 * Math.max(...steps.map((step) => Math.abs(step - slope))) + Math.abs(slope)
  // The ranks of what is left without a slope are the same for all slopes.
  const factor = hamedRaoFactor(series)
  const end = (sign: 1 | -1): number | null => {
    const isOut = (per: number): boolean => {
      const left = series.map((value, i) => sign * (value - per * i))
      return riseTail(left, factor) <= alpha
    }
    let [inside, outside] = [slope, slope - sign * farthest]
    if (!(farthest > 0) || !isOut(outside)) return null
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (inside + outside) / 2
      if (isOut(middle)) outside = middle
      else inside = middle
    }
    return outside
  }
  return { low: end(1), high: end(-1) }
}

/**
 * Medians that the sign test does not reject on either side at this level: less than so many values lie on one side of
 * them. Null ends where even all values on one side are no evidence. [source: sign-test, confidence-sequence]
 */
export function medianInterval(values: readonly number[], alpha: number): TrendInterval {
  const sorted = values.toSorted((a, b) => a - b)
  const n = sorted.length
  let needed = n
  while (needed > n / 2 && signTail(needed - 1, n) <= alpha) needed -= 1
  if (n === 0 || signTail(needed, n) > alpha) return { low: null, high: null }
  return { low: sorted[n - needed] as number, high: sorted[needed - 1] as number }
}

const normalTail = (z: number): number => jStat.normal.cdf(-z, 0, 1)
