import type { History, ReleaseRow, Reported } from './history.ts'
import { exactShareOf, type Mean, type Share } from './statistics.ts'

/** The rehearsed releases beside the reported ones, with the intervals that so many can support. */
export const renderHistory = (history: History, reported: Reported): string =>
  table(historyRows(history, reported), [1, 2])

/** The same as rows under their head. */
export function historyRows(history: History, reported: Reported): readonly (readonly string[])[] {
  const share = (name: string, value: Share, told = ''): string[] => [name, told, countOf(value), interval(value)]
  const mean = (name: string, value: Mean, unit: string, told: string): string[] => [
    name,
    `${told} ${unit}`,
    value.mean === null ? '-' : `${value.mean.toFixed(2)} ${unit}`,
    meanInterval(value, unit),
  ]
  const onset = reported.onsetToAllHealthyMinutes.join('-')
  return [
    ['', 'reported', 'rehearsed', '95 % interval'],
    ['releases', String(reported.releases), grouped(history.releases), ''],
    share('promoted', history.promoted, String(reported.promoted)),
    share('rolled back in canary', history.rolledBackInCanary, String(reported.rolledBackInCanary)),
    share('rolled back later', history.rolledBackLater),
    share('faulty, caught in canary', history.caught),
    share('incidents: promoted, faulty', history.incidents, String(reported.incidents)),
    share('false alarms: good, rolled back', history.falseAlarms),
    share('neither', history.undecided),
    mean('mean lead time', history.leadTimeDays, 'd', String(reported.leadTimeDays)),
    mean('mean onset to all healthy', history.onsetToAllHealthyMinutes, 'min', onset),
  ]
}

/** A line a release. */
export const renderReleases = (releases: readonly ReleaseRow[]): string => table(releaseRows(releases), [4, 5])

/** The same as rows under their head. */
export function releaseRows(releases: readonly ReleaseRow[]): readonly (readonly string[])[] {
  const rows = releases.map((one) => [
    `${one.version}${one.isFaulty ? ' (faulty)' : ''}`,
    one.replaces,
    one.startedAt.slice(0, 16).replace('T', ' '),
    one.caughtIn === null ? one.outcome : `${one.outcome} in ${one.caughtIn}`,
    one.leadTimeHours === null ? '-' : `${(one.leadTimeHours / 24).toFixed(2)} d`,
    one.onsetToAllHealthyMinutes === null ? '-' : `${one.onsetToAllHealthyMinutes.toFixed(2)} min`,
  ])
  const head = ['release', 'replaces', 'started (UTC)', 'outcome', 'lead time', 'onset to all healthy']
  return [head, ...rows]
}

/** Columns as wide as they need; text to the left, and from `left` to `right` numbers to the right. */
function table(rows: readonly (readonly string[])[], [left, right]: readonly [number, number]): string {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  const cell = (text: string, column: number): string => {
    const width = widths[column] as number
    return column >= left && column <= right ? text.padStart(width) : text.padEnd(width)
  }
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n')
}

/** Where nothing or everything was found there is one bound, and it can be tighter. */
function interval(share: Share): string {
  const { count, of, low, high } = share
  if (low === null || high === null) return ''
  const text = `${percent(low)} to ${percent(high)} %`
  const oneSided = exactShareOf(count, of, 0.9)
  if (count === 0) return `${text} (one-sided: at most ${percent(oneSided.high as number)} %)`
  if (count === of) return `${text} (one-sided: at least ${percent(oneSided.low as number)} %)`
  return text
}

/** Of durations, which are never below 0. */
const meanInterval = ({ low, high, of }: Mean, unit: string): string =>
  low === null || high === null ? '' : `${Math.max(low, 0).toFixed(2)} to ${high.toFixed(2)} ${unit}, of ${grouped(of)}`
const percent = (share: number): string => (share * 100).toFixed(1)
const countOf = ({ count, of }: Share): string => `${grouped(count)} of ${grouped(of)}`
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
