import type { Interval } from './verdict.ts'

/**
 * What a test leaves that rejects a value only where each of its parts does; the observed value is not rejected. Where an
 * effect is judged that is bounded, or that a bad hour may explain, it can lie outside of what was estimated from those.
 */
export function around(observed: number | null, intervals: readonly Interval[]): Interval {
  const end = (ends: readonly (number | null)[], outermost: (...ends: number[]) => number): number | null => {
    const known = ends.filter((one) => one !== null)
    return known.length < ends.length ? null : outermost(...known, ...(observed === null ? [] : [observed]))
  }
  return {
    low: end(
      intervals.map(({ low }) => low),
      Math.min,
    ),
    high: end(
      intervals.map(({ high }) => high),
      Math.max,
    ),
  }
}

/** The same in another unit. */
export const scaled = ({ low, high }: Interval, by: (end: number) => number): Interval => ({
  low: low === null ? null : by(low),
  high: high === null ? null : by(high),
})
