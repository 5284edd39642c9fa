import jStat from 'jstat'
import { cusumStep } from '../../../controller/statistics/sequential.ts'

/** A CUSUM chart of a normal mean. */
export interface Chart {
  readonly k: number
  readonly h: number
  /** Mean of a sample, in standard deviations. */
  readonly shift: number
  readonly headStart?: number
  readonly twoSided?: boolean
}

/** Places between nothing and the alarm. */
const PLACES = 150
/** Standard deviations beyond which no sample is expected. */
const FAR = 8

/**
 * Mean looks until it alarms: the chart as a chain of places, each of which is the middle of its samples. For two sides
 * the lengths of each are put together. [source: cusum-run-lengths]
 */
export function runLength({ k, h, shift, headStart = 0, twoSided = false }: Chart): number {
  const up = oneSided(k, h, shift)
  if (!twoSided) return up(headStart)
  const down = oneSided(k, h, -shift)
  const [rise, fall] = [up(0), down(0)]
  return (up(headStart) * fall + rise * down(headStart) - rise * fall) / (rise + fall)
}

/** The same of one side, by what it starts with. */
function oneSided(k: number, h: number, shift: number): (start: number) => number {
  const width = h / (PLACES - 0.5)
  const places = Math.ceil((FAR + k + Math.abs(shift)) / width) + PLACES
  const steps = Array.from({ length: 2 * places + 1 }, (_, i) => (i - places) * width)
  const chances = steps.map((step) => below(step + width / 2) - below(step - width / 2))
  // lengths = 1 + chances x lengths, of places that have not alarmed
  const rows = Array.from({ length: PLACES }, (_, from) => {
    const row = new Float64Array(PLACES + 1)
    row[PLACES] = 1
    row[from] = 1
    for (const [i, step] of steps.entries()) {
      const to = cusumStep(from * width, step)
      if (to > h) break
      const place = Math.round(to / width)
      row[place] = (row[place] as number) - (chances[i] as number)
    }
    return row
  })
  const lengths = solved(rows)
  return (start) => {
    const place = start / width
    const low = Math.floor(place)
    const [a, b] = [lengths[low] as number, (lengths[low + 1] ?? lengths[low]) as number]
    return a + (place - low) * (b - a)
  }

  function below(step: number): number {
    return jStat.normal.cdf(step + k, shift, 1)
  }
}

/** Gaussian elimination; the last column is the right side. */
function solved(rows: Float64Array[]): number[] {
  const size = rows.length
  for (let i = 0; i < size; i++) {
    const pivot = rows[i] as Float64Array
    for (let r = i + 1; r < size; r++) {
      const row = rows[r] as Float64Array
      const factor = (row[i] as number) / (pivot[i] as number)
      for (let c = i; c <= size; c++) row[c] = (row[c] as number) - factor * (pivot[c] as number)
    }
  }
  const values = new Array<number>(size).fill(0)
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i] as Float64Array
    let sum = row[size] as number
    for (let c = i + 1; c < size; c++) sum -= (row[c] as number) * (values[c] as number)
    values[i] = sum / (row[i] as number)
  }
  return values
}
