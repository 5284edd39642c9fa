import type { ConfusionRow } from '../campaign/confusion.ts'
import { durationText, percentText } from '../numbers/format.ts'
import { alignedTable, markdownTable } from '../numbers/table.ts'

const COLUMNS = [
  'window',
  'gates',
  'profile',
  'fault',
  'size',
  'runs',
  'caught',
  'missed',
  'false alarm',
  'promoted, good',
  'undecided',
  'detected (95 %)',
  'delay p50',
  'p90',
] as const
/** Columns of text. */
const LEFT = 5

/** Truth against outcome in plain text: one line per family and size of fault; `all` sums up a family of several sizes. */
export const renderConfusion = (rows: readonly ConfusionRow[]): string =>
  ['TRUTH AGAINST OUTCOME', ...alignedTable(COLUMNS, rows.map(cells), LEFT)].join('\n')

export const confusionMarkdown = (rows: readonly ConfusionRow[]): string =>
  markdownTable(COLUMNS, rows.map(cells)).join('\n')

/** A single row repeats the table of variants. */
export const isWorthShowing = (rows: readonly ConfusionRow[]): boolean =>
  new Set(rows.map(({ family, size }) => `${family} ${size}`)).size > 1

const cells = (row: ConfusionRow): readonly string[] => [
  `${row.windowHours} h`,
  row.gates,
  row.profile,
  row.family,
  row.size === '' ? '-' : (row.size ?? 'all'),
  ...[row.runs, row.caught, row.missed, row.falseAlarm, row.promotedGood, row.undecided].map(String),
  row.detected === null ? '-' : percentText(row.detected),
  ...[row.delayMinutes?.p50, row.delayMinutes?.p90].map((minutes) =>
    minutes === undefined ? '-' : durationText(minutes),
  ),
]
