import { Temporal } from 'temporal-polyfill'

/** A shift of every day, in site-local wall time "HH:MM"; `to` may lie past midnight, and the same as `from` is a day. */
export interface DailyShift {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** One working of a shift, from `startMs` until before `endMs`. */
export interface ShiftSpan<Shift extends DailyShift = DailyShift> {
  readonly shift: Shift
  /** Whether it began on a Saturday or a Sunday: all of a shift belongs to the day on which it began. */
  readonly isWeekend: boolean
  readonly startMs: number
  readonly endMs: number
}

/**
 * When the wall clock of a site first shows a time of a date, or a later one. So a time that the clocks skip is the
 * instant of the change, and of one that they repeat it is the first: a later time never comes before an earlier one,
 * and shifts that follow each other on paper do so in time.
 */
export function wallTimeMs(zone: string, date: Temporal.PlainDate, time: string): number {
  const wanted = date.toPlainDateTime(plainTime(time))
  const found = wanted.toZonedDateTime(zone)
  if (found.toPlainDateTime().equals(wanted)) return found.epochMilliseconds
  // What is skipped comes out as much later as the clocks were set forward, so that the change lies not after it.
  const change = found.add({ milliseconds: 1 }).getTimeZoneTransition('previous')
  return (change ?? found).epochMilliseconds
}

/** When the wall clock of a site last shows a time of a date: of a time that the clocks repeat it is the second. */
export function lastWallTimeMs(zone: string, date: Temporal.PlainDate, time: string): number {
  const wanted = date.toPlainDateTime(plainTime(time))
  const found = wanted.toZonedDateTime(zone, { disambiguation: 'later' })
  return found.toPlainDateTime().equals(wanted) ? found.epochMilliseconds : wallTimeMs(zone, date, time)
}

/** When something that is due from one wall time to another ends if it begins on this date. */
export const endOfSpanMs = (
  zone: string,
  date: Temporal.PlainDate,
  { from, to }: Pick<DailyShift, 'from' | 'to'>,
): number => wallTimeMs(zone, endDate(date, from, to), to)

/** The same of what forbids: a time that the clocks repeat is over once it has been shown for the last time. */
export const lastEndOfSpanMs = (
  zone: string,
  date: Temporal.PlainDate,
  { from, to }: Pick<DailyShift, 'from' | 'to'>,
): number => lastWallTimeMs(zone, endDate(date, from, to), to)

const endDate = (date: Temporal.PlainDate, from: string, to: string): Temporal.PlainDate =>
  to <= from ? date.add({ days: 1 }) : date

/**
 * The shift at an instant, by the calendar of plant and controller alike; null where none covers it. A shift that the
 * clocks skip altogether is never worked.
 */
export function shiftAt<Shift extends DailyShift>(
  shifts: readonly Shift[],
  zone: string,
  atMs: number,
): ShiftSpan<Shift> | null {
  const today = localDate(zone, atMs)
  // Clocks that go back over midnight show yesterday again while today's first shift has begun.
  for (const days of [0, -1, 1]) {
    const date = today.add({ days })
    for (const shift of shifts) {
      const startMs = wallTimeMs(zone, date, shift.from)
      const endMs = endOfSpanMs(zone, date, shift)
      if (startMs <= atMs && atMs < endMs) return { shift, isWeekend: date.dayOfWeek >= 6, startMs, endMs }
    }
  }
  return null
}

/** The site's date at an instant. */
export const localDate = (zone: string, atMs: number): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDate()

/** Few times are ever written in policies, and each is read very often. */
const plainTimes = new Map<string, Temporal.PlainTime>()

function plainTime(time: string): Temporal.PlainTime {
  const known = plainTimes.get(time) ?? Temporal.PlainTime.from(time)
  plainTimes.set(time, known)
  return known
}
