import { reportedLine } from '../messages/reported.ts'
import { countText, durationText, grouped, realTimeText, shortTime } from '../numbers/format.ts'
import { printableLine } from '../numbers/printable.ts'
import { alignedTable } from '../numbers/table.ts'
import { ABORTED_BY } from '../run/detection.ts'

import type { HoldbackReport } from '../run/holdback.ts'
import type { ReportedPlantMetric } from '../run/plant-metrics.ts'
import type { Report } from '../run/report.ts'

import type { Spread } from '../run/rollback.ts'
import { unseenOf } from '../run/unseen.ts'
import { unmetTexts } from '../run/verdict.ts'
import { clientLines } from './client-text.ts'
import { findingText } from './finding-text.ts'
import { terminalText } from './terminal-text.ts'

/** The end of a run in plain text: outcome, where the fault was caught, rollback latency, exposure, cost. */
export function renderSummary(report: Report, story: string): string {
  const { invariants, wall, simulated } = report
  const lines = [
    headline(report),
    `  ${printableLine(story)}`,
    '',
    ...stageTable(report),
    '',
    ...(report.notStarted ?? []).map((one) => row('not started', printableLine(reportedLine(one)))),
    ...(report.notStarted === undefined ? detectionLines(report) : []),
    ...rollbackLines(report),
    ...(report.notifications ?? []).map(({ at, code }) => row('notified', `${shortTime(at)} UTC, ${code}`)),
    row('exposure', exposureText(report)),
    ...unseenLines(report),
    ...(report.holdback === undefined ? [] : [row('holdback', holdbackText(report.holdback))]),
    ...(report.plantMetrics ?? []).map((one, index) => row(index === 0 ? 'metrics' : '', plantMetricText(one))),
    ...(report.next === undefined ? [] : [row('next release', nextText(report.next))]),
    row('invariants', `${invariants.checked.length} checked, ${invariants.violated.length} violated`),
    ...invariants.violated.map((one) => `    ! ${printableLine(reportedLine(one))}`),
    row('expectation', expectationText(report)),
    ...unmetTexts(report).map((text) => `    ! ${text}`),
    ...interventionLines(report),
    ...(report.clients ?? []).flatMap((client) => {
      const [first = '', ...others] = clientLines(client)
      return [row('client', first), ...others.map((line) => `    ${line}`)]
    }),
    '',
    `  ${hours(simulated.hours)} of simulated time in ${wall.seconds.toFixed(1)} s (${grouped(wall.speedup)} x), ` +
      `${LINKS[report.connections]}, ${countText(report.messages.published, 'message')}`,
    `  controller: ${controllerText(report)}`,
    `  seed ${report.seed}, digest ${report.digest.slice(0, 16)}`,
  ]
  return terminalText(lines.join('\n'))
}

function unseenLines(report: Report): string[] {
  const texts = unseenOf(report)
  return texts.length === 0 ? [] : [row('unseen', `could not have been seen: ${texts.join(', ')}`)]
}
/** `2.4.1 after 2.3.1: promoted`. */
const nextText = ({ version, replaces, outcome, notStarted = [] }: NonNullable<Report['next']>): string =>
  [`${version} after ${replaces}: ${outcome}`, ...notStarted.map((one) => printableLine(reportedLine(one)))].join('; ')

/** Of a scenario that expects nothing it is said only where the run is not as every run should be. */
function expectationText(report: Report): string {
  if (unmetTexts(report).length > 0) return 'NOT met'
  return report.expectation.checked.length === 0 ? 'none' : 'met'
}

/** What the summary lists one by one. */
const MAX_LISTED = 20

function interventionLines({ interventions = [] }: Report): string[] {
  if (interventions.length === 0) return []
  const more = interventions.length - MAX_LISTED
  return [
    row('interventions', interventionText(interventions.length)),
    ...interventions.slice(0, MAX_LISTED).map(({ at, text }) => `    ${shortTime(at)} ${text}`),
    ...(more > 0 ? [`    and ${more} more, see report.json`] : []),
  ]
}

/** `torqueNm 40.2 Nm on 2.4.0, 42 Nm on 2.3.1`. */
export function plantMetricText({ metric, unit, versions }: ReportedPlantMetric): string {
  const texts = versions.map(({ version, mean }) => `${unitText(Number(mean.toPrecision(4)), unit)} on ${version}`)
  return `${metric} ${texts.length === 0 ? 'not measured' : texts.join(', ')}`
}

const unitText = (value: number, unit: string): string => (unit === '' ? String(value) : `${value} ${unit}`)

/** How many, and their consequence for whoever wants to reproduce the run. */
export const interventionText = (count: number): string => `${count}; this run cannot be reproduced from its seed alone`

/** What the controller cost: evaluations, AWS calls and real time. */
export const controllerText = ({ controller, wall }: Report): string =>
  `${countText(controller.evaluations, 'evaluation')}, ${controller.awsCallsPerEvaluation} AWS calls each, ` +
  `${realTimeText(wall.controllerMsPerSimulatedHour)} real time per simulated hour`

