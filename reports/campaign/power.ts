import type { StageName } from '../../controller/contract.ts'
import { rounded } from '../numbers/format.ts'
import { type Crossing, crossingOf, isotonic } from '../numbers/monotone.ts'
import { exactShareOf, nearestRank, type Share } from '../numbers/statistics.ts'
import type { Report } from '../run/report.ts'

/**
 * How a stage ended within a window: `held` is neither promoted nor rolled back half an hour after it; `not-reached`
 * and `refused` say nothing about the fault.
 */
export type StageEnd = 'rolled-back' | 'promoted' | 'held' | 'not-reached' | 'refused'

/** One rehearsal of a fault of one size, or of none, with one window. */
export interface PowerRun {
  readonly seed: number
  /** 0: the same release without the fault. */
  readonly size: number
  readonly windowHours: number
  readonly end: StageEnd
  /** When the rollback of the stage was decided. */
  readonly decidedAt: string | null
  /** The rule that decided. */
  readonly by: string | null
  /** When the fault began. */
  readonly onsetAt: string | null
}

/** A window and a size. */
export interface PowerPoint {
  readonly windowHours: number
  readonly size: number
  /** Runs whose stage was reached. */
  readonly runs: number
  /** Of them, rolled back by this stage after the onset, unless the same seed is rolled back without the fault as well. */
  readonly caught: Share
  readonly held: number
  readonly promoted: number
  /** Rolled back as well without the fault, or before its onset. */
  readonly falseAlarms: number
  readonly notReached: number
  readonly refused: number
  /** Onset to the decision, over the caught; null if none was. */
  readonly delayMinutes: { readonly p50: number; readonly p90: number } | null
  /** How often each rule decided, over the caught. */
  readonly by: Readonly<Record<string, number>>
}

/** The size that is caught with this chance, by linear interpolation of the monotone fit. */
export interface SizeAt {
  readonly power: number
  readonly size: Crossing
  /** Where the bounds of the shares' intervals reach it. */
  readonly low: Crossing
  readonly high: Crossing
}

export interface PowerCurve {
  readonly windowHours: number
  /** In ascending size, without the fault first. */
  readonly points: readonly PowerPoint[]
  readonly sizes: readonly SizeAt[]
}

export const POWERS = [0.5, 0.9, 0.95] as const

/** What one report says of a stage. Pure. */
export function stageEndOf(report: Report, stage: StageName): Pick<PowerRun, 'end' | 'decidedAt' | 'by' | 'onsetAt'> {
  const own = report.stages.find(({ name }) => name === stage)
  const onsets = report.faults.filter(({ ofRelease }) => ofRelease).map(({ onsetAt }) => onsetAt)
  const onsetAt = onsets.sort()[0] ?? null
  const none = { decidedAt: null, by: null, onsetAt }
  if (report.outcome === 'refused') return { ...none, end: 'refused' }
  if (own === undefined || own.startedAt === null) return { ...none, end: 'not-reached' }
  if (own.promotedAt !== null) return { ...none, end: 'promoted' }
  const { at, by } = report.detection
  return at === null ? { ...none, end: 'held' } : { end: 'rolled-back', decidedAt: at, by, onsetAt }
}

/** Folds runs into one curve per window, in the order of the windows in them. Pure. */
export function foldPower(runs: readonly PowerRun[]): readonly PowerCurve[] {
  const windows = [...new Set(runs.map(({ windowHours }) => windowHours))].sort((a, b) => a - b)
  const sizes = [...new Set(runs.map(({ size }) => size))].sort((a, b) => a - b)
  return windows.map((windowHours) => {
    const own = runs.filter((run) => run.windowHours === windowHours)
    const without = new Map(own.filter(({ size }) => size === 0).map((run) => [run.seed, run]))
    const points = sizes.map((size) =>
      foldPoint(
        windowHours,
        size,
        own.filter((run) => run.size === size),
        without,
      ),
    )
    return { windowHours, points, sizes: POWERS.map((power) => sizeAt(points, power)) }
  })
}

/**
 * Caught by the fault: after its onset, and not where the same seed without the fault has been rolled back by then. The
 * seed is the same down to every device's noise, so that what differs is the fault's doing.
 */
function isCaught(run: PowerRun, without: PowerRun | undefined): boolean {
  const { end, size, decidedAt, onsetAt } = run
  if (end !== 'rolled-back' || size === 0 || decidedAt === null || onsetAt === null || onsetAt > decidedAt) return false
  return without?.decidedAt == null || without.decidedAt > decidedAt
}

function foldPoint(
  windowHours: number,
  size: number,
  runs: readonly PowerRun[],
  without: ReadonlyMap<number, PowerRun>,
): PowerPoint {
  const caught = runs.filter((run) => isCaught(run, without.get(run.seed)))
  const count = (end: StageEnd): number => runs.filter((run) => run.end === end).length
  const reached = runs.length - count('not-reached') - count('refused')
  const delays = caught.map(
    ({ decidedAt, onsetAt }) => (Date.parse(decidedAt ?? '') - Date.parse(onsetAt ?? '')) / 60_000,
  )
  const by: Record<string, number> = {}
  for (const one of caught) by[one.by ?? '-'] = (by[one.by ?? '-'] ?? 0) + 1
  return {
    windowHours,
    size,
    runs: reached,
    caught: exactShareOf(caught.length, reached),
    held: count('held'),
    promoted: count('promoted'),
    falseAlarms: count('rolled-back') - caught.length,
    notReached: count('not-reached'),
    refused: count('refused'),
    delayMinutes:
      delays.length === 0 ? null : { p50: rounded(nearestRank(delays, 0.5)), p90: rounded(nearestRank(delays, 0.9)) },
    by,
  }
}

function sizeAt(points: readonly PowerPoint[], power: number): SizeAt {
  const sized = points.filter(({ size, caught }) => size > 0 && caught.share !== null)
  const along = (values: readonly number[]) => sized.map(({ size }, i) => ({ x: size, y: values[i] as number }))
  const fit = isotonic(sized.map(({ caught }) => caught.share as number))
  // The chance does not fall with the size: a lower bound holds for all larger sizes, an upper one for all smaller.
  const lows = sized.map((_, i) => Math.max(...sized.slice(0, i + 1).map(({ caught }) => caught.low as number)))
  const highs = sized.map((_, i) => Math.min(...sized.slice(i).map(({ caught }) => caught.high as number)))
  return {
    power,
    size: crossingOf(along(fit), power),
    low: crossingOf(along(highs), power),
    high: crossingOf(along(lows), power),
  }
}
