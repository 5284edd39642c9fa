/**
 * The non-decreasing sequence that is nearest to these shares of equally many trials each: neighbours that fall are
 * pooled (pool-adjacent-violators). [source: isotonic-regression]
 */
export function isotonic(values: readonly number[]): readonly number[] {
  const blocks: { sum: number; count: number }[] = []
  for (const value of values) {
    let block = { sum: value, count: 1 }
    for (let last = blocks.at(-1); last !== undefined && last.sum / last.count > block.sum / block.count; ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count }
      blocks.pop()
      last = blocks.at(-1)
    }
    blocks.push(block)
  }
  return blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count))
}

/** Where a curve reaches a level; `below` the smallest x or `above` the largest one that was tried. */
export type Crossing = number | 'below' | 'above'

/** Linear between the points, which are in ascending x and do not fall. */
export function crossingOf(points: readonly { readonly x: number; readonly y: number }[], level: number): Crossing {
  const at = points.findIndex(({ y }) => y >= level)
  if (at === -1) return 'above'
  const [before, after] = [points[at - 1], points[at] as { x: number; y: number }]
  if (before === undefined) return after.y === level ? after.x : 'below'
  return before.x + ((level - before.y) / (after.y - before.y)) * (after.x - before.x)
}
