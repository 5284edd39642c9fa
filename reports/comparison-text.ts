import type { Cell } from './comparison.ts'
import { durationText, grouped } from './format.ts'
import type { Share } from './statistics.ts'
import { alignedTable } from './table.ts'

/** The comparison for people: a block a scenario, a line a variant. */
export function renderComparison(cells: readonly Cell[]): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))]
  return scenarios
    .map((name) =>
      block(
        name,
        cells.filter(({ scenario }) => scenario === name),
      ),
    )
    .join('\n\n')
}

function block(name: string, cells: readonly Cell[]): string {
  const head = [
    'window',
    'gates',
    'profile',
    'runs',
    'detected (95 %)',
    'false alarms (95 %)',
    'caught in c/e/p',
    'devices',
    'device-hours',
    'lines',
    'latency',
    'lead time',
  ]
  const rows = cells.map((cell) => [
    `${cell.windowHours} h`,
    cell.gates,
    cell.profile,
    String(cell.runs),
    cell.detected === null ? '-' : percent(cell.detected),
    percent(cell.falseAlarms),
    `${cell.caughtIn.canary}/${cell.caughtIn.early}/${cell.caughtIn.production}`,
    grouped(cell.meanExposure.devices),
    grouped(cell.meanExposure.deviceHours),
    grouped(cell.meanExposure.lines),
    cell.meanLatencyMinutes === null ? '-' : durationText(cell.meanLatencyMinutes),
    cell.meanLeadTimeHours === null ? '-' : `${(cell.meanLeadTimeHours / 24).toFixed(2)} d`,
  ])
  const undecided = cells.reduce((sum, cell) => sum + cell.undecided, 0)
  const remark = undecided === 0 ? [] : [`  ${undecided} runs ended undecided (halted, or out of time)`]
  return [name.toUpperCase(), ...alignedTable(head, rows, 3), ...remark].join('\n')
}

/** The same as comma-separated values, a line a cell; shares are 0 to 1. */
export function renderCsv(cells: readonly Cell[]): string {
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
    ['caught_in_canary', (cell) => cell.caughtIn.canary],
    ['caught_in_early', (cell) => cell.caughtIn.early],
    ['caught_in_production', (cell) => cell.caughtIn.production],
    ['undecided', (cell) => cell.undecided],
    ['mean_latency_min', (cell) => cell.meanLatencyMinutes],
    ['mean_exposed_devices', (cell) => cell.meanExposure.devices],
    ['mean_exposed_device_hours', (cell) => cell.meanExposure.deviceHours],
    ['mean_exposed_lines', (cell) => cell.meanExposure.lines],
    ['mean_lead_time_h', (cell) => cell.meanLeadTimeHours],
  ]
  const lines = cells.map((cell) => columns.map(([, read]) => read(cell) ?? '').join(','))
  return `${[columns.map(([name]) => name).join(','), ...lines].join('\n')}\n`
}

const percent = ({ share, low, high }: Share): string =>
  share === null || low === null || high === null ? '-' : `${pct(share)} % [${pct(low)}, ${pct(high)}]`

const pct = (share: number): string => (share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)
