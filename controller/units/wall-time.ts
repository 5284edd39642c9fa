import { z } from 'zod'

const DAY_MINUTES = 24 * 60

/** Wall time of the site, "HH:MM". */
export const wallTime = z
  .string({ error: ({ input }) => notATime(input) })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: ({ input }) => notATime(input) })
  .describe('Site-local time, such as "06:00"')

const notATime = (input: unknown): string => `${JSON.stringify(input)} is not a time of day, such as "06:00"`

/** An IANA time zone. */
export const zone = z
  .string()
  .refine(isZone, { error: ({ input }) => notAZone(String(input)) })
  .describe('IANA zone of the site')

const OFFSET = /^[+-]\d/

/** Whether every part of a rehearsal knows the zone; not all do know offsets as zones. */
export function isZone(name: string): boolean {
  try {
    return !OFFSET.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}

/** What is wrong with a name that is no zone. */
export const notAZone = (name: string): string =>
  `"${name}" is not a zone of the IANA database, such as "Europe/Berlin"` +
  (OFFSET.test(name) ? '; "Etc/GMT-2" is always two hours ahead of UTC' : '')

/** "HH:MM" as minutes since midnight. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Minutes from one time of day to another; a whole day where both are the same. */
export const minutesBetween = (from: string, to: string): number =>
  (minuteOf(to) - minuteOf(from) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES

interface Span {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** What is wrong with shifts that must cover the day, each of its minutes once; null if nothing is. */
export function shiftProblem(shifts: readonly Span[]): string | null {
  const names = shifts.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `two shifts are named "${twice}"`
  const owners: Span[][] = Array.from({ length: DAY_MINUTES }, () => [])
  for (const shift of shifts) {
    const from = minuteOf(shift.from)
    const length = minutesBetween(shift.from, shift.to)
    for (let i = 0; i < length; i++) owners[(from + i) % DAY_MINUTES]?.push(shift)
  }
  const free = owners.findIndex((own, minute) => own.length === 0 && owners.at(minute - 1)?.length !== 0)
  if (free >= 0) {
    return `no shift covers the day from ${timeOf(free)} on; a shift with "volume: 0 %" is one in which the plant stands`
  }
  const shared = owners.findIndex((own) => own.length > 1)
  if (shared < 0) return null
  return `${owners[shared]?.map(({ name }) => `"${name}"`).join(' and ')} overlap at ${timeOf(shared)}`
}

const two = (value: number): string => String(value).padStart(2, '0')
const timeOf = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
