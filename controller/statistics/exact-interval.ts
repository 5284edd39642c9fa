import jStat from 'jstat'

/** Ends of an interval, both found. */
export interface ExactInterval {
  readonly low: number
  readonly high: number
}

const HALVINGS = 60

/** Where an increasing chance reaches `exp(-nats)`. */
function whereChanceIs(chance: (place: number) => number, nats: number, from: number, to: number): number {
  const wanted = Math.exp(-nats)
  let [low, high] = [from, to]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (chance(middle) < wanted) low = middle
    else high = middle
  }
  return low
}

/**
 * Means of a Poisson count that this one is neither too many of nor too few of, exactly: so many or more have a chance
 * of at least exp(-`nats`), so many or fewer of at least exp(-`natsBelow`). Where the n-th event has a level of its own
 * the interval holds at every time: that the n-th event comes so early has that chance, however often one looks.
 * [source: garwood]
 */
export function meanInterval(count: number, nats: number, natsBelow = nats): ExactInterval {
  const most = count + 2 * natsBelow + 2 * Math.sqrt(2 * natsBelow * Math.max(count, 1)) + 1
  const atMost = (mean: number): number => 1 - jStat.lowRegGamma(count + 1, mean)
  return {
    low: count === 0 ? 0 : whereChanceIs((mean) => jStat.lowRegGamma(count, mean), nats, 0, count),
    high: count === 0 ? natsBelow : most - whereChanceIs((less) => atMost(most - less), natsBelow, 0, most - count),
  }
}

/**
 * Shares of which so many of `n` are neither too many nor too few, exactly, each with a chance of at least exp(-`nats`).
 * `undecided`: of them, those of which it is not known yet; they may be either. [source: clopper-pearson]
 */
export function shareInterval(count: number, n: number, nats: number, undecided = 0): ExactInterval {
  const most = Math.min(count + undecided, n)
  return {
    low: count === 0 ? 0 : leastShare(count, n, nats, count / n),
    high: most === n ? 1 : 1 - leastShare(n - most, n, nats, 1 - most / n),
  }
}

/** By the arguments: nearly all evaluations of a stage ask for the same. */
const known = new Map<string, number>()
/** A container that lives for weeks keeps no more. */
const MOST_KNOWN = 1_000

/** The share at which so many or more of n have the chance exp(-`nats`); none above `to`. */
function leastShare(count: number, n: number, nats: number, to: number): number {
  const key = `${count}/${n}/${nats}/${to}`
  const before = known.get(key)
  if (before !== undefined) return before
  const share = whereChanceIs((share) => atLeast(count, n, share), nats, 0, to)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, share)
  return share
}

/** Chance of so many or more of n. */
const atLeast = (count: number, n: number, share: number): number => Number(jStat.ibeta(share, count, n - count + 1))
