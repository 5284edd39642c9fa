/** A vertical axis, by the option names of the chart widget. */
export interface Axis {
  readonly minY: number
  readonly maxY: number
  readonly numYLabels: number
  /** Space for the longest label, in halves of a cell. */
  readonly xLabelPadding: number
}

/** About so many labels fit. */
const LABELS = 4
/** Above the highest value, as a share of the whole. */
const HEADROOM = 0.1

/** Round numbers from the lowest value to the highest, zero among them. Pure. */
export function axisOf(values: readonly number[]): Axis {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const span = (high - low) * (1 + HEADROOM) || 1
  const step = roundStep(span / LABELS)
  const [first, last] = [Math.floor(low / step), Math.ceil((low + span) / step)]
  const longest = Math.max(...[first, last].map((n) => (n * step).toFixed(step < 1 ? 2 : 0).length))
  return { minY: first * step, maxY: last * step, numYLabels: last - first, xLabelPadding: 2 * longest }
}

/** The next of 1, 2, 5, 10, 20, ... and their tenths. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast))
  return ([1, 2, 5].find((n) => n * power >= atLeast) ?? 10) * power
}
