import { Temporal } from 'temporal-polyfill'

/** An instant, or what is wrong with what was written. */
export type Instant = number | string

const WRITTEN =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?$/i
/** Seconds since the epoch from 1973 to 2286; the same digits and three more are milliseconds. */
const EPOCH_S = { least: 1e8, most: 1e10 }
const FORMS = 'ISO 8601, such as 2026-03-02T06:00:00+01:00, or seconds or milliseconds since 1970'

/** The two instants that a local time may be: different where the clocks repeat an hour; null where they skip it. */
type Candidates = readonly [earlier: number, later: number] | null

/**
 * Reads instants: ISO 8601 with `Z` or an offset, seconds or milliseconds since the epoch, and local times of a zone. Of an
 * hour that the clocks repeat, a time is the first of the two unless `sinceMs`, the row before of the same device, is
 * later than that.
 */
export class Timestamps {
  readonly #zone: string | null
  /** By date and quarter of an hour: no zone changes its clocks at another time. */
  readonly #offsets = new Map<string, Candidates>()

  constructor(zone: string | null) {
    this.#zone = zone
  }

  read(given: unknown, sinceMs: number): Instant {
    const number = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given) ? Number(given) : given
    if (typeof number === 'number') return fromEpoch(number)
    if (typeof given !== 'string' || given === '') return 'the time is missing'
    const parts = WRITTEN.exec(given)
    if (parts === null) return `time ${JSON.stringify(given)} is not ${FORMS}`
    const [, year, month, day, hour, minute, second = '0', fraction = '0', offset] = parts as unknown as string[]
    const wallMs =
      Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) +
      Math.floor(Number(`0.${fraction}`) * 1000)
    const isDate = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysOf(year, month)
    if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
      return `time ${JSON.stringify(given)} does not exist`
    }
    if (offset !== undefined) return wallMs - offsetMs(offset)
    return this.#local(given, wallMs, sinceMs)
  }

  #local(given: string, wallMs: number, sinceMs: number): Instant {
    if (this.#zone === null) {
      return `time ${JSON.stringify(given)} has no offset; set --zone to the zone of these clocks, such as Europe/Berlin`
    }
    const candidates = this.#offsetsAt(wallMs)
    if (candidates === null) {
      return `time ${JSON.stringify(given)} does not exist in ${this.#zone}: the clocks skip it; is that the zone?`
    }
    const [earlierMs, laterMs] = [wallMs + candidates[0], wallMs + candidates[1]]
    return earlierMs < sinceMs ? laterMs : earlierMs
  }

  /** What is to be added to a local time. */
  #offsetsAt(wallMs: number): Candidates {
    const quarter = Math.floor(wallMs / QUARTER_MS)
    const key = String(quarter)
    const known = this.#offsets.get(key)
    if (known !== undefined) return known
    const startMs = quarter * QUARTER_MS
    const plain = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO('UTC').toPlainDateTime()
    const zone = this.#zone as string
    const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
      plain.toZonedDateTime(zone, { disambiguation }),
    ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime]
    const isSkipped = !earlier.toPlainDateTime().equals(plain)
    const found: Candidates = isSkipped
      ? null
      : [earlier.epochMilliseconds - startMs, later.epochMilliseconds - startMs]
    this.#offsets.set(key, found)
    return found
  }
}

const QUARTER_MS = 900_000

function fromEpoch(value: number): Instant {
  if (value >= EPOCH_S.least && value < EPOCH_S.most) return Math.round(value * 1000)
  if (value >= EPOCH_S.least * 1000 && value < EPOCH_S.most * 1000) return Math.round(value)
  return `time ${value} is not ${FORMS}`
}

const daysOf = (year: unknown, month: unknown): number =>
  Temporal.PlainYearMonth.from({ year: Number(year), month: Number(month) }).daysInMonth

function offsetMs(offset: string): number {
  if (/^z$/i.test(offset)) return 0
  const digits = offset.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)
  return (offset.startsWith('-') ? -1 : 1) * minutes * 60_000
}
