/**
 * -ln of a bound on the chance that the mean of so many independent values reaches `mean` where each has a mean of zero,
 * is at most one, and all have this variance on the average. No shape of them is assumed: a machine makes all or nothing
 * for minutes, which no normal distribution does, and a few values never are evidence enough. [source: bounded-mean]
 */
export function boundedMeanNats(mean: number, variance: number, values: number): number {
  if (mean <= 0 || variance <= 0) return 0
  const share = (Math.min(mean, 1) + variance) / (1 + variance)
  const expected = variance / (1 + variance)
  return values * (xLogXOver(share, expected) + xLogXOver(1 - share, 1 - expected))
}

/** The smallest mean that is evidence of so many nats: how far below an observed mean the true one may be. */
export function boundedMeanRadius(nats: number, variance: number, values: number): number {
  if (boundedMeanNats(1, variance, values) < nats) return 1
  let [low, high] = [0, 1]
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (boundedMeanNats(middle, variance, values) < nats) low = middle
    else high = middle
  }
  return high
}

const xLogXOver = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y))
