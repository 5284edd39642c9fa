import { Temporal } from 'temporal-polyfill'
import { parseDuration } from '../../controller/units/duration.ts'
import { EXIT } from '../support/exit-codes.ts'

/** The user gave a time that cannot be parsed. */
export class UnknownInstant extends Error {
  override readonly name = 'UnknownInstant'
  readonly exitCode = EXIT.usage
}

const FORMS = 'write 03:10, 2026-03-03T03:10 (both site-local), 2026-03-03T02:10Z, or +14h10m after the start'

/**
 * `03:10`: the first such site-local time after the start; `2026-03-03T03:10`: site-local; with `Z` or an offset:
 * that instant; `+14h10m`: after the start. In milliseconds. @throws UnknownInstant
 */
export function parseInstant(text: string, startedAtMs: number, zone: string): number {
  const trimmed = text.trim()
  const afterMs = trimmed.startsWith('+') ? parseDuration(trimmed.slice(1)) : null
  if (afterMs !== null) return startedAtMs + afterMs
  const atMs = /^\d{1,2}:\d{2}(:\d{2})?$/.test(trimmed)
    ? timeOfDay(trimmed.padStart(trimmed.split(':').length === 2 ? 5 : 8, '0'), startedAtMs, zone)
    : dateTime(trimmed.replace(' ', 'T'), zone)
  if (atMs === null) throw new UnknownInstant(`"${text}" is not a time; ${FORMS}`)
  return atMs
}

function timeOfDay(time: string, startedAtMs: number, zone: string): number | null {
  const start = Temporal.Instant.fromEpochMilliseconds(startedAtMs).toZonedDateTimeISO(zone)
  return attempt(() => {
    const plainTime = Temporal.PlainTime.from(time)
    const at = (days: number): number =>
      start.toPlainDate().add({ days }).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
    return at(0) >= startedAtMs ? at(0) : at(1)
  })
}

const dateTime = (text: string, zone: string): number | null =>
  attempt(() => {
    if (text.includes('[')) return Temporal.ZonedDateTime.from(text).epochMilliseconds
    return /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
      ? Temporal.Instant.from(text).epochMilliseconds
      : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
  })

function attempt(read: () => number): number | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
