import { Temporal } from 'temporal-polyfill'
import { minuteOf } from '../../controller/units/wall-time.ts'
import { DEFAULT_PLANT, type LineSettings, type PlantShift } from './settings.ts'

export interface PlantTime {
  readonly shift: PlantShift
  readonly isWeekend: boolean
  /** Days since the epoch; a shift that ends after midnight belongs to the day on which it began. */
  readonly day: number
  /** Minutes by the clock since the shift began. */
  readonly shiftMinute: number
  /** Share of full volume now. */
  readonly volume: number
}

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000
const EPOCH = Temporal.PlainDate.from('1970-01-01')

/** The plant's calendar: the shift and kind of day at any instant, in the site's zone. */
export class PlantCalendar {
  /** Shifts and days change only at multiples of this: 1 h, or 15 min where shifts or the zone need it. */
  readonly stepMs: number
  readonly #zone: string
  readonly #plant: LineSettings
  readonly #byStep = new Map<number, PlantTime>()

  /** @throws RangeError for a zone that is not in the IANA database */
  constructor(zone: string, plant: LineSettings = DEFAULT_PLANT) {
    this.#zone = zone
    this.#plant = plant
    const isWholeHours = plant.shifts.every(({ from }) => from.endsWith(':00')) && hasWholeHourOffsets(zone)
    this.stepMs = isWholeHours ? HOUR_MS : QUARTER_MS
  }

  at(atMs: number): PlantTime {
    const step = Math.floor(atMs / this.stepMs)
    const known = this.#byStep.get(step)
    if (known !== undefined) return known
    const time = this.#find(step * this.stepMs)
    this.#byStep.set(step, time)
    return time
  }

  #find(atMs: number): PlantTime {
    const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(this.#zone)
    const minute = local.hour * 60 + local.minute
    const shift = this.#plant.shifts.find((one) => isWithin(one, minute))
    if (shift === undefined) throw new Error('invariant: the shifts of the plant do not cover the day')
    // A shift that ends after midnight belongs to the day on which it began.
    const begun = minuteOf(shift.from)
    const began = minute < begun ? local.subtract({ days: 1 }) : local
    const isWeekend = began.dayOfWeek >= 6
    return {
      shift,
      isWeekend,
      day: EPOCH.until(began.toPlainDate()).days,
      shiftMinute: (minute - begun + 1_440) % 1_440,
      volume: shift.volume * (isWeekend ? this.#plant.weekendVolume : 1),
    }
  }
}

function isWithin({ from, to }: PlantShift, minute: number): boolean {
  const [first, end] = [minuteOf(from), minuteOf(to)]
  return first < end ? minute >= first && minute < end : minute >= first || minute < end
}

/** Checked in winter and summer of one year; every zone in use today has an offset in quarters of an hour. */
const hasWholeHourOffsets = (zone: string): boolean =>
  ['2026-01-01T00:00Z', '2026-07-01T00:00Z'].every(
    (time) => Temporal.Instant.from(time).toZonedDateTimeISO(zone).offsetNanoseconds % (HOUR_MS * 1e6) === 0,
  )
