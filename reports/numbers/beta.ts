/** Steps of the integration: the density in the angle is smooth, so that these give more digits than anyone prints. */
const STEPS = 2_000

/**
 * Quantiles of the beta distribution with a, b >= 1/2: in the angle whose squared sine is the share its density has no
 * poles, and is summed by trapezoids.
 */
export function betaQuantiles(a: number, b: number, levels: readonly number[]): readonly number[] {
  const step = Math.PI / 2 / STEPS
  // At both ends the density is zero, or finite for exactly 1/2.
  const density = (i: number): number => Math.sin(i * step) ** (2 * a - 1) * Math.cos(i * step) ** (2 * b - 1)
  const below = [0]
  for (let i = 1; i <= STEPS; i++) below.push((below[i - 1] as number) + (density(i - 1) + density(i)) / 2)
  const total = below[STEPS] as number
  return levels.map((level) => {
    const at = Math.max(
      below.findIndex((sum) => sum >= level * total),
      1,
    )
    const [low, high] = [below[at - 1] as number, below[at] as number]
    const angle = (at - 1 + (level * total - low) / Math.max(high - low, Number.MIN_VALUE)) * step
    return Math.sin(angle) ** 2
  })
}
