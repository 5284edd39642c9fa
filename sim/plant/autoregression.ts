import { channelKey, expNegative, normalAt } from './noise.ts'

/** A day. */
const BLOCK_MINUTES = 1_440
/** After so many time constants 2 % of a difference is left. */
const RUN_IN = 4

/**
 * First-order autoregression from minute to minute with a standard deviation of 1, as a pure function of key and minute.
 * Time is cut into blocks. Each is computed from a draw some time constants before it on, with the innovations of those
 * minutes, so that it begins where the block before it ends, up to 2 % of the difference of two draws.
 */
export class Autoregression {
  readonly #innovations: number
  readonly #starts: number
  readonly #coefficient: number
  readonly #sigma: number
  readonly #runIn: number
  /** The last value. */
  #minute = Number.NaN
  #value = 0

  constructor(key: number, timeConstantMinutes: number) {
    this.#innovations = channelKey(key, 0)
    this.#starts = channelKey(key, 1)
    this.#coefficient = expNegative(1 / timeConstantMinutes)
    this.#sigma = Math.sqrt(1 - this.#coefficient * this.#coefficient)
    this.#runIn = Math.ceil(RUN_IN * timeConstantMinutes)
  }

  at(minute: number): number {
    if (minute === this.#minute) return this.#value
    const isNext = minute === this.#minute + 1 && minute % BLOCK_MINUTES !== 0
    const block = Math.floor(minute / BLOCK_MINUTES)
    let value = isNext ? this.#value : normalAt(this.#starts, block)
    for (let one = isNext ? minute : block * BLOCK_MINUTES - this.#runIn; one <= minute; one++) {
      value = this.#coefficient * value + this.#sigma * normalAt(this.#innovations, one)
    }
    this.#minute = minute
    this.#value = value
    return value
  }
}
