import { excessLogRatio } from '../../../controller/statistics/excess.ts'

/** So long a reference that it is no chance any more. */
const ENDLESS = 1e9
export const likelihoodRatio = (count: number, expected: number): number =>
  excessLogRatio({ count, reference: ENDLESS, ratio: expected / ENDLESS })

/** The published statistic itself, for where a billion is not endless enough. [source: maxsprt] */
export const exact = (count: number, expected: number): number =>
  count <= expected ? 0 : expected - count + count * Math.log(count / expected)

/** Expected count at which `count` events still give the critical value, by bisection below `count`. */
function latestSignal(count: number, criticalValue: number, ratio: typeof exact): number {
  let [low, high] = [0, count]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (ratio(count, middle) >= criticalValue) low = middle
    else high = middle
  }
  return low
}

/** Ten thousand such chances are none. */
const NEGLIGIBLE = 1e-15

/** Chances of 0, 1, 2 ... events, as far as they matter. */
function poisson(mean: number): number[] {
  const chances: number[] = []
  let chance = Math.exp(-mean)
  for (let n = 1; chance > NEGLIGIBLE || n < mean; n++) {
    chances.push(chance)
    chance *= mean / n
  }
  return chances
}

/** A Poisson MaxSPRT in units of what is expected where nothing is wrong. */
export interface Surveillance {
  /** Expected count at which it ends. */
  readonly end: number
  readonly criticalValue: number
  readonly ratio?: typeof exact
  /** Events without which there is no signal: M of the literature. */
  readonly least?: number
  /** How many times as many events as expected there are. */
  readonly relativeRisk?: number
}

/**
 * Chance of a signal, and the mean expected counts until the end and until a signal where there is one: exact, from
 * bound to bound. [source: maxsprt-performance]
 */
export function performanceOf(one: Surveillance): { power: number; sampleSize: number; signalTime: number } {
  const { end, criticalValue, ratio = exact, least = 1, relativeRisk = 1 } = one
  // quiet[i]: the chance of `lowest + i` events without a signal; what is far below signals no more.
  let quiet = new Float64Array([1])
  let [lowest, now, lost, sampleSize] = [0, 0, 0, 0]
  const width = Math.ceil(9 * Math.sqrt(end * relativeRisk) + 80)
  for (let count = least; now < end; count++) {
    const until = Math.min(latestSignal(count, criticalValue, ratio), end)
    const chances = poisson((until - now) * relativeRisk)
    sampleSize += lost * (until - now) + quietTime(quiet, chances, count - lowest) / relativeRisk
    const dropped = Math.max(count - lowest - width, 0)
    const next = carried(quiet, chances, count - lowest)
    for (let i = 0; i < dropped; i++) lost += next[i] as number
    lowest += dropped
    quiet = next.subarray(dropped)
    now = until
  }
  const power = 1 - lost - quiet.reduce((sum, chance) => sum + chance, 0)
  return { power, sampleSize, signalTime: (sampleSize - (1 - power) * end) / power }
}

/** Chances of fewer than `limit` events, after so many more. */
function carried(quiet: Float64Array, chances: readonly number[], limit: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(limit)
  for (const [more, chance] of chances.entries()) {
    const starts = Math.min(quiet.length, limit - more)
    for (let start = 0; start < starts; start++)
      next[start + more] = (next[start + more] as number) + chance * (quiet[start] as number)
  }
  return next
}

/** Mean count of a process until there are `limit` events in all, or its time is up. */
function quietTime(quiet: Float64Array, chances: readonly number[], limit: number): number {
  // expected[n]: where n more events make the limit
  const expected = [0]
  let more = 1
  for (const chance of chances) {
    more -= chance
    expected.push((expected.at(-1) as number) + Math.max(more, 0))
  }
  return quiet.reduce(
    (sum, chance, start) => sum + chance * (expected[limit - start] ?? (expected.at(-1) as number)),
    0,
  )
}
