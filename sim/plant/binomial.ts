import { normalAt, uniformAt } from './noise.ts'

/** Above this mean a binomial count is as good as normal, and inversion is slow. */
const LARGE_MEAN = 30

/** How many of so many trials succeed, each with the chance `share`: a function of channel and minute. */
export function binomialAt(channel: number, minute: number, trials: number, share: number): number {
  if (trials <= 0 || share <= 0) return 0
  if (share >= 1) return trials
  const least = Math.min(share, 1 - share)
  if (trials * least > LARGE_MEAN) {
    const count = Math.round(trials * share + Math.sqrt(trials * share * (1 - share)) * normalAt(channel, minute))
    return Math.min(Math.max(count, 0), trials)
  }
  const uniform = uniformAt(channel, minute)
  return share === least ? inverted(uniform, trials, share) : trials - inverted(1 - uniform, trials, least)
}

/** By inversion; `share` is at most a half. */
function inverted(uniform: number, trials: number, share: number): number {
  const odds = share / (1 - share)
  let probability = power(1 - share, trials)
  let cumulative = probability
  let count = 0
  while (uniform >= cumulative && count < trials) {
    probability *= ((trials - count) / (count + 1)) * odds
    count += 1
    cumulative += probability
  }
  return count
}

/** By squaring, since Math.pow may differ in its last digit between engines. */
function power(base: number, exponent: number): number {
  let [result, square] = [1, base]
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square
    square *= square
  }
  return result
}
