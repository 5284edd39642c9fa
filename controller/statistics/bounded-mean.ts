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

const xLogXOver = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y))
