import type { Selector } from '../../plant/selector.ts'
import type { Chance } from './chance.ts'

/** What every fault on devices has: the devices it acts on. */
export interface DeviceSpec {
  readonly in: Selector
}

/** Outages of the link of one device: when the connection is lost, and for how long. */
export interface LinkOutage {
  readonly firstAtMs: number
  /** Duration of the nth outage, from 0. */
  readonly durationMs: (n: number) => number
  /** From one loss to the next; null for a single one. */
  readonly periodMs: number | null
}

interface OutageTimes {
  readonly from: number
  readonly for: number
  readonly jitter?: number
  readonly every?: number | undefined
}

/** `startMs` is the origin of `from`; each outage is uniformly longer by up to `jitter`. */
export const makeLinkOutage = (
  { from, for: durationMs, jitter = 0, every }: OutageTimes,
  startMs: number,
  chance: Chance,
): LinkOutage => ({
  firstAtMs: startMs + from,
  durationMs: (n) => durationMs + Math.round(chance(n) * jitter),
  periodMs: every ?? null,
})

/** Never ends if it is periodic. */
export const outageEndMs = ({ from, for: durationMs, jitter = 0, every }: OutageTimes): number =>
  every === undefined ? from + durationMs + jitter : Number.POSITIVE_INFINITY
