import { Temporal } from 'temporal-polyfill'
import { localDate, shiftAt } from '../../controller/units/shift-time.ts'
import { DEFAULT_PLANT, type LineSettings, type PlantShift } from './settings.ts'

export interface PlantTime {
  readonly shift: PlantShift
  readonly isWeekend: boolean
  /** Days since the epoch; a shift that ends after midnight belongs to the day on which it began. */
  readonly day: number
  /** When the shift began. */
  readonly startMs: number
  /** Share of full volume now. */
  readonly volume: number
}

/** The same with the end of the shift: until then nothing of it changes. */
export interface PlantSpan extends PlantTime {
  readonly untilMs: number
}

const HOUR_MS = 3_600_000
const EPOCH = Temporal.PlainDate.from('1970-01-01')

/** The plant's calendar: the shift and kind of day at any instant, in the site's zone; the controller's is the same. */
export class PlantCalendar {
  readonly #zone: string
  readonly #plant: LineSettings
  /** What begins or goes on in an hour of the epoch, in order: nearly always one shift. */
  readonly #byHour = new Map<number, readonly PlantSpan[]>()

  /** Its `at` throws RangeError for a zone that does not exist. */
  constructor(zone: string, plant: LineSettings = DEFAULT_PLANT) {
    this.#zone = zone
    this.#plant = plant
  }

  at(atMs: number): PlantSpan {
    const hour = Math.floor(atMs / HOUR_MS)
    const known = this.#byHour.get(hour) ?? this.#timesOf(hour)
    let index = 0
    while (atMs >= (known[index] as PlantSpan).untilMs) index += 1
    return known[index] as PlantSpan
  }

  #timesOf(hour: number): readonly PlantSpan[] {
    const times: PlantSpan[] = []
    const endMs = (hour + 1) * HOUR_MS
    for (let fromMs = hour * HOUR_MS; fromMs < endMs; fromMs = (times.at(-1) as PlantSpan).untilMs) {
      times.push(this.#find(fromMs))
    }
    this.#byHour.set(hour, times)
    return times
  }

  #find(atMs: number): PlantSpan {
    const span = shiftAt(this.#plant.shifts, this.#zone, atMs)
    if (span === null) throw new Error('invariant: the shifts of the plant do not cover the day')
    const { shift, isWeekend, startMs, endMs } = span
    const day = EPOCH.until(localDate(this.#zone, startMs)).days
    const volume = shift.volume * (isWeekend ? this.#plant.weekendVolume : 1)
    return { shift, isWeekend, day, startMs, volume, untilMs: endMs }
  }
}
