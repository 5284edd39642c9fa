/** A sum of standard normal samples that is looked at after each of them. */
export interface Looks {
  readonly looks: number
  /** What the sum, or its amount, must exceed at look `n` to alarm. */
  readonly bound: (n: number) => number
  /** Mean of the sample before look `n`, in standard deviations; 0 if absent. */
  readonly shift?: (n: number) => number
}

/**
 * Chance that the amount of the sum ever exceeds its bound: the density of what has not alarmed yet, carried from look
 * to look by numerical integration (Gauss and Legendre). [source: peeking]
 */
export function chanceOfCrossing({ looks, bound, shift = () => 0 }: Looks): number {
  let from: Density = { points: [0], weights: [1] }
  for (let n = 1; n <= looks; n++) from = carried(from, bound(n), shift(n))
  return 1 - from.weights.reduce((sum, weight) => sum + weight, 0)
}

/** Points, and what of the chance lies at each. */
interface Density {
  readonly points: readonly number[]
  readonly weights: readonly number[]
}

/** Standard deviations beyond which a step is not expected. */
const FAR = 9
/** Points for every standard deviation of a step. */
const DENSE = 3

function carried(from: Density, bound: number, shift: number): Density {
  const grid = gaussLegendre(Math.ceil(DENSE * 2 * bound) + 16)
  const points = grid.points.map((x) => x * bound)
  const first = from.points[0] as number
  const apart = from.points.length
  let low = 0
  const weights = points.map((point, i) => {
    const wanted = point - shift
    while (low < apart - 1 && (from.points[low] as number) < wanted - FAR) low++
    let density = 0
    for (let j = first > wanted ? 0 : low; j < apart; j++) {
      const step = wanted - (from.points[j] as number)
      if (step < -FAR) break
      density += (from.weights[j] as number) * Math.exp((-step * step) / 2)
    }
    return ((grid.weights[i] as number) * bound * density) / Math.sqrt(2 * Math.PI)
  })
  return { points, weights }
}

const grids = new Map<number, Density>()

/** Points and weights on (-1, 1), as roots of the Legendre polynomial of that degree, by Newton's method. */
function gaussLegendre(degree: number): Density {
  const known = grids.get(degree)
  if (known !== undefined) return known
  const points: number[] = []
  const weights: number[] = []
  for (let i = degree; i >= 1; i--) {
    let x = Math.cos((Math.PI * (i - 0.25)) / (degree + 0.5))
    let slope = 1
    for (let step = 1; Math.abs(step) > 1e-14; x -= step) {
      let [before, value] = [0, 1]
      for (let k = 1; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
      slope = (degree * (x * value - before)) / (x * x - 1)
      step = value / slope
    }
    points.push(x)
    weights.push(2 / ((1 - x * x) * slope * slope))
  }
  const grid = { points, weights }
  grids.set(degree, grid)
  return grid
}
