/** How a value of a device varies from one shift to the same one of another day, beside its line and with it. */
export interface LineSpread {
  /** Of a device about the mean of its line in the same shift, which is what controls leave. */
  readonly besideLine: number
  /** Of single devices, where they differ by more than chance: shrunk to what all have. */
  readonly ofDevices?: Readonly<Record<string, number>>
  /** Of the mean of all lines: what no number of devices averages out. */
  readonly plant: number
}

interface Value {
  readonly thing: string
  readonly line: number
  readonly group: { n: number; sum: number }
  readonly value: number
}

/** Values of devices in shifts; each device has a mean of its own in each stratum. */
export class ShiftValues {
  readonly #groups = new Map<string, { n: number; sum: number }>()
  readonly #times = new Map<number, Value[]>()

  add(place: { thing: string; line: number; stratum: string; atMs: number }, value: number): void {
    const { thing, line, stratum, atMs } = place
    const key = `${thing}/${stratum}`
    const group = this.#groups.get(key) ?? { n: 0, sum: 0 }
    this.#groups.set(key, group)
    group.n += 1
    group.sum += value
    const values = this.#times.get(atMs) ?? []
    this.#times.set(atMs, values)
    values.push({ thing, line, group, value })
  }

  spread(): LineSpread {
    const [devices, plant] = [new Map<string, Squares>(), { squares: 0, degrees: 0 }]
    for (const values of this.#times.values()) {
      const lines = new Map<number, Residuals>()
      let [sum, n, free] = [0, 0, 0]
      for (const { line, group, value, thing } of values) {
        if (group.n < 2) continue
        const own = lines.get(line) ?? { sum: 0, of: [] }
        lines.set(line, own)
        const residual = value - group.sum / group.n
        own.sum += residual
        own.of.push({ thing, residual, free: 1 - 1 / group.n })
        sum += residual
        free += 1 - 1 / group.n
        n += 1
      }
      for (const line of lines.values()) addLine(devices, line)
      if (n === 0) continue
      plant.squares += (sum / n) ** 2
      plant.degrees += free / n
    }
    return { ...besideLine(devices), plant: Math.sqrt(plant.squares / Math.max(plant.degrees, 1)) }
  }
}

interface Residuals {
  sum: number
  readonly of: { readonly thing: string; readonly residual: number; readonly free: number }[]
}

interface Squares {
  squares: number
  degrees: number
}

function addLine(devices: Map<string, Squares>, { sum, of }: Residuals): void {
  if (of.length < 2) return
  for (const { thing, residual, free } of of) {
    const own = devices.get(thing) ?? { squares: 0, degrees: 0 }
    devices.set(thing, own)
    own.squares += (residual - sum / of.length) ** 2
    own.degrees += free * (1 - 1 / of.length)
  }
}

/**
 * Variances of devices differ where their own vary by more than chi-squared does; each is then its own with the weight of
 * its degrees of freedom, and that of all with those of the inverse gamma distribution they are from. [source: shrinkage]
 */
function besideLine(devices: ReadonlyMap<string, Squares>): Pick<LineSpread, 'besideLine' | 'ofDevices'> {
  let [squares, degrees] = [0, 0]
  for (const own of devices.values()) {
    squares += own.squares
    degrees += own.degrees
  }
  if (degrees === 0 || squares === 0) return { besideLine: 0 }
  const common = squares / degrees
  let [differences, chance] = [0, 0]
  for (const own of devices.values()) {
    if (own.degrees === 0) continue
    differences += (own.squares / own.degrees / common - 1) ** 2
    chance += 2 / own.degrees
  }
  const excess = (differences - chance) / devices.size
  if (excess <= 0) return { besideLine: Math.sqrt(common) }
  const prior = 4 + 2 / excess
  const ofDevices = Object.fromEntries(
    [...devices].map(([thing, own]) => [thing, Math.sqrt((own.squares + prior * common) / (own.degrees + prior))]),
  )
  return { besideLine: Math.sqrt(common), ofDevices }
}
