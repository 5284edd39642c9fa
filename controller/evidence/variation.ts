import { excessLogRatio, withVariance } from '../statistics/excess.ts'

/** Relative variances of a rate beyond chance: of what every device, every line and the whole plant have by themselves. */
export interface Parts {
  readonly device: number
  readonly line: number
  readonly plant: number
}

/**
 * How far the excess of single counts goes, in nats: what is beyond `from` is `scale` times as much as a count of this
 * variance lets expect, where noise has a heavier tail than that.
 */
export interface Tail {
  readonly from: number
  readonly scale: number
}

/** How a rate varies about what its shift and kind of day let expect. */
export interface Variation {
  /** Mean length of the shifts that were seen. */
  readonly shiftMinutes: number
  /** Of the rate over one shift. */
  readonly ofShift: Parts
  /** Of the rate over one day. */
  readonly ofDay: Parts
  /** Of devices beside the others of their line, and of whole lines; absent where too few were counted. */
  readonly tails?: { readonly device: Tail; readonly line: Tail }
}

export const NO_PARTS: Parts = { device: 0, line: 0, plant: 0 }

const DAY_MINUTES = 1440

/**
 * Of the rate over so many minutes in a row. Noise that does not last for a shift averages out over shifts, and is as
 * much larger in shorter times, which is the most that a shift's variance allows it to be; what lasts for days does not
 * average out within the days of a stage. [source: variance-components]
 */
export const partsOver = ({ shiftMinutes, ofShift, ofDay }: Variation, minutes: number): Parts =>
  combined(ofShift, ofDay, (shift, day) => Math.max((shift * shiftMinutes) / Math.max(minutes, 1), day))

/** Of the rate over so many minutes that are spread over the days of a week. */
export const partsOfWeek = ({ shiftMinutes, ofShift, ofDay }: Variation, minutes: number): Parts =>
  combined(ofShift, ofDay, (shift, day) => Math.max(shift * shiftMinutes, day * DAY_MINUTES) / Math.max(minutes, 1))

/** A log likelihood ratio as it would be if the noise had no heavier tail. [source: excess-tail] */
export const withTail = (logRatio: number, tail: Tail | undefined): number =>
  tail === undefined || logRatio <= tail.from ? logRatio : tail.from + (logRatio - tail.from) / tail.scale

const combined = (a: Parts, b: Parts, by: (a: number, b: number) => number): Parts => ({
  device: by(a.device, b.device),
  line: by(a.line, b.line),
  plant: by(a.plant, b.plant),
})

/** One count of one device, and what was to be expected. */
interface Cell {
  readonly line: number
  readonly residual: number
  readonly expected: number
  /** Share of the residual's variance that the mean, which is of the same records, has not taken. */
  readonly free: number
  /** What the other days alone let expect, and how much they counted. */
  readonly byOthers: number
  readonly reference: number
}

/** Counts of devices in shifts, for the variance of their rates. */
export class CountRecords {
  readonly #groups = new Map<string, { count: number; exposure: number }>()
  readonly #records: {
    readonly thing: string
    readonly line: number
    readonly atMs: number
    readonly day: number
    readonly group: { readonly count: number; readonly exposure: number }
    readonly count: number
    readonly exposure: number
  }[] = []

  /** `day` numbers the days of the baseline; the counts of a stratum have one rate for each device. */
  add(
    place: { thing: string; line: number; stratum: string; atMs: number; day: number },
    count: number,
    exposure: number,
  ): void {
    if (exposure <= 0) return
    const { thing, line, stratum, atMs, day } = place
    const key = `${thing}/${stratum}`
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { count: 0, exposure: 0 }
      this.#groups.set(key, group)
    }
    group.count += count
    group.exposure += exposure
    this.#records.push({ thing, line, atMs, day, group, count, exposure })
  }

  get size(): number {
    return this.#records.length
  }

  /** `shiftMinutes` is 0 where nothing was recorded. */
  variation(shiftMinutes: number): Variation {
    const [shifts, days] = [this.#cells(({ atMs }) => atMs), this.#cells(({ day }) => day)]
    const [ofShift, ofDay] = [partsOf(shifts), partsOf(days)]
    const [tailsOfShift, tailsOfDay] = [tailsOf(shifts, ofShift), tailsOf(days, ofDay)]
    return {
      shiftMinutes,
      ofShift,
      ofDay,
      tails: {
        device: heavier(tailsOfShift.device, tailsOfDay.device),
        line: heavier(tailsOfShift.line, tailsOfDay.line),
      },
    }
  }

  /** By time, then by device: what lies within one time counts as one. */
  #cells(timeOf: (record: { readonly atMs: number; readonly day: number }) => number): Cell[][] {
    const times = new Map<number, Map<string, MutableCell>>()
    for (const record of this.#records) {
      const { group, count, exposure, thing, line } = record
      if (group.count === 0) continue
      const expected = (group.count * exposure) / group.exposure
      const time = timeOf(record)
      const cells = times.get(time) ?? new Map<string, MutableCell>()
      times.set(time, cells)
      const cell = cells.get(thing) ?? { line, residual: 0, expected: 0, free: 0, byOthers: 0, reference: 0 }
      cells.set(thing, cell)
      cell.residual += count - expected
      cell.free += expected * (1 - exposure / group.exposure)
      cell.expected += expected
      if (group.exposure > exposure) {
        cell.byOthers += ((group.count - count) * exposure) / (group.exposure - exposure)
        cell.reference += group.count - count
      }
    }
    return [...times.values()].map((cells) =>
      [...cells.values()].map((cell) => ({ ...cell, free: cell.free / cell.expected })),
    )
  }
}

type MutableCell = { -readonly [K in keyof Cell]: Cell[K] }

