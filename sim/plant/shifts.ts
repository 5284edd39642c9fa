import { Temporal } from 'temporal-polyfill'

/** 0, 1, 2: the first (06-14), second (14-22) and third (22-06) shift of the plant, in site-local time. */
export type ShiftIndex = 0 | 1 | 2

export interface PlantTime {
  readonly shift: ShiftIndex
  readonly isWeekend: boolean
}

const HOUR_MS = 3_600_000

/** When the plant works: the shift and kind of day at any instant, in the site's zone. */
export class PlantCalendar {
  readonly #zone: string
  /** Every change of shift and of zone offset falls on a whole hour of the emulated sites. */
  readonly #byHour = new Map<number, PlantTime>()

  /** @throws RangeError for a zone that is not in the IANA database */
  constructor(zone: string) {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    this.#zone = zone
  }

  at(atMs: number): PlantTime {
    const hour = Math.floor(atMs / HOUR_MS)
    const known = this.#byHour.get(hour)
    if (known !== undefined) return known
    const local = Temporal.Instant.fromEpochMilliseconds(hour * HOUR_MS).toZonedDateTimeISO(this.#zone)
    const shift: ShiftIndex = local.hour >= 6 && local.hour < 14 ? 0 : local.hour >= 14 && local.hour < 22 ? 1 : 2
    // The night shift belongs to the day it began on.
    const day = shift === 2 && local.hour < 6 ? local.subtract({ days: 1 }).dayOfWeek : local.dayOfWeek
    const time: PlantTime = { shift, isWeekend: day >= 6 }
    this.#byHour.set(hour, time)
    return time
  }
}
