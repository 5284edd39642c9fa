import { Seed } from '../../sim/kernel/random.ts'
import { AIMS, type Aim } from './aims.ts'

/** One kind of world in the covering design of a campaign. */
export interface Stratum {
  /** Drawn freely if absent. */
  readonly aim?: Aim
  /** Whether it is played at wire level as well. */
  readonly isWire?: true
}

/** Of so many free worlds one is played at wire level as well, which takes many times as long: 3 worlds of 52. */
const WIRE_EVERY = 12

/** Every second world is drawn freely, so that what nobody thought of has its chance. */
export const STRATA: readonly Stratum[] = AIMS.flatMap((aim, index) => [
  { aim },
  index % WIRE_EVERY === 0 ? { isWire: true as const } : {},
])

/** Which kind of world a seed stands for: the seed alone decides, so that it says all when a world is replayed. */
export const stratumOf = (seed: number, strata: readonly Stratum[] = STRATA): Stratum =>
  strata[(seed >>> 0) % strata.length] ?? {}

/**
 * The seed of a campaign's n-th world, in the 31 bits that fast-check takes. As many worlds in a row as there are strata
 * have each of them once; the campaign's seed says with which it begins.
 */
export function worldSeed(campaign: number, number: number, { length }: readonly Stratum[] = STRATA): number {
  const seed = new Seed(campaign)
  const free = seed.key(`fuzz/${number}`) >>> 2
  return free - (free % length) + ((seed.key('fuzz') + number) % length)
}
