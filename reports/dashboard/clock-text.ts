import { Temporal } from 'temporal-polyfill'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const two = (value: number): string => String(value).padStart(2, '0')

/** `Mon 02 18:25`, in the plant's zone. */
export function timeOfDay(atMs: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(zone)
  return `${DAYS[local.dayOfWeek - 1]} ${two(local.day)} ${two(local.hour)}:${two(local.minute)}`
}

/** `13.7 h`, `45 min`. */
export const duration = (ms: number): string =>
  ms >= 2 * 3_600_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${Math.round(ms / 60_000)} min`

/** `7.4 min`, `13.7 h`. */
export const minutesText = (minutes: number): string =>
  minutes >= 120 ? `${(minutes / 60).toFixed(1)} h` : `${minutes.toFixed(1)} min`
