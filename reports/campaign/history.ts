import type { ReportedMessage } from '../messages/reported.ts'
import { exactShareOf, type Mean, meanWithInterval, type Share } from '../numbers/statistics.ts'
import type { Report, ReportOutcome } from '../run/report.ts'

/** One release of a history, as it was rehearsed. */
export interface ReleaseRow {
  readonly version: string
  readonly replaces: string
  readonly startedAt: string
  readonly endedAt: string
  /** The release itself has a fault. */
  readonly isFaulty: boolean
  readonly outcome: ReportOutcome
  readonly caughtIn: Report['caughtIn']
  /** Rolled back before any fault of its own had begun. */
  readonly falseAlarm: Report['falseAlarm']
  readonly leadTimeHours: number | null
  /** To the last of the devices that were held back; absent where none was, or in what an earlier version has written. */
  readonly heldLeadTimeHours?: number | null
  readonly onsetToAllHealthyMinutes: number | null
  /** Invariants that it violated. */
  readonly violated: readonly ReportedMessage[]
}

/** The part of a row that is known before the rehearsal. */
type ReleaseHead = Pick<ReleaseRow, 'version' | 'replaces' | 'isFaulty'>

export const releaseRow = (head: ReleaseHead, report: Report): ReleaseRow => ({
  ...head,
  startedAt: report.simulated.startedAt,
  endedAt: report.simulated.endedAt,
  outcome: report.outcome,
  caughtIn: report.caughtIn,
  falseAlarm: report.falseAlarm,
  leadTimeHours: report.leadTimeHours,
  ...(report.holdback !== undefined && { heldLeadTimeHours: report.holdback.leadTimeHours }),
  onsetToAllHealthyMinutes: report.rollback?.legsMinutes.onsetToAllHealthy ?? null,
  violated: report.invariants.violated,
})

/** The outcomes of a sequence of releases, with exact intervals. */
export interface History {
  readonly releases: number
  readonly promoted: Share
  readonly rolledBackInCanary: Share
  /** Rolled back later than in canary. */
  readonly rolledBackLater: Share
  /** Of the faulty releases, those that were rolled back in canary after their fault had begun. */
  readonly caught: Share
  /** Of the promoted releases, those that were faulty. */
  readonly incidents: Share
  /** Of the good releases, those that were rolled back. */
  readonly falseAlarms: Share
  /** Neither promoted nor rolled back. */
  readonly undecided: Share
  /** Of the promoted releases. */
  readonly leadTimeDays: Mean
  /** Of the promoted releases in which devices were held back: to the last of those. */
  readonly heldLeadTimeDays: Mean
  /** Of the faulty releases that were rolled back. */
  readonly onsetToAllHealthyMinutes: Mean
}

/** Folds the releases of any number of histories. Pure. */
export function foldHistory(releases: readonly ReleaseRow[]): History {
  const share = (of: readonly ReleaseRow[], is: (release: ReleaseRow) => boolean): Share =>
    exactShareOf(of.filter(is).length, of.length)
  const faulty = releases.filter(({ isFaulty }) => isFaulty)
  const good = releases.filter(({ isFaulty }) => !isFaulty)
  const promoted = releases.filter(isPromoted)
  return {
    releases: releases.length,
    promoted: share(releases, isPromoted),
    rolledBackInCanary: share(releases, isRolledBackInCanary),
    rolledBackLater: share(releases, (one) => isRolledBack(one) && !isRolledBackInCanary(one)),
    caught: share(faulty, (one) => isRolledBackInCanary(one) && one.falseAlarm === false),
    incidents: share(promoted, ({ isFaulty }) => isFaulty),
    falseAlarms: share(good, isRolledBack),
    undecided: share(releases, (one) => !isRolledBack(one) && !isPromoted(one)),
    leadTimeDays: meanWithInterval(numbers(promoted.map(({ leadTimeHours }) => leadTimeHours)).map((h) => h / 24)),
    heldLeadTimeDays: meanWithInterval(
      numbers(promoted.map(({ heldLeadTimeHours }) => heldLeadTimeHours ?? null)).map((h) => h / 24),
    ),
    onsetToAllHealthyMinutes: meanWithInterval(
      numbers(faulty.map(({ onsetToAllHealthyMinutes }) => onsetToAllHealthyMinutes)),
    ),
  }
}

const isPromoted = ({ outcome }: ReleaseRow): boolean => outcome === 'promoted'
const isRolledBack = ({ outcome }: ReleaseRow): boolean => outcome === 'rolled-back'
const isRolledBackInCanary = (one: ReleaseRow): boolean => isRolledBack(one) && one.caughtIn === 'canary'
const numbers = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)

/** What the operators of the plant report of their own releases. */
export interface Reported {
  readonly releases: number
  readonly promoted: number
  readonly rolledBackInCanary: number
  readonly incidents: number
  readonly leadTimeDays: number
  readonly onsetToAllHealthyMinutes: readonly [number, number]
}