/** The outcome in one line. */
export function headline(report: Report): string {
  const { outcome, scenario, caughtIn, falseAlarm, detection } = report
  const name = scenario.toUpperCase()
  if (outcome === 'promoted') return `${name}: PROMOTED ${promotedText(report)}`
  if (outcome === 'rolled-back') {
    if (detection.by === ABORTED_BY) return `${name}: ABORTED by an operator in ${caughtIn} and ROLLED BACK`
    if (caughtIn === null) return `${name}: ABORTED before anything was deployed`
    if (falseAlarm === null) return `${name}: ROLLED BACK in ${caughtIn}; a client from outside may be the cause`
    return falseAlarm
      ? `${name}: ROLLED BACK without cause, in ${caughtIn}`
      : `${name}: caught in ${caughtIn?.toUpperCase()} and ROLLED BACK`
  }
  return outcome === 'refused' ? `${name}: REFUSED by the preflight` : `${name}: ${outcome.toUpperCase()}`
}

/** The devices that were held back come last, and are told apart. */
function promotedText({ leadTimeHours, holdback, stages, fleet }: Report): string {
  if (leadTimeHours === null) {
    const updated = stages.reduce((sum, stage) => sum + stage.updated, 0)
    return `to ${updated} of ${countText(fleet.devices, 'device')}`
  }
  if (holdback?.leadTimeHours == null) return `to the whole fleet in ${hours(leadTimeHours)}`
  return `in ${hours(leadTimeHours)}, to the last ${countText(holdback.devices, 'device')} in ${hours(holdback.leadTimeHours)}`
}

/** What it cost to have controls in production. */
export function holdbackText(holdback: HoldbackReport): string {
  const { devices, lines, followedAt } = holdback
  const held = `${countText(devices, 'device')} of production on ${countText(lines, 'line')} as its controls`
  return `${held}, ${followedAt === null ? '' : `at ${shortTime(followedAt)} UTC: `}${heldText(holdback)}`
}

/** How long they were held back. */
export const heldText = ({ followedAt, heldHours }: HoldbackReport): string =>
  followedAt === null ? 'not updated' : `followed ${hours(heldHours ?? 0)} after the others`

const LINKS: Readonly<Record<Report['connections'], string>> = {
  'per-device': 'one connection per device',
  multiplexed: 'ONE shared connection',
  direct: 'no sockets',
}

const LABEL_WIDTH = 14
const row = (label: string, text: string): string => `  ${label.padEnd(LABEL_WIDTH)}${text}`

function stageTable({ stages }: Report): string[] {
  const columns = ['stage (UTC)', 'devices', 'started', 'installed', 'promoted', 'rolled back']
  const cells = stages.map((stage) => [
    stage.name,
    `${stage.updated}/${stage.devices}`,
    ...[stage.startedAt, stage.installedAt, stage.promotedAt, stage.rolledBackAt].map(shortTime),
  ])
  return alignedTable(columns, cells, columns.length)
}

function detectionLines({ faults, detection }: Report): string[] {
  const lines = faults.map(({ kind, onsetAt, devices, target }) =>
    row('fault', `${kind} on ${target ?? countText(devices, 'device')}, first at ${shortTime(onsetAt)} UTC`),
  )
  if (!detection.detected) return [...lines, row('detected', undetectedText(faults))]
  const { finding, by, at, latencyMinutes } = detection
  const latency = latencyMinutes === null || latencyMinutes < 0 ? '' : `, ${durationText(latencyMinutes)} after onset`
  return [
    ...lines,
    row(by === ABORTED_BY ? 'aborted' : 'detected', `${shortTime(at)} UTC${latency}`),
    ...(finding === null ? [] : [row('by', `${by}: ${findingText(finding)}`)]),
  ]
}

const undetectedText = (faults: Report['faults']): string =>
  faults.some(({ ofRelease, devices }) => ofRelease && devices > 0) ? 'no' : 'none (the release had no fault)'

function rollbackLines({ rollback }: Report): string[] {
  if (rollback === null) return []
  const { onsetToDetected, detectedToReceived, receivedToReverted, onsetToAllHealthy } = rollback.legsMinutes
  const isWhole = rollback.devices > 0 && rollback.failed === 0
  const total = onsetToAllHealthy === null ? (isWhole ? '-' : 'not all healthy') : durationText(onsetToAllHealthy)
  return [
    row(
      'rollback',
      `onset to all healthy ${total}; ${countText(rollback.devices, 'device')}, ${rollback.failed} failed`,
    ),
    row('', `onset to detected     ${onsetToDetected === null ? '-' : durationText(onsetToDetected)}`),
    row('', `detected to received  ${spread(detectedToReceived)}`),
    row('', `received to reverted  ${spread(receivedToReverted)}`),
  ]
}

/** How many devices ran the release, on how many lines, and for how many device-hours. */
export const exposureText = ({ exposure, fleet }: Report): string =>
  `${exposure.devices} of ${fleet.devices} devices on ${exposure.lines} of ${fleet.lines} lines ran the release, ` +
  `${grouped(exposure.deviceHours)} device-hours`

const spread = (leg: Spread | null): string =>
  leg === null ? '-' : `p50 ${leg.p50.toFixed(1)}  p90 ${leg.p90.toFixed(1)}  max ${leg.max.toFixed(1)} min`

const hours = (value: number): string => (value >= 48 ? `${(value / 24).toFixed(1)} days` : `${value.toFixed(1)} h`)
