import { Temporal } from 'temporal-polyfill'
import type { Share } from './statistics.ts'

/** ISO 8601 in UTC. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString()

/** `2026-03-03 03:10:00` in the zone of the plant. */
export const localTime = (atMs: number, zone: string): string => {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDateTime()
  return local.toString({ smallestUnit: 'second' }).replace('T', ' ')
}

/** ISO 8601 in UTC to `03-02 13:05`; `-` for what did not happen. */
export const shortTime = (time: string | null): string => (time === null ? '-' : time.slice(5, 16).replace('T', ' '))

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** Null where one of the two did not happen. */
export const minutesBetween = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : rounded((toMs - fromMs) / 60_000)

/** Minutes up to two hours, hours beyond. */
export const durationText = (minutes: number): string =>
  minutes >= 120 ? `${(minutes / 60).toFixed(1)} h` : `${minutes.toFixed(1)} min`

/** Real time: milliseconds up to a tenth of a second, seconds beyond. */
export const realTimeText = (ms: number): string => (ms >= 100 ? `${(ms / 1000).toFixed(1)} s` : `${rounded(ms, 1)} ms`)

/** `1 device`, `12,345 devices`. */
export const countText = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** `12345` -> `12,345`. */
export const grouped = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')

/** At most two decimals; `-` for what was not measured. */
export const numberText = (value: number | null): string => (value === null ? '-' : String(rounded(value)))

/** `50.0 % [9.5, 90.5]`. */
export const percentText = ({ share, low, high }: Share): string =>
  share === null || low === null || high === null ? '-' : `${pct(share)} % [${pct(low)}, ${pct(high)}]`

const pct = (share: number): string => (share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)

/** "line 3", "lines 1, 2 and 4 more". */
export function linesText({ count, first }: { readonly count: number; readonly first: readonly number[] }): string {
  const rest = count - first.length
  return `${count === 1 ? 'line' : 'lines'} ${first.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
