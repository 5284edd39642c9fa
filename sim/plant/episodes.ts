import { channelKey, logNormal, normalAt, uniformAt } from './noise.ts'
import type { Episodic } from './noise-settings.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** The largest normal draw: no episode lasts longer than this many spreads. */
const MOST_SIGMAS = 4.4
/** Of a slot, so that hardly ever two would have begun in it. */
const MOST_IN_A_SLOT = 0.1
/** Beyond 20 mean lengths lie 2e-9 of all bursts. */
const MOST_LENGTHS = 20

/** First and last minute since the epoch; the last one excluded. */
export interface Episode {
  readonly from: number
  readonly to: number
}

/** How long the episode of a slot lasts, in whole minutes. */
interface Lengths {
  readonly at: (slot: number) => number
  readonly most: number
}

/**
 * Random episodes in time as a pure function of key and minute: time is cut into slots of at most a tenth of the mean time
 * between episodes, in each of which one begins with the same chance, at a uniform minute. So they begin as in a Poisson
 * process, but for two in the same slot. Where two overlap they are one longer episode.
 */
export class Episodes {
  readonly #begins: number
  readonly #place: number
  readonly #lengths: Lengths
  readonly #slotMinutes: number
  readonly #chance: number
  /** The last answer, and the minutes for which it holds. */
  #isActive = false
  #from = 0
  #to = 0

  private constructor(key: number, everyMinutes: number, lengths: Lengths) {
    this.#begins = channelKey(key, 0)
    this.#place = channelKey(key, 1)
    this.#lengths = lengths
    this.#slotMinutes = Math.min(Math.max(Math.floor(everyMinutes * MOST_IN_A_SLOT), 1), DAY_MINUTES)
    this.#chance = this.#slotMinutes / everyMinutes
  }

  /** Of log-normal length, and at least a minute. */
  static logNormal(key: number, { everyMs, medianMs, spread }: Episodic): Episodes {
    const channel = channelKey(key, 2)
    const minutes = (z: number): number => Math.max(1, Math.round(logNormal(medianMs / MINUTE_MS, spread, z)))
    const at = (slot: number): number => minutes(normalAt(channel, slot))
    return new Episodes(key, everyMs / MINUTE_MS, { at, most: minutes(MOST_SIGMAS) })
  }

  /** Of geometric length, so that a minute belongs to one with the probability `share`. */
  static geometric(key: number, share: number, meanMinutes: number): Episodes {
    const channel = channelKey(key, 2)
    const most = Math.ceil(MOST_LENGTHS * meanMinutes)
    const at = (slot: number): number => {
      const uniform = uniformAt(channel, slot)
      let [length, beyond] = [1, 1 - 1 / meanMinutes]
      for (; uniform < beyond && length < most; length++) beyond *= 1 - 1 / meanMinutes
      return length
    }
    // Free of overlapping bursts with the probability e^(-length / every); rounded, since engines may differ in the last digit.
    const everyMinutes = Math.max(1, Math.round((-1000 * meanMinutes) / Math.log(1 - share)) / 1000)
    return new Episodes(key, everyMinutes, { at, most })
  }

  /** Whether the minute lies in an episode. */
  isActiveAt(minute: number): boolean {
    if (minute < this.#from || minute >= this.#to) this.#find(minute)
    return this.#isActive
  }

  /** The first episode that begins at this minute or later; null if there is none in the next `within` minutes. */
  next(minute: number, within: number): Episode | null {
    const slots = this.#slotMinutes
    const last = Math.floor((minute + within) / slots)
    for (let slot = Math.floor(minute / slots); slot <= last; slot++) {
      const from = this.#beginOf(slot)
      if (from >= minute) return { from, to: from + this.#lengths.at(slot) }
    }
    return null
  }

  /** The end of the episode that this minute lies in, or of those that follow on it; null outside of one. */
  endAt(minute: number): number | null {
    if (!this.isActiveAt(minute)) return null
    let end = this.#to
    while (this.isActiveAt(end)) end = this.#to
    return end
  }

  /** NaN where none begins in the slot. */
  #beginOf(slot: number): number {
    if (uniformAt(this.#begins, slot) >= this.#chance) return Number.NaN
    return slot * this.#slotMinutes + Math.floor(uniformAt(this.#place, slot) * this.#slotMinutes)
  }

  #find(minute: number): void {
    const slots = this.#slotMinutes
    const own = Math.floor(minute / slots)
    this.#isActive = false
    this.#from = minute
    this.#to = (own + 1) * slots
    for (let slot = Math.floor((minute - this.#lengths.most) / slots); slot <= own; slot++) {
      const from = this.#beginOf(slot)
      if (Number.isNaN(from)) continue
      if (from > minute) {
        if (!this.#isActive) this.#to = from
        continue
      }
      const to = from + this.#lengths.at(slot)
      if (to <= minute) continue
      this.#to = this.#isActive ? Math.max(this.#to, to) : to
      this.#isActive = true
    }
  }
}
