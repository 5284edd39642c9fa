import type { History, ReleaseRow, Reported } from '../campaign/history.ts'
import { grouped } from '../numbers/format.ts'
import { exactShareOf, type Mean, type Share } from '../numbers/statistics.ts'
import { alignedTable } from '../numbers/table.ts'

/** The rehearsed releases next to the reported ones, with 95 % intervals. */
export function renderHistory(history: History, reported: Reported): string {
  const [head = [], ...rows] = historyRows(history, reported)
  return alignedTable(head, rows, 1, 3).join('\n')
}

/** The same as rows under their head. */
export function historyRows(history: History, reported: Reported): readonly (readonly string[])[] {
  const share = (name: string, value: Share, reported = ''): string[] => [
    name,
    reported,
    countOf(value),
    interval(value),
  ]
  const mean = (name: string, value: Mean, unit: string, reported: string): string[] => [
    name,
    `${reported} ${unit}`,
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
    share('undecided', history.undecided),
    mean('mean lead time', history.leadTimeDays, 'd', String(reported.leadTimeDays)),
    ...(history.heldLeadTimeDays.of === 0
      ? []
      : [['to held-back devices', '', ...mean('', history.heldLeadTimeDays, 'd', '').slice(2)]]),
    mean('mean onset to all healthy', history.onsetToAllHealthyMinutes, 'min', onset),
  ]
}

/** One line per release. */
export function renderReleases(releases: readonly ReleaseRow[]): string {
  const [head = [], ...rows] = releaseRows(releases)
  return alignedTable(head, rows, 4).join('\n')
}

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

/** For none or all of n, the interval has one bound only, and the one-sided bound is tighter. */
function interval(share: Share): string {
  const { count, of, low, high } = share
  if (low === null || high === null) return ''
  const text = `${percent(low)} to ${percent(high)} %`
  const oneSided = exactShareOf(count, of, 0.9)
  if (count === 0) return `${text} (one-sided: at most ${percent(oneSided.high as number)} %)`
  if (count === of) return `${text} (one-sided: at least ${percent(oneSided.low as number)} %)`
  return text
}

/** Of durations, so that the lower bound is at least 0. */
const meanInterval = ({ low, high, of }: Mean, unit: string): string =>
  low === null || high === null ? '' : `${Math.max(low, 0).toFixed(2)} to ${high.toFixed(2)} ${unit}, of ${grouped(of)}`
const percent = (share: number): string => (share * 100).toFixed(1)
const countOf = ({ count, of }: Share): string => `${grouped(count)} of ${grouped(of)}`
