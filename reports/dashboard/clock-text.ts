import { Temporal } from 'temporal-polyfill'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const two = (value: number): string => String(value).padStart(2, '0')

/** `Mon 02 18:25`, in the plant's zone. */
export function timeOfDay(atMs: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(zone)
  return `${DAYS[local.dayOfWeek - 1]} ${two(local.day)} ${two(local.hour)}:${two(local.minute)}`
}
