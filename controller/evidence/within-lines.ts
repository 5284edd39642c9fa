/** How values scatter about the mean of their line. */
export interface Noise {
  readonly squares: number
  readonly degrees: number
}

/** Sum of squares about the means of lines. */
export class WithinLines {
  readonly #lines = new Map<number, { n: number; sum: number; squares: number }>()

  add(line: number, value: number): void {
    let own = this.#lines.get(line)
    if (own === undefined) {
      own = { n: 0, sum: 0, squares: 0 }
      this.#lines.set(line, own)
    }
    own.n += 1
    own.sum += value
    own.squares += value * value
  }

  sums(): Noise {
    let [squares, degrees] = [0, 0]
    for (const line of this.#lines.values()) {
      squares += Math.max(line.squares - line.sum ** 2 / line.n, 0)
      degrees += line.n - 1
    }
    return { squares, degrees }
  }
}
