import type { Cell } from '../campaign/comparison.ts'
import type { ConfusionRow } from '../campaign/confusion.ts'
import type { VariantDifference } from '../campaign/differences.ts'
import { insteadText, signedText } from '../messages/conclusions.ts'
import { durationText, grouped, percentText } from '../numbers/format.ts'
import { alignedTable, markdownTable } from '../numbers/table.ts'
import { confusionMarkdown, isWorthShowing } from './confusion-text.ts'
import { csvField } from './csv-text.ts'
import { terminalText } from './terminal-text.ts'

/** The comparison in plain text: one block per scenario, one line per variant. */
export function renderComparison(cells: readonly Cell[]): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))]
  const blocks = scenarios.map((name) =>
    block(
      name,
      cells.filter(({ scenario }) => scenario === name),
    ),
  )
  return terminalText(blocks.join('\n\n'))
}

const COLUMNS = [
  'window',
  'gates',
  'profile',
  'runs',
  'detected (95 %)',
  'false alarms (95 %)',
  'caught by stage',
  'devices',
  'device-hours',
  'lines',
  'latency',
  'lead time',
] as const

/** Detected, false alarms, caught by stage, and the exposure: devices, device-hours, lines. */
export const resultTexts = (cell: Cell): readonly string[] => [
  cell.detected === null ? '-' : percentText(cell.detected),
  percentText(cell.falseAlarms),
  Object.values(cell.caughtIn).join('/'),
  grouped(cell.meanExposure.devices),
  grouped(cell.meanExposure.deviceHours),
  grouped(cell.meanExposure.lines),
]

const row = (cell: Cell): readonly string[] => [
  `${cell.windowHours} h`,
  cell.gates,
  cell.profile,
  String(cell.runs),
  ...resultTexts(cell),
  cell.meanLatencyMinutes === null ? '-' : durationText(cell.meanLatencyMinutes),
  cell.meanLeadTimeHours === null ? '-' : `${(cell.meanLeadTimeHours / 24).toFixed(2)} d`,
]

function block(name: string, cells: readonly Cell[]): string {
  const undecided = cells.reduce((sum, cell) => sum + cell.undecided, 0)
  const remark = undecided === 0 ? [] : [`  ${undecided} runs undecided (halted or timed out)`]
  const refused = cells.reduce((sum, cell) => sum + cell.refused, 0)
  const refusals = refused === 0 ? [] : [`  ${refused} runs refused by the preflight`]
  return [name.toUpperCase(), ...alignedTable(COLUMNS, cells.map(row), 3), ...remark, ...refusals].join('\n')
}

export const DIFFERENCE_COLUMNS = [
  'scenario',
  'instead',
  'devices',
  'device-hours',
  'lead time, d',
  'latency, min',
  'rolled back, points',
] as const

export const differenceTexts = (one: VariantDifference): readonly string[] => [
  one.scenario,
  insteadText(one),
  signedText(one.devices),
  signedText(one.deviceHours),
  signedText(one.leadTimeDays),
  signedText(one.latencyMinutes),
  signedText(one.rolledBack, 100),
]

/** Differences over the same seeds in plain text, with their 95 % intervals. */
export const renderDifferences = (differences: readonly VariantDifference[]): string =>
  terminalText(
    [
      'DIFFERENCES OVER THE SAME SEEDS (95 %)',
      ...alignedTable(DIFFERENCE_COLUMNS, differences.map(differenceTexts), 2),
    ].join('\n'),
  )

/** The same in Markdown, with truth against outcome when there is more than one kind or size of fault. */
export const renderComparisonMarkdown = (
  cells: readonly Cell[],
  confusion: readonly ConfusionRow[],
  differences: readonly VariantDifference[] = [],
  conclusions: readonly string[] = [],
): string =>
  [
    '## Comparison',
    ...conclusions,
    markdownTable(
      ['scenario', ...COLUMNS],
      cells.map((cell) => [cell.scenario, ...row(cell)]),
    ).join('\n'),
    ...(differences.length === 0
      ? []
      : [
          '### Differences over the same seeds (95 %)',
          markdownTable(DIFFERENCE_COLUMNS, differences.map(differenceTexts)).join('\n'),
        ]),
    ...(isWorthShowing(confusion) ? ['### Truth against outcome', confusionMarkdown(confusion)] : []),
    '',
  ].join('\n\n')

/** The same as comma-separated values, one line per cell; shares are 0 to 1. */
export function renderCsv(cells: readonly Cell[]): string {
  const stages = [...new Set(cells.flatMap(({ caughtIn }) => Object.keys(caughtIn)))]
  const columns: readonly (readonly [string, (cell: Cell) => string | number | null | undefined])[] = [
    ['scenario', (cell) => cell.scenario],
    ['window_h', (cell) => cell.windowHours],
    ['gates', (cell) => cell.gates],
    ['profile', (cell) => cell.profile],
    ['runs', (cell) => cell.runs],
    ['detected', (cell) => cell.detected?.share],
    ['detected_low', (cell) => cell.detected?.low],
    ['detected_high', (cell) => cell.detected?.high],
    ['false_alarms', (cell) => cell.falseAlarms.share],
    ['false_alarms_low', (cell) => cell.falseAlarms.low],
    ['false_alarms_high', (cell) => cell.falseAlarms.high],
    ['escaped', (cell) => cell.escaped?.share],
    ...stages.map((stage) => [`caught_in_${stage}`, (cell: Cell) => cell.caughtIn[stage]] as const),
    ['undecided', (cell) => cell.undecided],
    ['refused', (cell) => cell.refused],
    ['mean_latency_min', (cell) => cell.meanLatencyMinutes],
    ['mean_exposed_devices', (cell) => cell.meanExposure.devices],
    ['mean_exposed_device_hours', (cell) => cell.meanExposure.deviceHours],
    ['mean_exposed_lines', (cell) => cell.meanExposure.lines],
    ['mean_lead_time_h', (cell) => cell.meanLeadTimeHours],
  ]
  const lines = cells.map((cell) => columns.map(([, read]) => csvField(read(cell))).join(','))
  return `${[columns.map(([name]) => name).join(','), ...lines].join('\n')}\n`
}