/** So many of the farthest make the tail, and no more than one in so many. */
const FARTHEST = 30
const ONE_IN = 20
const LEAST_FARTHEST = 5

/**
 * Beyond a high value a log likelihood ratio is exponentially distributed, with a mean of one if the model is right. The
 * mean excess of the farthest ones, never less than one, is the scale that healthy devices have shown.
 * [source: excess-tail]
 */
function tailOf(ratios: number[]): Tail {
  const count = Math.min(FARTHEST, Math.floor(ratios.length / ONE_IN))
  if (count < LEAST_FARTHEST) return { from: 0, scale: 1 }
  ratios.sort((a, b) => b - a)
  const from = ratios[count] as number
  const mean = ratios.slice(0, count).reduce((sum, ratio) => sum + ratio, 0) / count
  return { from, scale: Math.max(mean - from, 1) }
}

const heavier = (a: Tail, b: Tail): Tail => (b.scale > a.scale ? b : a)

const COUNTS = { actual: 0, byOthers: 0, reference: 0, devices: 0 }

const addCell = (sums: { -readonly [K in keyof typeof COUNTS]: number }, cell: Cell): void => {
  sums.actual += cell.expected + cell.residual
  sums.byOthers += cell.byOthers
  sums.reference += cell.reference
  sums.devices += 1
}

/** Devices are held against the other days and the others of their line, lines against the other days. */
function tailsOf(times: readonly (readonly Cell[])[], { device, line, plant }: Parts): { device: Tail; line: Tail } {
  const [ofDevices, ofLines]: [number[], number[]] = [[], []]
  for (const cells of times) {
    const lines = new Map<number, { -readonly [K in keyof typeof COUNTS]: number }>()
    for (const cell of cells) {
      if (cell.reference === 0) continue
      const sums = lines.get(cell.line) ?? { ...COUNTS }
      lines.set(cell.line, sums)
      addCell(sums, cell)
    }
    for (const cell of cells) {
      if (cell.reference === 0) continue
      const sums = lines.get(cell.line) as typeof COUNTS
      const [others, expected] = [sums.actual - cell.expected - cell.residual, sums.byOthers - cell.byOthers]
      const isBeside = others > 0 && expected > 0
      const mean = cell.byOthers * (isBeside ? others / expected : 1)
      const variance = isBeside ? 1 / others + device * (1 + 1 / (sums.devices - 1)) : device + line + plant
      ofDevices.push(excessOf(cell.expected + cell.residual, cell.reference, mean, variance))
    }
    for (const { actual, reference, byOthers, devices } of lines.values()) {
      ofLines.push(excessOf(actual, reference, byOthers, device / devices + line + plant))
    }
  }
  return { device: tailOf(ofDevices), line: tailOf(ofLines) }
}

const excessOf = (count: number, reference: number, mean: number, variance: number): number =>
  mean > 0 ? excessLogRatio(withVariance({ count, reference, ratio: mean / reference }, variance)) : 0

/**
 * Chi-squared of the sums over groups of devices: by chance it is `degrees`, and more by the parts of the variance, each
 * with its weight.
 */
class ChiSquared {
  #chi = 0
  #degrees = 0
  #spread = 0
  /** What a relative variance of one adds. */
  readonly weights = { device: 0, line: 0, plant: 0 }

  add(cells: readonly Cell[]): void {
    let [residual, expected, free, squares] = [0, 0, 0, 0]
    const lines = new Map<number, number>()
    for (const cell of cells) {
      residual += cell.residual
      expected += cell.expected
      free += cell.free * cell.expected
      squares += cell.expected ** 2
      lines.set(cell.line, (lines.get(cell.line) ?? 0) + cell.expected)
    }
    const share = free / expected
    // What was seen once only is its own mean.
    if (!(share > 0)) return
    this.#chi += residual ** 2 / expected
    this.#degrees += share
    this.#spread += share * (2 + 1 / expected)
    this.weights.device += (share * squares) / expected
    this.weights.line += (share * [...lines.values()].reduce((sum, of) => sum + of ** 2, 0)) / expected
    this.weights.plant += share * expected
  }

  /**
   * More than chance, with its standard error on top: a week may have been quieter than most, and it has few shifts to
   * know the plant's part by.
   */
  excess(): number {
    if (this.#degrees === 0) return 0
    const factor = Math.max(this.#chi / this.#degrees, 1)
    return this.#chi - this.#degrees + factor * Math.sqrt(this.#spread)
  }
}

/** Method of moments: the sums over devices, lines and the plant contain the parts in different weights. */
function partsOf(times: readonly (readonly Cell[])[]): Parts {
  const [devices, lines, plant] = [new ChiSquared(), new ChiSquared(), new ChiSquared()]
  for (const cells of times) {
    if (cells.length === 0) continue
    const byLine = new Map<number, Cell[]>()
    for (const cell of cells) {
      devices.add([cell])
      const own = byLine.get(cell.line) ?? []
      byLine.set(cell.line, own)
      own.push(cell)
    }
    for (const own of byLine.values()) lines.add(own)
    plant.add(cells)
  }
  const all = over(devices.excess(), devices.weights.device)
  const shared = over(lines.excess() - lines.weights.device * all, lines.weights.line - lines.weights.device)
  const own = Math.max(all - shared, 0)
  const ofPlant = over(
    plant.excess() - plant.weights.device * own - plant.weights.line * shared,
    plant.weights.plant - plant.weights.line,
  )
  return { device: own, line: Math.max(shared - ofPlant, 0), plant: ofPlant }
}

/** Never below 0; 0 where a group has nothing to be told apart by, but for rounding. */
const over = (value: number, weight: number): number => (weight > 1e-9 ? Math.max(value / weight, 0) : 0)
