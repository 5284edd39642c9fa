import { cellAt, cellNames } from './calendar.ts'
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
}

/** Share of a cell's minutes that must have been observed for it to be of use. [detection D1: >= 70 %] */
const MIN_COVERAGE = 0.7

/** Sums the differences between consecutive snapshots, taken where shifts begin, into device x cell. */
export function makeBaseline(snapshots: readonly Snapshot[], policy: Policy): Baseline {
  const devices: Record<string, Record<string, CellSums>> = {}
  for (let i = 1; i < snapshots.length; i++) {
    const [before, after] = [snapshots[i - 1] as Snapshot, snapshots[i] as Snapshot]
    const cell = cellAt(policy, before.atMs).name
    for (const thing of Object.keys(after.devices).sort()) {
      const cells = devices[thing] ?? {}
      devices[thing] = cells
      const sums = cells[cell] ?? emptySums()
      cells[cell] = sums
      addShift(sums, before, after, thing)
    }
  }
  return { fromMs: snapshots[0]?.atMs ?? 0, toMs: snapshots.at(-1)?.atMs ?? 0, devices }
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

function addShift(sums: CellSums, before: Snapshot, after: Snapshot, thing: string): void {
  sums.expectedMinutes += Math.round((after.atMs - before.atMs) / 60_000)
  const current = after.devices[thing]
  const delta = current === undefined ? null : difference(before.devices[thing], current)
  if (delta === null) return
  sums.minutes += delta.minutes
  sums.cycles += delta.cycles
  sums.cycleTimeMsSum += delta.cycleTimeMsSum
  sums.operations += delta.operations
  sums.errors += delta.errors
  sums.crashes += delta.crashes
  sums.connectionAttempts += delta.connectionAttempts
  sums.connectionFailures += delta.connectionFailures
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
  return { cycleTimeMs: sums.cycleTimeMsSum / sums.cycles, errorsPerOperation: sums.errors / sums.operations }
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

/** Failed share of all connection attempts of the baseline. */
export function connectionFailureShare(baseline: Baseline): number | null {
  let [attempts, failures] = [0, 0]
  for (const cells of Object.values(baseline.devices)) {
    for (const sums of Object.values(cells)) {
      attempts += sums.connectionAttempts
      failures += sums.connectionFailures
    }
  }
  return attempts === 0 ? null : failures / attempts
}

const isCovered = ({ minutes, expectedMinutes }: CellSums): boolean =>
  expectedMinutes > 0 && minutes >= MIN_COVERAGE * expectedMinutes
