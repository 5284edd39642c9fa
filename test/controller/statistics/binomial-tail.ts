/** Chance that `from` of `n` or more happen, each with this share: by plain summation. */
export function binomialTail(n: number, from: number, share: number): number {
  let sum = 0
  for (let k = from; k <= n; k++) {
    let term = 1
    for (let i = 1; i <= k; i++) term *= ((n - k + i) / i) * share
    sum += term * (1 - share) ** (n - k)
  }
  return sum
}
