import type { Count } from './excess.ts'

/**
 * -ln of the chance of so many events or more where the reference shows the only rate there is: each of all the events
 * then falls into the exposure of the count with its share, so that the chance in the reference counts as well. Exact
 * where events are too few for a likelihood ratio, and of use after every event: the chance of the n-th event to come so
 * early is this chance at the instant at which it comes, however often one looks. [source: conditional-count]
 */
export function rareCountNats({ count, reference, ratio }: Count): number {
  if (count === 0 || !(ratio > 0)) return 0
  const total = count + reference
  const share = ratio / (1 + ratio)
  const odds = ratio
  let lnFirst = count * Math.log(share) + reference * Math.log1p(-share)
  for (let i = 1; i <= count; i++) lnFirst += Math.log((reference + i) / i)
  // Every further term as a multiple of the first; they shrink once more events are counted than expected.
  let [sum, term] = [1, 1]
  for (let k = count; k < total; k++) {
    term *= (odds * (total - k)) / (k + 1)
    sum += term
    if (term < sum * Number.EPSILON && k > total * share) break
  }
  return Math.max(-lnFirst - Math.log(sum), 0)
}
