import { rounded } from './format.ts'
import type { Report } from './report.ts'
import { meanOf, type Share, shareOf } from './statistics.ts'

/** What many releases in a row came to. */
export interface History {
  readonly releases: number
  readonly promoted: Share
  readonly rolledBackInCanary: Share
  /** Rolled back later than in canary. */
  readonly rolledBackLater: number
  /** Faulty releases that reached the whole fleet and were kept. */
  readonly incidents: Share
  /** Good releases that were rolled back. */
  readonly falseAlarms: Share
  readonly undecided: number
  readonly meanLeadTimeDays: number | null
  readonly meanOnsetToAllHealthyMinutes: number | null
}

/** A release as it was played; `isFaulty`: something is wrong with it. */
export interface Release {
  readonly isFaulty: boolean
  readonly report: Report
}

/** Folds the reports of releases. Pure. */
export function foldHistory(releases: readonly Release[]): History {
  const share = (of: readonly Release[], is: (release: Release) => boolean): Share =>
    shareOf(of.filter(is).length, of.length)
  const mean = (values: readonly (number | null)[]): number | null => {
    const found = meanOf(values.filter((value) => value !== null))
    return found === null ? null : rounded(found)
  }
  const isRolledBack = ({ report }: Release): boolean => report.outcome === 'rolled-back'
  const isPromoted = ({ report }: Release): boolean => report.outcome === 'promoted'
  const faulty = releases.filter(({ isFaulty }) => isFaulty)
  const good = releases.filter(({ isFaulty }) => !isFaulty)
  return {
    releases: releases.length,
    promoted: share(releases, isPromoted),
    rolledBackInCanary: share(releases, (one) => isRolledBack(one) && one.report.caughtIn === 'canary'),
    rolledBackLater: releases.filter((one) => isRolledBack(one) && one.report.caughtIn !== 'canary').length,
    incidents: share(faulty, isPromoted),
    falseAlarms: share(good, isRolledBack),
    undecided: releases.filter((one) => !isRolledBack(one) && !isPromoted(one)).length,
    meanLeadTimeDays: mean(
      releases.map(({ report }) => (report.leadTimeHours === null ? null : report.leadTimeHours / 24)),
    ),
    meanOnsetToAllHealthyMinutes: mean(
      faulty.map(({ report }) => report.rollback?.legsMinutes.onsetToAllHealthy ?? null),
    ),
  }
}

/** What the owners of the plant report of their own releases. */
export interface Reported {
  readonly releases: number
  readonly promoted: number
  readonly rolledBackInCanary: number
  readonly incidents: number
  readonly leadTimeDays: number
  readonly onsetToAllHealthyMinutes: readonly [number, number]
}

/** The rehearsed releases beside the reported ones, with the interval that as many can support. */
export function renderHistory(history: History, reported: Reported): string {
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['', 'reported', 'rehearsed', '95 % interval'],
    ['releases', String(reported.releases), grouped(history.releases), ''],
    ['promoted', String(reported.promoted), grouped(history.promoted.count), interval(history.promoted)],
    [
      'rolled back in canary',
      String(reported.rolledBackInCanary),
      grouped(history.rolledBackInCanary.count),
      interval(history.rolledBackInCanary),
    ],
    ['rolled back later', '0', grouped(history.rolledBackLater), ''],
    ['incidents: faulty and kept', String(reported.incidents), of(history.incidents), interval(history.incidents)],
    ['false alarms: good, rolled back', '0', of(history.falseAlarms), interval(history.falseAlarms)],
    ['undecided', '0', grouped(history.undecided), ''],
    ['mean lead time', `${reported.leadTimeDays} d`, quantity(history.meanLeadTimeDays, 'd'), ''],
    [
      'mean onset to all healthy',
      `${reported.onsetToAllHealthyMinutes.join('-')} min`,
      quantity(history.meanOnsetToAllHealthyMinutes, 'min'),
      '',
    ],
  ]
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => (row[i] as string).length)))
  return rows
    .map(([name, ...values]) =>
      `  ${name.padEnd(widths[0] as number)}  ${values
        .map((value, i) => (i < 2 ? value.padStart(widths[i + 1] as number) : value))
        .join('  ')}`.trimEnd(),
    )
    .join('\n')
}

const interval = ({ low, high }: Share): string =>
  low === null || high === null ? '' : `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`
const of = ({ count, of: total }: Share): string => `${grouped(count)} of ${grouped(total)}`
const quantity = (value: number | null, unit: string): string => (value === null ? '-' : `${value.toFixed(2)} ${unit}`)
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
