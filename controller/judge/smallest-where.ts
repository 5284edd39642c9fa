/** Of the last doubling: as fine as a size is printed. */
const HALVINGS = 8

/**
 * The smallest size from `from` to `to` that is found, where all larger ones are found as well; null where none is. Goes
 * up by doubling: a large effect raises every line, and takes a rule far more work than one that is hardly seen.
 */
export function smallestWhere(isFound: (size: number) => boolean, from: number, to: number): number | null {
  let high = from
  while (!isFound(high)) {
    if (high >= to) return null
    high = Math.min(high * 2, to)
  }
  let low = high / 2
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (isFound(middle)) high = middle
    else low = middle
  }
  return high
}
