import { cellAt, cellNames, shiftBoundaries } from './calendar.ts'
import { difference } from './difference.ts'
import type { Policy } from './policy.ts'
import type { Snapshot } from './snapshot.ts'

/** What one device did in one cell of the week, summed over the days of the baseline. */
export interface CellSums {
  minutes: number
  /** Minutes the cell has had in the baseline. */
  expectedMinutes: number
  cycles: number
  cycleTimeMsSum: number
  operations: number
  errors: number
  crashes: number
  connectionAttempts: number
  connectionFailures: number
}

/** Seven days before the rollout by device and cell; frozen when the rollout starts. */
export interface Baseline {
  readonly fromMs: number
  readonly toMs: number
  readonly devices: Readonly<Record<string, Readonly<Record<string, CellSums>>>>
  /** All connection attempts; their failures know no shift. */
  readonly connections: { readonly attempts: number; readonly failures: number }
  /** How a device's mean ln(cycle time) varies from one shift to the same one of another day; absent if not measured. */
  readonly cycleTimeSpread?: number
}

/** Share of a cell's minutes that must have been observed for it to be of use. [detection D1: >= 70 %] */
const MIN_COVERAGE = 0.7

/**
 * Sums the differences between consecutive snapshots, taken where shifts begin, into device x cell. What happened over
 * the beginning of a shift (a snapshot is missing) belongs to no cell; its minutes count as not observed.
 */
export function makeBaseline(snapshots: readonly Snapshot[], policy: Policy): Baseline {
  const things = [...new Set(snapshots.flatMap(({ devices }) => Object.keys(devices)))].sort()
  const devices: Record<string, Record<string, CellSums>> = Object.fromEntries(things.map((thing) => [thing, {}]))
  const spread = new Spread()
  for (let i = 1; i < snapshots.length; i++) {
    const [before, after] = [snapshots[i - 1] as Snapshot, snapshots[i] as Snapshot]
    const pieces = cellPieces(policy, before.atMs, after.atMs)
    for (const thing of things) {
      const cells = devices[thing] as Record<string, CellSums>
      for (const { cell, minutes } of pieces) {
        const sums = cells[cell] ?? emptySums()
        cells[cell] = sums
        sums.expectedMinutes += minutes
        if (pieces.length === 1) spread.add(`${thing}/${cell}`, addShift(sums, before, after, thing))
      }
    }
  }
  const [fromMs, toMs] = [snapshots[0]?.atMs ?? 0, snapshots.at(-1)?.atMs ?? 0]
  return { fromMs, toMs, devices, connections: connectionsOf(devices), cycleTimeSpread: spread.sigma() }
}

/** The cells that an interval touches, with its minutes in each. */
function cellPieces(policy: Policy, fromMs: number, toMs: number): readonly { cell: string; minutes: number }[] {
  const inside = shiftBoundaries(policy, fromMs + 1, toMs - 1)
  const edges = [fromMs, ...inside, toMs]
  return edges.slice(1).map((endMs, i) => {
    const startMs = edges[i] as number
    return { cell: cellAt(policy, startMs).name, minutes: Math.round((endMs - startMs) / 60_000) }
  })
}

/** Standard deviation within groups, pooled over all of them. */
class Spread {
  readonly #groups = new Map<string, { n: number; sum: number; squares: number }>()

  add(group: string, value: number | null): void {
    if (value === null) return
    const { n, sum, squares } = this.#groups.get(group) ?? { n: 0, sum: 0, squares: 0 }
    this.#groups.set(group, { n: n + 1, sum: sum + value, squares: squares + value * value })
  }

  /** 0 where nothing was observed twice. */
  sigma(): number {
    let [squares, degrees] = [0, 0]
    for (const group of this.#groups.values()) {
      squares += Math.max(group.squares - group.sum ** 2 / group.n, 0)
      degrees += group.n - 1
    }
    return degrees === 0 ? 0 : Math.sqrt(squares / degrees)
  }
}

const emptySums = (): CellSums => ({
  minutes: 0,
  expectedMinutes: 0,
  cycles: 0,
  cycleTimeMsSum: 0,
  operations: 0,
  errors: 0,
  crashes: 0,
  connectionAttempts: 0,
  connectionFailures: 0,
})

/** Returns the shift's mean ln(cycle time) of the device, null where it made nothing. */
function addShift(sums: CellSums, before: Snapshot, after: Snapshot, thing: string): number | null {
  const current = after.devices[thing]
  const delta = current === undefined ? null : difference(before.devices[thing], current)
  if (delta === null) return null
  sums.minutes += delta.minutes
  sums.cycles += delta.cycles
  sums.cycleTimeMsSum += delta.cycleTimeMsSum
  sums.operations += delta.operations
  sums.errors += delta.errors
  sums.crashes += delta.crashes
  sums.connectionAttempts += delta.connectionAttempts
  sums.connectionFailures += delta.connectionFailures
  return delta.cycles > 0 && delta.cycleTimeMsSum > 0 ? Math.log(delta.cycleTimeMsSum / delta.cycles) : null
}

/** What a device would do by its own baseline. */
export interface Expected {
  readonly cycleTimeMs: number
  readonly errorsPerOperation: number
}

/** Null when the cell was not observed well enough. */
export function expectedFor(baseline: Baseline, thing: string, cell: string): Expected | null {
  const sums = baseline.devices[thing]?.[cell]
  if (sums === undefined || !isCovered(sums) || sums.cycles === 0) return null
  return {
    cycleTimeMs: sums.cycleTimeMsSum / sums.cycles,
    errorsPerOperation: sums.errors / Math.max(sums.operations, 1),
  }
}

/** Share of devices x cells of the week that are covered well enough, 0 to 1. */
export function coverageOf(baseline: Baseline, things: readonly string[], policy: Policy): number {
  const cells = cellNames(policy)
  const covered = things.flatMap((thing) =>
    cells.filter((cell) => {
      const sums = baseline.devices[thing]?.[cell]
      return sums !== undefined && isCovered(sums)
    }),
  )
  return things.length === 0 ? 0 : covered.length / (things.length * cells.length)
}

function connectionsOf(devices: Baseline['devices']): Baseline['connections'] {
  let [attempts, failures] = [0, 0]
  for (const cells of Object.values(devices)) {
    for (const sums of Object.values(cells)) {
      attempts += sums.connectionAttempts
      failures += sums.connectionFailures
    }
  }
  return { attempts, failures }
}

const isCovered = ({ minutes, expectedMinutes }: CellSums): boolean =>
  expectedMinutes > 0 && minutes >= MIN_COVERAGE * expectedMinutes
