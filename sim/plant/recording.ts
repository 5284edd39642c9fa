import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import { type Selector, selects } from './selector.ts'

/**
 * Metrics that can be recorded, by the names of the health document. A count is of what happened in its minute, so that a
 * minute without one had none; a gauge shows a value that holds until it is read again. Everything else of the document
 * follows from these and from the firmware.
 */
export const METRICS = {
  /** Finished cycles in a minute. */
  cycles: { type: 'count', least: 0, most: 600 },
  /** Mean of the cycles of a minute. */
  cycleTimeMs: { type: 'gauge', least: 1, most: 3_600_000 },
  /** Failed operations in a minute. */
  errors: { type: 'count', least: 0, most: 600 },
  /** Of the one attempt that the core makes per minute. */
  connectionFailures: { type: 'count', least: 0, most: 1 },
  cpuPct: { type: 'gauge', least: 0, most: 100 },
  /** Of a limit of 512 MiB. */
  memoryMiB: { type: 'gauge', least: 0, most: 512 },
} as const satisfies Record<string, { readonly type: 'count' | 'gauge'; readonly least: number; readonly most: number }>
export type Metric = keyof typeof METRICS

/** One recorded metric, a value per minute; null where the recording has none. */
export interface RecordedTrack {
  /** The file, as the scenario names it. */
  readonly file: string
  readonly in: Selector
  readonly metric: Metric
  /** Repeated, before the start as well as after it; else once, from the start. */
  readonly loop: boolean
  readonly perMinute: readonly (number | null)[]
}

interface Track {
  readonly loop: boolean
  /** NaN where the recording has no value. */
  readonly perMinute: Float64Array
  readonly mean: number
}

/** The recorded telemetry of one device. Metrics without a recording stay synthetic. */
export class Recording {
  readonly #tracks: Readonly<Partial<Record<Metric, Track>>>
  readonly #firstMinute: number

  private constructor(tracks: Readonly<Partial<Record<Metric, Track>>>, firstMinute: number) {
    this.#tracks = tracks
    this.#firstMinute = firstMinute
  }

  /**
   * The tracks of a device, which begin at `startMs`; null if there are none. If several have the same metric, one for
   * this device alone takes precedence, else the last.
   */
  static of(tracks: readonly RecordedTrack[], thing: string, line: number, startMs: number): Recording | null {
    const own = tracks.filter(({ in: where }) => selects(where, thing, line, ''))
    if (own.length === 0) return null
    const found: Partial<Record<Metric, Track>> = {}
    const lastCounts = [...own.filter((one) => !isOfDevice(one)), ...own.filter(isOfDevice)]
    for (const { metric, loop, perMinute } of lastCounts) {
      const values = perMinute.filter((value) => value !== null)
      found[metric] = {
        loop,
        perMinute: Float64Array.from(perMinute, (value) => value ?? Number.NaN),
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      }
    }
    return new Recording(found, Math.floor(startMs / SAMPLE_PERIOD_MS))
  }

  /** The value of a minute since the epoch; NaN where the recording has none. */
  at(metric: Metric, minute: number): number {
    const track = this.#tracks[metric]
    if (track === undefined) return Number.NaN
    const { length } = track.perMinute
    const index = minute - this.#firstMinute
    if (track.loop) return track.perMinute[((index % length) + length) % length] as number
    return index < 0 || index >= length ? Number.NaN : (track.perMinute[index] as number)
  }

  /** Over the whole recording; NaN if it does not have the metric. */
  mean(metric: Metric): number {
    return this.#tracks[metric]?.mean ?? Number.NaN
  }
}

const isOfDevice = ({ in: where }: RecordedTrack): boolean => where.device !== undefined
