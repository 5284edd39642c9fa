import jStat from 'jstat'

/** Mean overshoot of a random walk over a boundary, in standard deviations of a step. [source: overshoot] */
const OVERSHOOT = 0.5826
const HALVINGS = 50

/**
 * What the highest of all moving means of a window reaches with this chance, in standard deviations of one. The window
 * moves over `lengths` of itself, `steps` times for each. The maximum of the moving sum of white noise over one length
 * is known exactly; over more of them it is that of as many further ones. [source: moving-sum-maximum, overshoot]
 */
export function bestWindowSigmas(lengths: number, steps: number, chance: number): number {
  const isLower = (z: number): boolean => noneAbove(z, Math.max(lengths, 0)) < 1 - chance
  let [low, high] = [-8, 8]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (isLower(middle)) low = middle
    else high = middle
  }
  // Between two steps the sum cannot be seen; one window alone does not move.
  const seen = lengths > 0 ? low - OVERSHOOT * Math.sqrt(2 / steps) : low
  return Math.max(seen, jStat.normal.inv(1 - chance, 0, 1))
}

/** Chance that no moving mean lies above `z`. */
function noneAbove(z: number, lengths: number): number {
  const [below, density] = [jStat.normal.cdf(z, 0, 1), Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)]
  const overOne = below * below - density * (z * below + density)
  return below <= 0 ? 0 : below * Math.max(overOne / below, 0) ** lengths
}
