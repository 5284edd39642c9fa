import { channelKey, normalAt, uniformAt } from './noise.ts'
import type { Changeovers } from './noise-settings.ts'

const MINUTE_MS = 60_000

/**
 * The products of a line: one changeover in each stretch of the mean time between two, at a uniform minute of it, since a
 * plan spreads them. All devices of the line have the same.
 */
export class ProductChanges {
  readonly #times: number
  readonly #products: number
  readonly #everyMinutes: number
  readonly #sigma: number
  readonly #standstillMinutes: number
  /** The last product, from its changeover on. */
  #from = 0
  #to = 0
  #factor = 1

  constructor(key: number, { everyMs, sigma, standstillMs }: Changeovers) {
    this.#times = channelKey(key, 0)
    this.#products = channelKey(key, 1)
    this.#everyMinutes = Math.max(1, Math.round(everyMs / MINUTE_MS))
    this.#sigma = sigma
    this.#standstillMinutes = Math.round(standstillMs / MINUTE_MS)
  }

  /** Of the cycle time, for the product that the line makes in this minute. */
  factorAt(minute: number): number {
    if (minute < this.#from || minute >= this.#to) this.#find(minute)
    return this.#factor
  }

  standsStillAt(minute: number): boolean {
    if (minute < this.#from || minute >= this.#to) this.#find(minute)
    return minute - this.#from < this.#standstillMinutes
  }

  #find(minute: number): void {
    const own = Math.floor(minute / this.#everyMinutes)
    const product = minute >= this.#timeOf(own) ? own : own - 1
    this.#from = this.#timeOf(product)
    this.#to = this.#timeOf(product + 1)
    this.#factor = 1 + this.#sigma * normalAt(this.#products, product)
  }

  #timeOf(product: number): number {
    return product * this.#everyMinutes + Math.floor(uniformAt(this.#times, product) * this.#everyMinutes)
  }
}
