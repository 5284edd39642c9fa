import { shiftAt } from '../../controller/units/shift-time.ts'
import { DEFAULT_PLANT, type PlantSettings, type PlantShift } from './settings.ts'

export interface PlantTime {
  readonly shift: PlantShift
  readonly isWeekend: boolean
  /** Share of full volume now. */
  readonly volume: number
}

/** The same with the end of the shift: until then nothing of it changes. */
export interface PlantSpan extends PlantTime {
  readonly untilMs: number
}

const HOUR_MS = 3_600_000

/** The plant's calendar: the shift and kind of day at any instant, in the site's zone; the controller's is the same. */
export class PlantCalendar {
  readonly #zone: string
  readonly #plant: PlantSettings
  /** What begins or goes on in an hour of the epoch, in order: nearly always one shift. */
  readonly #byHour = new Map<number, readonly PlantSpan[]>()

  /** Its `at` throws RangeError for a zone that does not exist. */
  constructor(zone: string, plant: PlantSettings = DEFAULT_PLANT) {
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
    const { shift, isWeekend, endMs } = span
    return { shift, isWeekend, volume: shift.volume * (isWeekend ? this.#plant.weekendVolume : 1), untilMs: endMs }
  }
}
