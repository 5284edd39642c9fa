import type { Stream } from '../kernel/random.ts'

/** A duration drawn uniformly from a range. */
interface Range {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * The nucleus' own share of an update and of a revert. The scripts of the firmware add shutdown 5-10 s, install 40-60 s
 * and startup 20-35 s (sim/device/firmware.ts), so that a revert to a kept version takes 120 to 180 s.
 * [source: rollback-times]
 */
export const TIMINGS = {
  /** The deployment queue is polled every 15 s. [source: queue-poll] */
  pollPeriodMs: 15_000,
  /** Group membership and component resolution. */
  resolve: { minMs: 1_000, maxMs: 4_000 },
  /** A firmware artifact over the plant's uplink. */
  download: { minMs: 30_000, maxMs: 90_000 },
  /** Writing the configuration, unpacking and switching versions. */
  merge: { minMs: 54_000, maxMs: 71_000 },
} as const satisfies Record<string, number | Range>

export const draw = (range: Range, stream: Stream): number => Math.round(stream.between(range.minMs, range.maxMs))
